import { childPath, isRecord, itemsOf, recordOf } from '../field-note';
import { hasNoHostBits, isMapped, Prefix, prefixContains, prefixOf } from '../go-addresses';
import { checkLabelSelector, checkOneOf, portNameProblem, portNumberProblem, Report, reportIf, textOf } from './names';

const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];

/** Reports what the API server has against a NetworkPolicy. */
export function checkNetworkPolicy(object: Record<string, unknown>, report: Report): void {
  const spec = recordOf(object.spec);
  checkLabelSelector(spec.podSelector, 'spec.podSelector', report);
  for (const [direction, peers] of [['ingress', 'from'], ['egress', 'to']]) {
    itemsOf(spec[direction]).forEach((rule, i) => {
      const path = `spec.${direction}[${i}]`;
      itemsOf(recordOf(rule).ports).forEach((port, j) => checkPort(recordOf(port), `${path}.ports[${j}]`, report));
      itemsOf(recordOf(rule)[peers]).forEach((peer, j) => checkPeer(recordOf(peer), `${path}.${peers}[${j}]`, report));
    });
  }
  const types = itemsOf(spec.policyTypes);
  if (types.length > 2) {
    report('spec.policyTypes', 'may not specify more than two policyTypes');
  } else {
    types.forEach((type, i) => checkOneOf(textOf(type), ['Ingress', 'Egress'], `spec.policyTypes[${i}]`, report, false));
  }
}

function checkPort({ protocol, port, endPort }: Record<string, unknown>, path: string, report: Report): void {
  checkOneOf(protocol, PROTOCOLS, childPath(path, 'protocol'), report, false);
  const end = typeof endPort === 'number' ? endPort : undefined;
  const endPath = childPath(path, 'endPort');
  if (typeof port === 'number') {
    reportIf(childPath(path, 'port'), portNumberProblem(port), report);
    if (end !== undefined) {
      reportIf(endPath, end < port ? 'must be greater than or equal to `port`' : portNumberProblem(end), report);
    }
  } else if (typeof port === 'string') {
    reportIf(endPath, end === undefined ? undefined : 'may not be specified when `port` is non-numeric', report);
    reportIf(childPath(path, 'port'), portNameProblem(port), report);
  } else {
    reportIf(endPath, end === undefined ? undefined : 'may not be specified when `port` is not specified', report);
  }
}

function checkPeer({ podSelector, namespaceSelector, ipBlock }: Record<string, unknown>, path: string, report: Report): void {
  checkLabelSelector(podSelector, childPath(path, 'podSelector'), report);
  checkLabelSelector(namespaceSelector, childPath(path, 'namespaceSelector'), report);
  const selectors = [podSelector, namespaceSelector].filter(isRecord).length;
  if (isRecord(ipBlock)) {
    checkIpBlock(ipBlock, childPath(path, 'ipBlock'), report);
    reportIf(path, selectors > 0 ? 'may not specify both ipBlock and another peer' : undefined, report);
  } else if (selectors === 0) {
    report(path, 'required value: must specify a peer');
  }
}

function checkIpBlock({ cidr, except }: Record<string, unknown>, path: string, report: Report): void {
  const cidrPath = childPath(path, 'cidr');
  if (textOf(cidr) === '') {
    report(cidrPath, 'required value');
    return;
  }
  reportIf(cidrPath, cidrProblem(textOf(cidr)), report);
  const outer = prefixOf(textOf(cidr));
  itemsOf(except).forEach((one, i) => {
    const problem = cidrProblem(textOf(one));
    const inner = prefixOf(textOf(one));
    const outside = outer !== undefined && inner !== undefined && !isStrictlyWithin(outer, inner);
    reportIf(`${path}.except[${i}]`, problem ?? (outside ? 'must be a strict subset of `cidr`' : undefined), report);
  });
}

function isStrictlyWithin(outer: Prefix, inner: Prefix): boolean {
  return prefixContains(outer, inner) && inner.length > outer.length;
}

/** What is wrong with a CIDR, or `undefined`. */
export function cidrProblem(text: string): string | undefined {
  const prefix = prefixOf(text);
  if (prefix === undefined) {
    const withoutZeros = text.replace(/(^|[./])0+(?=\d)/g, '$1');
    return withoutZeros !== text && prefixOf(withoutZeros) !== undefined ? 'must not have leading 0s in IP or prefix length'
      : 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
  }
  if (isMapped(prefix.bytes)) {
    return 'must not have an IPv4-mapped IPv6 address';
  }
  return hasNoHostBits(prefix) ? undefined : 'must not have bits set beyond the prefix length';
}
