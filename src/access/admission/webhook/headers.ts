import type { Message } from './decode';
import { entriesAt, messageAt, Opinion, textsAt } from './opinion';

const NAME = /^[!#$%&'*+\-.^_`|~A-Za-z0-9]+$/;
const PSEUDO = [':method', ':scheme', ':authority', ':path', ':status'];

/** Whether the name of a header stands for a claim of a token (`@request.auth.claims.sub`). */
export function isClaimHeader(name: string): boolean {
  const prefix = '@request.auth.claims';
  const rest = name.slice(prefix.length);
  return name.toLowerCase().startsWith(prefix) && (/^\.[\s\S]/.test(rest) || /^\[[\s\S]+\]$/.test(rest));
}

/** What is wrong with the name of a header to match, or `undefined`. */
export function matchedHeaderProblem(name: string): string | undefined {
  if (name === '') {
    return 'header name cannot be empty';
  }
  return isClaimHeader(name) || PSEUDO.includes(name) || NAME.test(name) ? undefined : `header name ${name} is not a valid header name`;
}

/** What is wrong with the name of a header of CORS, or `undefined`. */
export function corsHeaderProblem(name: string): string | undefined {
  return name === '' ? 'header name cannot be empty' : NAME.test(name) ? undefined : `header name ${name} is not a valid header name`;
}

/** Whether a header tells the host of a request. */
export function isAuthority(name: string): boolean {
  return [':authority', 'host'].includes(name.toLowerCase());
}

function isInternal(name: string): boolean {
  return name.startsWith(':') || name.toLowerCase() === 'host';
}

/** Checks what is done to headers. */
export function checkHeaderOperations(headers: Message | undefined, opinion: Opinion): void {
  const [request, response] = [messageAt(headers ?? {}, 'request'), messageAt(headers ?? {}, 'response')];
  for (const [message, mayTellHost] of [[request, true], [response, false]] as const) {
    for (const [name, value] of [...entriesAt(message, 'add'), ...entriesAt(message, 'set')]) {
      opinion.errorIf(operationProblem(name, mayTellHost));
      opinion.errorIf(headerValueProblem(String(value)));
    }
    textsAt(message, 'remove').forEach((name) => opinion.errorIf(operationProblem(name, false)));
  }
}

function operationProblem(name: string, mayTellHost: boolean): string | undefined {
  if (name === '') {
    return 'header name cannot be empty';
  }
  return isInternal(name) && !(mayTellHost && isAuthority(name)) ? `invalid header "${name}": header cannot have ":" prefix` : undefined;
}

type State = 'literal' | 'name' | 'array' | 'element' | 'text' | 'after-element' | 'after-array' | 'after-arguments';

/** What is wrong with the value of a header with variables of Envoy (`%VAR(…)%`), or `undefined`. */
export function headerValueProblem(value: string): string | undefined {
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(value)) {
    return `header value configuration ${value} is invalid`;
  }
  let state: State = 'literal';
  for (let at = 0; at < value.length; at += 1) {
    const character = value[at];
    const escapes: boolean = (state === 'literal' && character === '%' && value[at + 1] === '%') || (state === 'text' && character === '\\');
    if (escapes || (state === 'literal' && character === '%')) {
      if (at + 1 === value.length) {
        return 'header value configuration: invalid header configuration. Un-escaped %';
      }
      at += escapes ? 1 : 0;
      state = escapes ? state : 'name';
      continue;
    }
    const next = nextState(state, character);
    if (next === undefined) {
      return `header value configuration: invalid header configuration. Unexpected ${character}`;
    }
    state = next;
  }
  return state === 'literal' ? undefined : `header value configuration: invalid header configuration. Un-terminated variable expression '${value}'`;
}

function nextState(state: State, character: string): State | undefined {
  const blank = (then: State | undefined) => (character === ' ' ? state : then);
  switch (state) {
    case 'literal': return 'literal';
    case 'name': return character === '%' ? 'literal' : character === '(' ? 'array' : 'name';
    case 'array': return character === '[' ? 'element' : blank('text');
    case 'element': return character === '"' ? 'text' : blank(undefined);
    case 'text': return character === ')' ? 'after-arguments' : character === '"' ? 'after-element' : 'text';
    case 'after-element': return character === ',' ? 'element' : character === ']' ? 'after-array' : blank(undefined);
    case 'after-array': return character === ')' ? 'after-arguments' : blank(undefined);
    case 'after-arguments': return character === '%' ? 'literal' : blank(undefined);
  }
}
