import { isAddressText, prefixOf } from '../go-addresses';
import type { Message } from './decode';
import { messageAt, messagesAt, Opinion, textAt, textsAt, WebhookCheck } from './opinion';
import { checkAttachment } from './targets';

const IDENTITY_FIELDS = ['namespaces', 'notNamespaces', 'serviceAccounts', 'notServiceAccounts', 'trustDomains', 'notTrustDomains', 'principals',
  'notPrincipals', 'requestPrincipals', 'notRequestPrincipals'];
const ADDRESS_FIELDS = ['ipBlocks', 'notIpBlocks', 'remoteIpBlocks', 'notRemoteIpBlocks'];
const SOURCE_FIELDS = [...IDENTITY_FIELDS, ...ADDRESS_FIELDS];
/** With one of these a source is more than HTTP. */
const TCP_SOURCE_FIELDS = ['notPrincipals', 'principals', 'namespaces', 'notNamespaces', 'serviceAccounts', 'notServiceAccounts', ...ADDRESS_FIELDS];
const OPERATION_FIELDS = ['ports', 'methods', 'paths', 'hosts', 'notPorts', 'notMethods', 'notPaths', 'notHosts'];
const IDENTITY_KEYS = ['source.namespace', 'source.serviceAccount', 'source.trustDomain', 'source.principal'];

/** What the webhook says of an AuthorizationPolicy. */
export const checkAuthorizationPolicy: WebhookCheck = (spec, _, opinion) => {
  checkAttachment(spec, opinion);
  const action = textAt(spec, 'action') === '' ? 'ALLOW' : textAt(spec, 'action');
  const rules = messagesAt(spec, 'rules');
  if (action === 'CUSTOM') {
    checkCustom(spec, rules, opinion);
  } else if (messageAt(spec, 'provider') !== undefined) {
    opinion.error(`\`provider\` must not be with non CUSTOM action, found ${action}`);
  }
  if (action === 'DENY' && rules.length === 0) {
    opinion.error('DENY action without `rules` is meaningless as it will never be triggered, add an empty rule `{}` if you want it be triggered for every request');
  }
  rules.forEach((rule, i) => checkRule(rule, i, action, opinion));
};

function checkCustom(spec: Message, rules: readonly Message[], opinion: Opinion): void {
  if (rules.length === 0) {
    opinion.error('CUSTOM action without `rules` is meaningless as it will never be triggered, add an empty rule `{}` if you want it be triggered for every request');
  } else if (textAt(messageAt(spec, 'provider'), 'name') === '') {
    opinion.error('`provider.name` must not be empty');
  }
  const sources = rules.flatMap((rule) => messagesAt(rule, 'from')).map((from) => messageAt(from, 'source'));
  const fields = IDENTITY_FIELDS.filter((field) => sources.some((source) => textsAt(source, field).length > 0));
  const keys = rules.flatMap((rule) => messagesAt(rule, 'when')).map((when) => textAt(when, 'key'))
    .filter((key) => IDENTITY_KEYS.includes(key) || key.startsWith('request.auth.'));
  [...fields, ...keys].forEach((name) => opinion.error(`${name} is currently not supported with CUSTOM action`));
}

function checkRule(rule: Message, i: number, action: string, opinion: Opinion): void {
  const from = messagesAt(rule, 'from').map((one) => messageAt(one, 'source'));
  const to = messagesAt(rule, 'to').map((one) => messageAt(one, 'operation'));
  from.forEach((source) => checkSource(source, i, opinion));
  to.forEach((operation) => checkOperation(operation, i, opinion));
  messagesAt(rule, 'when').forEach((when) => checkCondition(when, opinion));
  const [someFrom, someTo] = [from, to].map((list) => list.some((one) => one !== undefined));
  const tcpFrom = from.some((source) => hasAny(source, TCP_SOURCE_FIELDS));
  const tcpTo = to.some((operation) => hasAny(operation, ['ports', 'notPorts']));
  if (action === 'DENY' && ((someFrom && !someTo && !tcpFrom) || (someTo && !tcpTo))) {
    opinion.warn('configured AuthorizationPolicy will deny all traffic to TCP ports under its scope due to the use of only HTTP attributes in a DENY rule; '
      + 'it is recommended to explicitly specify the port');
  }
}

function hasAny(message: Message | undefined, fields: readonly string[]): boolean {
  return fields.some((field) => textsAt(message, field).length > 0);
}

function checkSource(source: Message | undefined, i: number, opinion: Opinion): void {
  if (source === undefined) {
    opinion.error(`\`from.source\` must not be nil, found at rule ${i}`);
    return;
  }
  if (hasAny(source, ['principals', 'notPrincipals', 'namespaces', 'notNamespaces']) && hasAny(source, ['serviceAccounts', 'notServiceAccounts'])) {
    opinion.error(`cannot set serviceAccounts with namespaces or principals, found at rule ${i}`);
  }
  if (!hasAny(source, SOURCE_FIELDS)) {
    opinion.error(`\`from.source\` must not be empty, found at rule ${i}`);
  }
  ADDRESS_FIELDS.forEach((field) => addressProblems(textsAt(source, field)).forEach((problem) => opinion.error(problem)));
  SOURCE_FIELDS.forEach((field) => opinion.errorIf(valuesProblem(field, textsAt(source, field))));
}

function valuesProblem(field: string, values: readonly string[]): string | undefined {
  if (/serviceAccounts$/i.test(field)) {
    return serviceAccountsProblem(field, values);
  }
  return /trustDomains$/i.test(field) ? trustDomainsProblem(field, values) : emptyProblem(field, values);
}

function checkOperation(operation: Message | undefined, i: number, opinion: Opinion): void {
  if (operation === undefined) {
    opinion.error(`\`to.operation\` must not be nil, found at rule ${i}`);
    return;
  }
  if (!hasAny(operation, OPERATION_FIELDS)) {
    opinion.error(`\`to.operation\` must not be empty, found at rule ${i}`);
  }
  ['ports', 'notPorts'].forEach((field) => portProblems(textsAt(operation, field)).forEach((problem) => opinion.error(problem)));
  OPERATION_FIELDS.forEach((field) => opinion.errorIf(emptyProblem(field, textsAt(operation, field))));
  ['paths', 'notPaths'].forEach((field) => opinion.errorIf(templateProblem(field, textsAt(operation, field))));
}

function checkCondition(when: Message, opinion: Opinion): void {
  const key = textAt(when, 'key');
  const [values, notValues] = [textsAt(when, 'values'), textsAt(when, 'notValues')];
  if (key === '') {
    opinion.error('`key` must not be empty');
  } else if (values.length === 0 && notValues.length === 0) {
    opinion.error(`at least one of \`values\` or \`notValues\` must be set for key ${key}`);
  } else {
    [['value', values], ['notValue', notValues]].forEach(([what, given]) => {
      const problem = attributeProblem(key, given as readonly string[]);
      opinion.errorIf(problem === undefined ? undefined : `invalid \`${what as string}\` for \`key\` ${key}: ${problem}`);
    });
  }
}

const NAMED_KEYS = ['request.headers', 'request.auth.claims', 'experimental.envoy.filters.'];
const ADDRESS_KEYS = ['source.ip', 'remote.ip', 'destination.ip'];
const FREE_KEYS = ['source.namespace', 'source.principal', 'request.auth.principal', 'request.auth.audiences', 'request.auth.presenter', 'connection.sni'];

function attributeProblem(key: string, values: readonly string[]): string | undefined {
  const empty = emptyProblem(key, values);
  if (empty !== undefined) {
    return empty;
  }
  if (NAMED_KEYS.some((prefix) => key.startsWith(prefix))) {
    const open = key.indexOf('[');
    return key.endsWith(']') && open > 0 && open < key.length - 2 ? undefined : `bad key (${key}): should have format a[b]`;
  }
  if (ADDRESS_KEYS.includes(key)) {
    return addressProblems(values)[0];
  }
  switch (key) {
    case 'source.serviceAccount': return serviceAccountsProblem(key, values);
    case 'source.trustDomain': return wildcardsProblem(key, values);
    case 'destination.port': return portProblems(values)[0];
    case 'destination.namespace': return `attribute ${key} is replaced by the metadata.namespace`;
    case 'destination.name': case 'destination.user': return `deprecated attribute ${key}: only supported in v1alpha1`;
    default: break;
  }
  if (key.startsWith('destination.labels')) {
    return `attribute ${key} is replaced by the workload selector`;
  }
  return FREE_KEYS.includes(key) ? undefined : `unknown attribute: ${key}`;
}

function emptyProblem(field: string, values: readonly string[]): string | undefined {
  return values.includes('') ? `empty value not allowed, found in ${field}` : undefined;
}

function addressProblems(values: readonly string[]): string[] {
  return values.flatMap((value) => {
    if (value.includes('/')) {
      return prefixOf(value) === undefined ? [`bad CIDR range (${value})`] : [];
    }
    return isAddressText(value) ? [] : [`bad IP address (${value})`];
  });
}

function portProblems(values: readonly string[]): string[] {
  return values.filter((value) => !/^\d+$/.test(value) || Number(value) > 65535).map((value) => `bad port (${value})`);
}

function serviceAccountsProblem(field: string, values: readonly string[]): string | undefined {
  if (values.length > 16) {
    return 'may not have more than 16 values';
  }
  const bad = values.find((value) => !/^(?:[^/*]+\/)?[^/*]+$/.test(value) || Buffer.byteLength(value) > 320);
  if (bad === undefined) {
    return undefined;
  }
  return bad === '' ? `empty value not allowed, found in ${field}` : bad.includes('*') ? `wildcard not allowed, found in ${field}`
    : `expected format 'serviceAccount' or 'namespace/serviceAccount' of at most 320 characters, found "${bad}" in ${field}`;
}

function wildcardsProblem(field: string, values: readonly string[]): string | undefined {
  const bad = values.find((value) => value.includes('*') && !/^(?:\*[^*]*|[^*]*\*)$/.test(value));
  return emptyProblem(field, values) ?? (bad === undefined ? undefined : `at most one wildcard is allowed, at the start or end, found in ${field}: "${bad}"`);
}

function trustDomainsProblem(field: string, values: readonly string[]): string | undefined {
  const slashed = values.find((value) => value.includes('/'));
  return wildcardsProblem(field, values) ?? (slashed === undefined ? undefined : `trust domain must not contain '/', found in ${field}: "${slashed}"`);
}

const TEMPLATE_LITERAL = /^[a-zA-Z0-9\-._~%!$&'()+,;:@=]+$/;

function templateProblem(field: string, paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const isTemplate = path.includes('{*}') || path.includes('{**}');
    const segments = path.replace(/^\/+|\/+$/g, '').split('/');
    const rest = segments.indexOf('{**}');
    if (rest >= 0 && segments.slice(rest + 1).some((segment) => segment === '{*}' || segment === '{**}')) {
      return `invalid or unsupported path ${path}, found in ${field}. {**} is not the last operator`;
    }
    const literals = segments.filter((segment) => segment !== '{*}' && segment !== '{**}');
    if (literals.some((segment) => /[{}]/.test(segment))) {
      return `invalid or unsupported path ${path}, found in ${field}. Contains '{' or '}' beyond a supported path template`;
    }
    const bad = isTemplate ? literals.find((segment) => !TEMPLATE_LITERAL.test(segment)) : undefined;
    if (bad !== undefined) {
      return `invalid or unsupported path ${path}, found in ${field}. Contains segment ${bad} with invalid string literal`;
    }
  }
  return undefined;
}
