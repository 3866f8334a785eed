import { isAddressText } from '../go-addresses';
import { Opinion } from './opinion';
import { isLabel, partialWildcardProblem, wildcardDomainProblem } from './texts';

/** Checks a host of a Gateway or a Sidecar: a name, with a namespace before it. */
export function checkListenerHost(host: string, of: 'gateway' | 'sidecar', opinion: Opinion): void {
  const slash = host.indexOf('/');
  if (slash < 0) {
    if (of === 'gateway') {
      checkName(host, of, opinion);
    } else {
      opinion.error('host must be of form namespace/dnsName');
    }
    return;
  }
  const [namespace, name] = [host.slice(0, slash), host.slice(slash + 1)];
  if (namespace === '' || name === '') {
    opinion.error('config namespace and dnsName in host entry cannot be empty');
  }
  const bare = of === 'sidecar' ? namespace.replace(/^~/, '') : namespace;
  if (!['*', '.'].includes(bare) && !isLabel(bare) && !(of === 'sidecar' && bare === '')) {
    opinion.error(`invalid namespace value "${namespace}" in ${of}`);
  }
  checkName(name, of, opinion);
}

function checkName(name: string, of: 'gateway' | 'sidecar', opinion: Opinion): void {
  if (name !== '*' && !name.includes('.')) {
    opinion.error('short names (non FQDN) are not allowed');
  }
  const problem = wildcardDomainProblem(name);
  if (problem !== undefined && (of === 'sidecar' || !isAddressText(name))) {
    opinion.error(problem);
  }
  opinion.errorIf(partialWildcardProblem(name));
}
