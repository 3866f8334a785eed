import { regexProblem } from '../re2';
import type { Message } from './decode';
import { messageAt, messagesAt, Opinion, textAt, WebhookCheck } from './opinion';
import { checkWorkloadSelector } from './targets';

const MANAGERS = ['envoy.filters.network.http_connection_manager', 'envoy.http_connection_manager'];
/** Which match goes with what is patched. */
const MATCHES: Readonly<Record<string, string>> = {
  LISTENER: 'listener',
  FILTER_CHAIN: 'listener',
  NETWORK_FILTER: 'listener',
  HTTP_FILTER: 'listener',
  ROUTE_CONFIGURATION: 'routeConfiguration',
  VIRTUAL_HOST: 'routeConfiguration',
  HTTP_ROUTE: 'routeConfiguration',
  CLUSTER: 'cluster',
};
const OBJECT_MATCHES = ['listener', 'routeConfiguration', 'cluster', 'waypoint'];
const LONGEST_VERSION = 1024;

/** What the webhook says of an EnvoyFilter. What it finds in the patched messages of Envoy themselves is not looked at. */
export const checkEnvoyFilter: WebhookCheck = (spec, _, opinion) => {
  opinion.warn('EnvoyFilter exposes internal implementation details that may change at any time. '
    + 'Prefer other APIs if possible, and exercise extreme caution, especially around upgrades.');
  if (checkWorkloadSelector(messageAt(spec, 'workloadSelector'), 'Envoy filter', opinion)) {
    messagesAt(spec, 'configPatches').filter((patch) => messageAt(patch, 'match')?.context !== 'WAYPOINT')
      .forEach((patch) => checkPatch(patch, opinion));
  }
};

function checkPatch(entry: Message, opinion: Opinion): void {
  const [match, patch] = [messageAt(entry, 'match'), messageAt(entry, 'patch')];
  const problem = shapeProblem(textAt(entry, 'applyTo'), patch);
  if (problem !== undefined) {
    opinion.error(problem);
    return;
  }
  const version = textAt(messageAt(match ?? {}, 'proxy'), 'proxyVersion');
  const regex = Buffer.byteLength(version) > LONGEST_VERSION ? undefined : regexProblem(version);
  if (regex !== undefined) {
    opinion.error(`Envoy filter: invalid regex for proxy version, [${regex}]`);
    return;
  }
  checkMatch(textAt(entry, 'applyTo'), match ?? {}, opinion);
}

function shapeProblem(applyTo: string, patch: Message | undefined): string | undefined {
  if (['', 'INVALID'].includes(applyTo)) {
    return 'Envoy filter: missing applyTo';
  }
  if (patch === undefined) {
    return 'Envoy filter: missing patch';
  }
  const operation = textAt(patch, 'operation');
  if (['', 'INVALID'].includes(operation)) {
    return 'Envoy filter: missing patch operation';
  }
  return operation !== 'REMOVE' && patch.value === undefined ? 'Envoy filter: missing patch value for non-remove operation' : undefined;
}

function checkMatch(applyTo: string, match: Message, opinion: Opinion): void {
  const wanted = MATCHES[applyTo];
  const given = OBJECT_MATCHES.find((field) => match[field] !== undefined);
  if (wanted === undefined || given === undefined) {
    return;
  }
  if (given !== wanted) {
    opinion.error(`Envoy filter: applyTo for ${wanted} class objects cannot have non ${wanted} match`);
    return;
  }
  const filter = messageAt(messageAt(messageAt(match, 'listener') ?? {}, 'filterChain') ?? {}, 'filter');
  if (wanted === 'listener' && filter !== undefined) {
    opinion.errorIf(filterProblem(applyTo, filter));
  }
}

function filterProblem(applyTo: string, filter: Message): string | undefined {
  const inner = messageAt(filter, 'subFilter');
  if (textAt(filter, 'name') === '') {
    return 'Envoy filter: filter match has no name to match on';
  }
  if (inner === undefined) {
    return undefined;
  }
  if (applyTo !== 'HTTP_FILTER') {
    return 'Envoy filter: subfilter match can be used with applyTo HTTP_FILTER only';
  }
  if (!MANAGERS.includes(textAt(filter, 'name'))) {
    return `Envoy filter: subfilter match requires filter match with ${MANAGERS[0]}`;
  }
  return textAt(inner, 'name') === '' ? 'Envoy filter: subfilter match has no name to match on' : undefined;
}
