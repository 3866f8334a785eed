import { hostProblem } from './hosts';

/** What is wrong with the origin of a web page, as a browser sends it: scheme, host, and the port unless it is the scheme's own. */
export function originProblem(value: string): string | undefined {
  if (value === 'null') {
    return 'is what any sandboxed page or file sends';
  }
  if (value.includes('*')) {
    return 'has a "*", but each origin is one party';
  }
  const parts = /^(https?):\/\/([^/:?#@]+)(?::(\d+))?$/.exec(value);
  if (parts === null) {
    return 'is not SCHEME://HOST or SCHEME://HOST:PORT';
  }
  const [, scheme, host, port] = parts;
  if ((scheme === 'https' && port === '443') || (scheme === 'http' && port === '80')) {
    return 'has the port that browsers leave out for this scheme, so that it never matches';
  }
  const problem = hostProblem(host);
  return problem === undefined ? undefined : `has a host that ${problem}`;
}
