import type { Message } from './decode';
import { checkDestination, checkWeights } from './destinations';
import { checkGatewayNames } from './gateway-names';
import { checkHeaderOperations, corsHeaderProblem, isAuthority, matchedHeaderProblem } from './headers';
import { checkRedirect, checkRetries } from './http-actions';
import { entriesAt, messageAt, messagesAt, numberAt, Opinion, textAt, textsAt } from './opinion';
import { longRegexProblem, regexMatchProblem, stringMatchProblem } from './strings';
import { durationProblem, isLabel, labelProblems, portProblem } from './texts';

/** Checks a route of a VirtualService for HTTP. */
export function checkHttpRoute(route: Message, delegate: boolean, opinion: Opinion): void {
  checkConflicts(route, delegate, opinion);
  checkMatches(messagesAt(route, 'match'), opinion);
  checkHeaderOperations(messageAt(route, 'headers'), opinion);
  checkCors(messageAt(route, 'corsPolicy'), opinion);
  checkFault(messageAt(route, 'fault'), opinion);
  checkMirrors(route, opinion);
  checkRedirect(messageAt(route, 'redirect'), messagesAt(route, 'match'), opinion);
  checkDirectResponse(messageAt(route, 'directResponse'), opinion);
  checkRetries(messageAt(route, 'retries'), opinion);
  checkRewrite(messageAt(route, 'rewrite'), opinion);
  checkAuthority(route, opinion);
  for (const one of messagesAt(route, 'route')) {
    opinion.errorIf(one.destination === undefined ? 'destination is required' : undefined);
    checkHeaderOperations(messageAt(one, 'headers'), opinion);
    checkDestination(messageAt(one, 'destination'), opinion);
  }
  checkWeights(messagesAt(route, 'route'), opinion);
  opinion.errorIf(route.timeout === undefined ? undefined : durationProblem(route.timeout as bigint));
}

function checkConflicts(route: Message, delegate: boolean, opinion: Opinion): void {
  const has = (field: string) => (field === 'route' ? messagesAt(route, 'route').length > 0 : route[field] !== undefined);
  if (has('delegate')) {
    if (!delegate) {
      ['redirect', 'route'].filter(has).forEach((field) => opinion.error(`root HTTP route must not specify ${field}`));
      return;
    }
    opinion.error('delegate HTTP route cannot contain delegate');
  }
  const action = ['redirect', 'directResponse'].find(has);
  if (action !== undefined) {
    ['route', 'fault', 'rewrite', 'redirect', 'directResponse'].filter((field) => field !== action && has(field))
      .forEach((field) => opinion.error(`HTTP route cannot contain both ${field} and ${action}`));
  } else if (!has('route')) {
    opinion.error('HTTP route, redirect or direct_response is required');
  }
  opinion.errorIf(has('mirror') && messagesAt(route, 'mirrors').length > 0 ? 'HTTP route cannot contain both mirror and mirrors' : undefined);
}

function checkMatches(matches: readonly Message[], opinion: Opinion): void {
  // warnings about matches are lost in istiod
  const inner = new Opinion();
  for (const match of matches) {
    for (const [name, header] of entriesAt(match, 'headers')) {
      inner.errorIf(matchedHeaderProblem(name));
      inner.errorIf(stringMatchProblem(header as Message, 'headers'));
    }
    for (const [name, header] of entriesAt(match, 'withoutHeaders')) {
      inner.errorIf(matchedHeaderProblem(name));
      // `*` stands for a header that is present
      inner.errorIf((header as Message).regex === '*' ? undefined : stringMatchProblem(header as Message, 'withoutHeaders'));
    }
    inner.errorIf(regexMatchProblem(messageAt(match, 'uri'), 'uri'));
    ['scheme', 'method', 'authority'].forEach((field) => inner.errorIf(stringMatchProblem(messageAt(match, field), field)));
    entriesAt(match, 'queryParams').forEach(([, query]) => inner.errorIf(stringMatchProblem(query as Message, 'queryParams')));
    inner.errorIf(numberAt(match, 'port') === 0 ? undefined : portProblem(numberAt(match, 'port')));
    labelProblems(entriesAt(match, 'sourceLabels')).forEach((problem) => inner.error(problem));
    checkGatewayNames(textsAt(match, 'gateways'), inner);
    const namespace = textAt(match, 'sourceNamespace');
    inner.errorIf(namespace === '' || isLabel(namespace) ? undefined : `sourceNamespace match ${namespace} is invalid`);
  }
  opinion.takeErrors(inner);
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', '*'];

function checkCors(policy: Message | undefined, opinion: Opinion): void {
  if (policy === undefined) {
    return;
  }
  for (const origin of messagesAt(policy, 'allowOrigins')) {
    const text = origin.exact ?? origin.prefix ?? origin.regex ?? '';
    opinion.errorIf(text === '' ? "'' is not a valid match type for CORS allow origins" : regexMatchProblem(origin, 'corsPolicy.allowOrigins'));
  }
  textsAt(policy, 'allowMethods').filter((method) => !METHODS.includes(method))
    .forEach((method) => opinion.error(`"${method}" is not a supported HTTP method`));
  [...textsAt(policy, 'allowHeaders'), ...textsAt(policy, 'exposeHeaders')].forEach((name) => opinion.errorIf(corsHeaderProblem(name)));
  const age = policy.maxAge as bigint | undefined;
  if (age !== undefined) {
    opinion.errorIf(durationProblem(age));
    opinion.errorIf(age > 0n && age % 1_000_000_000n !== 0n ? 'max_age duration is accurate only to seconds precision' : undefined);
  }
}

const GRPC_STATUS = ['OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS', 'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED'];

function checkFault(fault: Message | undefined, opinion: Opinion): void {
  if (fault === undefined) {
    return;
  }
  const [abort, delay] = [messageAt(fault, 'abort'), messageAt(fault, 'delay')];
  opinion.errorIf(abort === undefined && delay === undefined ? 'HTTP fault injection must have an abort and/or a delay' : undefined);
  if (abort !== undefined) {
    opinion.errorIf(percentageProblem(messageAt(abort, 'percentage')));
    const grpc = abort.grpcStatus;
    opinion.errorIf(abort.http2Error === undefined ? undefined : 'HTTP/2 abort fault injection not supported yet');
    opinion.errorIf(grpc === undefined || GRPC_STATUS.includes(grpc as string) ? undefined : `gRPC status "${String(grpc)}" is not supported`);
    opinion.errorIf(abort.httpStatus === undefined ? undefined : statusProblem(numberAt(abort, 'httpStatus')));
  }
  if (delay !== undefined) {
    opinion.errorIf(percentageProblem(messageAt(delay, 'percentage')));
    opinion.errorIf(delay.fixedDelay === undefined ? undefined : durationProblem(delay.fixedDelay as bigint));
    opinion.errorIf(delay.exponentialDelay === undefined ? undefined : 'exponentialDelay not supported yet');
  }
}

function percentageProblem(percentage: Message | undefined): string | undefined {
  const value = numberAt(percentage, 'value');
  return value < 0 || value > 100 || (value > 0 && value < 0.0001) ? `percentage ${value} is neither 0.0, nor in range [0.0001, 100.0]` : undefined;
}

function statusProblem(status: number): string | undefined {
  return status < 200 || status > 600 ? `HTTP status ${status} is not in range 200-599` : undefined;
}

function checkMirrors(route: Message, opinion: Opinion): void {
  if (route.mirrorPercent !== undefined) {
    opinion.errorIf(numberAt(route, 'mirrorPercent') > 100 ? 'mirror_percent must have a max value of 100' : undefined);
    opinion.warn('using deprecated setting "mirrorPercent", use "mirrorPercentage" instead');
  }
  opinion.errorIf(mirrorPercentageProblem(messageAt(route, 'mirrorPercentage')));
  checkDestination(messageAt(route, 'mirror'), opinion);
  for (const mirror of messagesAt(route, 'mirrors')) {
    if (mirror.destination === undefined) {
      opinion.error('destination is required for mirrors');
    } else {
      checkDestination(messageAt(mirror, 'destination'), opinion);
      opinion.errorIf(mirrorPercentageProblem(messageAt(mirror, 'percentage')));
    }
  }
}

function mirrorPercentageProblem(percentage: Message | undefined): string | undefined {
  const value = numberAt(percentage, 'value');
  return value > 100 ? `mirror percentage must have a max value of 100 (it has ${value})`
    : value < 0 ? `mirror percentage must have a min value of 0 (it has ${value})` : undefined;
}

const [LARGE_BODY, LARGEST_BODY] = [100 * 1024, 1024 * 1024];

function checkDirectResponse(response: Message | undefined, opinion: Opinion): void {
  if (response === undefined) {
    return;
  }
  const body = messageAt(response, 'body');
  const size = body?.bytes === undefined ? Buffer.byteLength(textAt(body, 'string')) : Buffer.from(textAt(body, 'bytes'), 'base64').length;
  if (size > LARGEST_BODY) {
    opinion.error('large direct_responses may impact control plane performance, must be less than 1MB');
  } else if (size > LARGE_BODY) {
    opinion.warn('large direct_responses may impact control plane performance');
  }
  opinion.errorIf(statusProblem(numberAt(response, 'status')));
}

function checkRewrite(rewrite: Message | undefined, opinion: Opinion): void {
  if (rewrite === undefined) {
    return;
  }
  const regex = messageAt(rewrite, 'uriRegexRewrite');
  const uri = textAt(rewrite, 'uri');
  if (uri !== '' && regex !== undefined) {
    opinion.error('rewrite may only contain one of URI or UriRegexRewrite');
  } else if (uri === '' && regex === undefined && textAt(rewrite, 'authority') === '') {
    opinion.error('rewrite must specify at least one of URI, UriRegexRewrite, or authority');
  } else if (regex !== undefined) {
    const incomplete = textAt(regex, 'match') === '' || textAt(regex, 'rewrite') === '';
    opinion.errorIf(incomplete ? 'UriRegexRewrite requires both Rewrite and Match fields to be specified'
      : longRegexProblem(textAt(regex, 'match'), 'HTTPRewrite.UriRegexRewrite.Match'));
  }
}

/** The host of a request may be rewritten in one place. */
function checkAuthority(route: Message, opinion: Opinion): void {
  const request = messageAt(messageAt(route, 'headers') ?? {}, 'request');
  const values = [...entriesAt(request, 'set'), ...entriesAt(request, 'add')].filter(([name]) => isAuthority(name)).map(([, value]) => String(value));
  const all = [textAt(messageAt(route, 'rewrite'), 'authority'), ...values];
  const twice = all.slice(1).some((_, i) => all.slice(0, i + 1).some((value) => value !== ''));
  opinion.errorIf(twice ? 'authority header cannot be set multiple times' : undefined);
}
