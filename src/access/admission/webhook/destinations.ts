import type { Message } from './decode';
import { messageAt, numberAt, Opinion, textAt } from './opinion';
import { isLabel, portProblem, wildcardDomainProblem } from './texts';

/** Checks where traffic is sent. */
export function checkDestination(destination: Message | undefined, opinion: Opinion): void {
  if (destination === undefined) {
    return;
  }
  const host = textAt(destination, 'host');
  opinion.errorIf(host === '*' ? 'invalid destination host *' : wildcardDomainProblem(host));
  opinion.errorIf(textAt(destination, 'subset') === '' ? undefined : subsetNameProblem(textAt(destination, 'subset')));
  const port = messageAt(destination, 'port');
  opinion.errorIf(port === undefined ? undefined : portProblem(numberAt(port, 'number')));
}

/** What is wrong with the name of a subset, or `undefined`. */
export function subsetNameProblem(name: string): string | undefined {
  return name === '' ? 'subset name cannot be empty' : isLabel(name) ? undefined : `subset name is invalid: ${name}`;
}

/** Checks the weights of several destinations. */
export function checkWeights(routes: readonly Message[], opinion: Opinion): void {
  const weights = routes.map((route) => numberAt(route, 'weight'));
  weights.filter((weight) => weight < 0).forEach((weight) => opinion.error(`weight ${weight} < 0`));
  if (routes.length > 1 && weights.reduce((sum, weight) => sum + weight, 0) === 0) {
    opinion.error('total destination weight = 0');
  }
}
