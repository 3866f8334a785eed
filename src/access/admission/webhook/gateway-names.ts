import { Opinion } from './opinion';
import { fqdnProblem, isLabel } from './texts';

/** Checks names of gateways. Only names with a namespace let istiod look at the next one. */
export function checkGatewayNames(names: readonly string[], opinion: Opinion): void {
  for (const name of names) {
    const slash = name.indexOf('/');
    if (slash < 0) {
      if (name.includes('.')) {
        opinion.warn(`using legacy gatewayName format "${name}"; prefer the <namespace>/<name> format`);
      }
      opinion.errorIf(fqdnProblem(name));
      return;
    }
    const [namespace, gateway] = [name.slice(0, slash), name.slice(slash + 1)];
    opinion.errorIf(isLabel(namespace) ? undefined : `invalid value for namespace: "${namespace}"`);
    opinion.errorIf(isLabel(gateway) ? undefined : `invalid value for gateway name: "${gateway}"`);
  }
}
