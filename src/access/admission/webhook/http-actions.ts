import type { Message } from './decode';
import { messageAt, numberAt, Opinion, textAt } from './opinion';
import { durationProblem, portProblem } from './texts';

const RETRY_ON = ['5xx', 'gateway-error', 'reset', 'reset-before-request', 'connect-failure', 'retriable-4xx', 'refused-stream', 'retriable-status-codes',
  'retriable-headers', 'envoy-ratelimited', 'http3-post-connect-failure', 'cancelled', 'deadline-exceeded', 'internal', 'resource-exhausted', 'unavailable'];
/** The codes that Go's net/http has words for. */
const STATUS_CODES = [[100, 103], [200, 208], [226, 226], [300, 305], [307, 308], [400, 418], [421, 426], [428, 429], [431, 431],
  [451, 451], [500, 508], [510, 511]];

/** Checks how often and when a request is repeated. */
export function checkRetries(retries: Message | undefined, opinion: Opinion): void {
  if (retries === undefined) {
    return;
  }
  const attempts = numberAt(retries, 'attempts');
  opinion.errorIf(attempts < 0 ? 'attempts cannot be negative' : undefined);
  if (attempts === 0 && (retries.perTryTimeout !== undefined || textAt(retries, 'retryOn') !== '' || retries.retryRemoteLocalities !== undefined)) {
    opinion.error('http retry policy configured when attempts are set to 0 (disabled)');
  }
  if (textAt(retries, 'retryOn') !== '') {
    textAt(retries, 'retryOn').split(',').filter((policy) => !RETRY_ON.includes(policy) && !isStatusCode(policy))
      .forEach((policy) => opinion.error(`"${policy}" is not a valid retryOn policy`));
  }
  ['perTryTimeout', 'backoff'].filter((field) => retries[field] !== undefined).forEach((field) => opinion.errorIf(durationProblem(retries[field] as bigint)));
}

function isStatusCode(text: string): boolean {
  const code = /^[+-]?\d+$/.test(text) ? Number(text) : 0;
  return STATUS_CODES.some(([first, last]) => code >= first && code <= last);
}

/** Checks where a client is sent instead. */
export function checkRedirect(redirect: Message | undefined, matches: readonly Message[], opinion: Opinion): void {
  opinion.errorIf(redirect === undefined ? undefined : redirectProblem(redirect, matches));
}

function redirectProblem(redirect: Message, matches: readonly Message[]): string | undefined {
  const [uri, prefix, authority, scheme] = ['uri', 'prefixRewrite', 'authority', 'scheme'].map((field) => textAt(redirect, field));
  const hasPort = redirect.port !== undefined || redirect.derivePort !== undefined;
  const code = numberAt(redirect, 'redirectCode');
  if (uri !== '' && prefix !== '') {
    return 'redirect may only specify one of uri or prefix_rewrite';
  }
  if (prefix !== '' && matches.some((match) => match.uri !== undefined && messageAt(match, 'uri')?.prefix === undefined)) {
    return 'redirect prefix_rewrite requires all URI matches to use prefix match type';
  }
  if (`${uri}${prefix}${authority}${scheme}` === '' && !hasPort) {
    return 'redirect must specify URI, authority, scheme, or port';
  }
  if (code !== 0 && (code < 300 || code > 399)) {
    return `${code} is not a valid redirect code, must be 3xx`;
  }
  if (!['', 'http', 'https'].includes(scheme)) {
    return 'invalid redirect scheme, must be "http" or "https"';
  }
  return numberAt(redirect, 'port') > 0 ? portProblem(numberAt(redirect, 'port')) : undefined;
}
