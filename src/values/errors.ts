import { textProblem } from './grammar/strings';

/**
 * Builds every error of the value classes in one shape: what is wrong, the value got, what is allowed, how to fix it.
 *
 * @internal
 */
export function invalid(what: string, got: unknown, allowed: string, fix: string): Error {
  return new Error(`${what}, got ${show(got)}; allowed: ${allowed}; ${fix}`);
}

/**
 * Throws when a grammar function of this room finds a problem with the value; returns the value otherwise.
 *
 * @internal
 */
export function requireValid(
  what: string, got: unknown, problem: (value: string) => string | undefined, allowed: string, fix: string,
): string {
  if (typeof got !== 'string') {
    throw invalid(`${what} is not a string`, got, allowed, fix);
  }
  const found = problem(got);
  if (found !== undefined) {
    throw invalid(`${what} ${found}`, got, allowed, fix);
  }
  return got;
}

/**
 * Checks a reason and returns it trimmed. Reasons are written into annotations, one line per grant, so a reason is one line.
 *
 * @internal
 */
export function requireReason(reason: unknown, where: string): string {
  const allowed = 'one line of at least 3 characters';
  const fix = 'say in one sentence why this is needed, for whoever reviews it';
  if (typeof reason !== 'string') {
    throw invalid(`${where} needs a reason`, reason, allowed, fix);
  }
  const trimmed = reason.trim();
  if (trimmed.length < 3) {
    throw invalid(`${where} needs a reason that says something`, reason, allowed, fix);
  }
  if (textProblem(trimmed) !== undefined) {
    throw invalid(`the reason of ${where} holds a line break or another control character`, reason, allowed, 'write it on one line');
  }
  return trimmed;
}

function show(got: unknown): string {
  if (typeof got === 'number' || typeof got === 'bigint' || typeof got === 'function' || typeof got === 'symbol') {
    return String(got);
  }
  return JSON.stringify(got) ?? 'undefined';
}
