import { stringPatternProblem } from './strings';

const TOKEN = /^[-!#$%&'*+.^_`|~0-9A-Za-z]+$/;
const METHOD = /^[A-Z][-_A-Z0-9]*$/;
const WRITABLE = /^[-_A-Za-z0-9]+$/;

/** What is wrong with the name of a request header that a policy looks at. */
export function headerNameProblem(value: string): string | undefined {
  if (value === '') {
    return 'is empty';
  }
  if (value.startsWith(':')) {
    return 'is a pseudo-header';
  }
  return TOKEN.test(value) ? undefined : 'has a character that no header name can have';
}

/** What is wrong with the name of a header that Istio writes into a request; it allows fewer characters there. */
export function writtenHeaderProblem(value: string): string | undefined {
  if (value === '') {
    return 'is empty';
  }
  return WRITABLE.test(value) ? undefined : 'may hold letters, digits, "-" and "_" only';
}

/** What is wrong with a pattern for the value of a header. */
export function headerValueProblem(value: string): string | undefined {
  return stringPatternProblem(value)
    ?? (value !== value.trim() ? 'begins or ends with a blank, which proxies cut off, so that it never matches' : undefined);
}

/** What is wrong with an HTTP method. */
export function methodProblem(value: string): string | undefined {
  if (value === '') {
    return 'is empty';
  }
  if (value.includes('*')) {
    return 'has a "*", but methods are named one by one';
  }
  if (value !== value.toUpperCase()) {
    return 'is not in upper case; methods are compared with regard to case, so it never matches';
  }
  return METHOD.test(value) ? undefined : 'has a character that no method has';
}
