import { IConstruct } from 'constructs';
import { invalid, requireValid } from '../values/errors';
import { labelKeyProblem, labelValueProblem } from '../values/grammar/names';
import { portNumberProblem } from '../values/grammar/ports';
import { oncePerSynth } from '../values/synth-token';

/** Says what is wrong with a text, or nothing. */
export type Grammar = (value: string) => string | undefined;

/** What may stand in a place, and what to do when something else does. */
export interface Expectation {
  readonly allowed: string;
  readonly fix: string;
}

const LABEL_KEY: Expectation = { allowed: 'a label key such as "app" or "example.com/tier"', fix: 'correct the key' };
const LABEL_VALUE: Expectation = {
  allowed: 'up to 63 letters, digits, "-", "_" and ".", which start and end with a letter or digit',
  fix: 'correct the value',
};

/** Refuses an empty list: in a policy it would mean everything, or nothing at all, and never what its author had in mind. */
export function requireNonEmpty(what: string, list: readonly unknown[] | undefined, fix: string): void {
  if (list !== undefined && list.length === 0) {
    throw invalid(`${what} must not be empty`, list, 'one entry at least', fix);
  }
}

/** Refuses an entry that that the grammar refuses; an absent list is fine, an empty one is not. */
export function checkTexts(what: string, list: readonly string[] | undefined, grammar: Grammar, expectation: Expectation): void {
  requireNonEmpty(what, list, 'leave it out if everything is meant');
  list?.forEach((value, i) => requireValid(`${what}[${i}]`, value, grammar, expectation.allowed, expectation.fix));
}

/** Refuses a port that is no port of a pod. */
export function checkPortNumber(what: string, value: number): void {
  const problem = portNumberProblem(value);
  if (problem !== undefined) {
    throw invalid(`${what} ${problem}`, value, 'a whole number from 1 to 65535', 'use the port that the pod listens on');
  }
}

/** Refuses a list that names something twice. */
export function requireUnique(what: string, keys: readonly (string | number)[], fix: string): void {
  const repeated = keys.find((key, i) => keys.indexOf(key) < i);
  if (repeated !== undefined) {
    throw invalid(`${what} is there twice`, repeated, 'each one once', fix);
  }
}

/** Refuses a map of labels that is empty or that the API server would not take. */
export function checkLabels(what: string, labels: { [key: string]: string }, ifEmpty: string): void {
  if (Object.keys(labels).length === 0) {
    throw invalid(`${what} must not be empty`, labels, 'one label at least', ifEmpty);
  }
  checkLabelSyntax(what, labels);
}

/** Refuses labels that the API server would not take. */
export function checkLabelSyntax(what: string, labels: { [key: string]: string }): void {
  for (const [key, value] of Object.entries(labels)) {
    requireLabelKey(`a key of ${what}`, key);
    requireLabelValue(`${what}[${key}]`, value);
  }
}

/** Refuses what is no label key. */
export function requireLabelKey(what: string, key: string): string {
  return requireValid(what, key, labelKeyProblem, LABEL_KEY.allowed, LABEL_KEY.fix);
}

/** Refuses what is no label value. */
export function requireLabelValue(what: string, value: string): string {
  return requireValid(what, value, labelValueProblem, LABEL_VALUE.allowed, LABEL_VALUE.fix);
}

/** Turns an error into the message of a construct validation, which names the construct and does not hide other messages. */
function messagesOf(check: () => unknown): string[] {
  try {
    check();
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

/** The validation of a resource: what is wrong with it once the tree is complete, looked at once per synth. */
export function messagesOncePerSynth(scope: IConstruct, check: () => unknown): () => string[] {
  return oncePerSynth(() => scope.node.root, () => messagesOf(check));
}
