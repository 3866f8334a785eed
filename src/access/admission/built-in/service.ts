import { childPath, itemsOf, recordOf } from '../field-note';
import { isAddressText } from '../go-addresses';
import {
  annotationPath, checkLabels, checkOneOf, labelProblem, portNameProblem, portNumberProblem, qualifiedNameProblem, Report, reportIf,
  subdomainProblem,
  textOf,
} from './names';
import { cidrProblem } from './network-policy';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const RANGES_ANNOTATION = 'service.beta.kubernetes.io/load-balancer-source-ranges';

/** Reports what the API server has against a Service, its range of addresses and ports in use left aside. */
export function checkService(object: Record<string, unknown>, report: Report): void {
  const spec = recordOf(object.spec);
  const type = textOf(spec.type) === '' ? 'ClusterIP' : textOf(spec.type);
  checkOneOf(type, TYPES, 'spec.type', report);
  const ports = itemsOf(spec.ports).map(recordOf);
  if (ports.length === 0 && !isHeadless(spec) && type !== 'ExternalName') {
    report('spec.ports', 'required value');
  }
  ports.forEach((_, i) => checkPort(ports, i, type, report));
  checkLabels(spec.selector, 'spec.selector', report);
  checkAffinity(spec, report);
  checkByType(spec, type, report);
  checkSourceRanges(spec, type, recordOf(recordOf(object.metadata).annotations), report);
  checkPolicies(spec, type, report);
  itemsOf(spec.externalIPs).forEach((address, i) => reportIf(`spec.externalIPs[${i}]`, addressProblem(textOf(address)), report));
}

function isHeadless({ clusterIP, clusterIPs }: Record<string, unknown>): boolean {
  return clusterIP === 'None' || itemsOf(clusterIPs)[0] === 'None';
}

function checkPort(ports: readonly Record<string, unknown>[], i: number, type: string, report: Report): void {
  const port = ports[i];
  const path = `spec.ports[${i}]`;
  const name = textOf(port.name);
  const before = ports.slice(0, i);
  const protocol = ({ protocol: given }: Record<string, unknown>) => (textOf(given) === '' ? 'TCP' : textOf(given));
  if (name === '') {
    reportIf(childPath(path, 'name'), ports.length > 1 ? 'required value' : undefined, report);
  } else {
    reportIf(childPath(path, 'name'), labelProblem(name) ?? (before.some((other) => other.name === name) ? 'duplicate value' : undefined), report);
  }
  reportIf(childPath(path, 'port'), portNumberProblem(Number(port.port ?? 0)), report);
  checkOneOf(protocol(port), ['SCTP', 'TCP', 'UDP'], childPath(path, 'protocol'), report);
  checkTargetPort(port.targetPort, childPath(path, 'targetPort'), report);
  if (typeof port.appProtocol === 'string') {
    reportIf(childPath(path, 'appProtocol'), qualifiedNameProblem(port.appProtocol), report);
  }
  const nodePort = Number(port.nodePort ?? 0);
  if (nodePort !== 0 && type === 'ClusterIP') {
    report(childPath(path, 'nodePort'), "may not be used when `type` is 'ClusterIP'");
  }
  const same = before.filter((other) => protocol(other) === protocol(port));
  reportIf(childPath(path, 'nodePort'), nodePort !== 0 && same.some((other) => other.nodePort === nodePort) ? 'duplicate value' : undefined, report);
  reportIf(path, same.some((other) => other.port === port.port) ? 'duplicate value' : undefined, report);
}

/** Zero and the empty text stand for the port itself. */
function checkTargetPort(target: unknown, path: string, report: Report): void {
  if (typeof target === 'number' && target !== 0) {
    reportIf(path, portNumberProblem(target), report);
  } else if (typeof target === 'string' && target !== '') {
    reportIf(path, portNameProblem(target), report);
  }
}

function checkAffinity(spec: Record<string, unknown>, report: Report): void {
  const affinity = textOf(spec.sessionAffinity) === '' ? 'None' : textOf(spec.sessionAffinity);
  checkOneOf(affinity, ['ClientIP', 'None'], 'spec.sessionAffinity', report);
  const seconds = recordOf(recordOf(spec.sessionAffinityConfig).clientIP).timeoutSeconds;
  if (affinity === 'ClientIP' && typeof seconds === 'number' && (seconds <= 0 || seconds > 86400)) {
    report('spec.sessionAffinityConfig.clientIP.timeoutSeconds', 'must be greater than 0 and less than 86400');
  }
}

function checkByType(spec: Record<string, unknown>, type: string, report: Report): void {
  const given = itemsOf(spec.clusterIPs);
  const addresses = given.length === 0 && textOf(spec.clusterIP) !== '' ? [spec.clusterIP] : given;
  if (type === 'ExternalName') {
    ['ipFamilies', 'ipFamilyPolicy'].filter((name) => itemsOf(spec[name]).length > 0 || typeof spec[name] === 'string')
      .forEach((name) => report(childPath('spec', name), 'may not be set for ExternalName services'));
    reportIf('spec.clusterIPs', addresses.length > 0 ? 'may not be set for ExternalName services' : undefined, report);
    const name = textOf(spec.externalName).replace(/\.$/, '');
    reportIf('spec.externalName', name === '' ? 'required value' : subdomainProblem(name), report);
    return;
  }
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec)) {
    report('spec.clusterIPs[0]', `may not be set to 'None' for ${type} services`);
  }
  if (given.length > 0 && given[0] !== spec.clusterIP) {
    report('spec.clusterIPs', textOf(spec.clusterIP) === '' ? 'must be empty when `clusterIP` is not specified' : 'first value must match `clusterIP`');
  }
  if (addresses.length > (addresses[0] === 'None' ? 1 : 2)) {
    report('spec.clusterIPs', addresses[0] === 'None' ? "'None' must be the first and only value" : 'may only hold up to 2 values');
  }
  addresses.forEach((address, i) => reportIf(`spec.clusterIPs[${i}]`, i === 0 && address === 'None' ? undefined : addressProblem(textOf(address)), report));
  itemsOf(spec.ipFamilies).forEach((family, i, all) => {
    checkOneOf(family, ['IPv4', 'IPv6'], `spec.ipFamilies[${i}]`, report, false);
    reportIf(`spec.ipFamilies[${i}]`, all.indexOf(family) < i ? 'duplicate value' : undefined, report);
  });
  checkOneOf(spec.ipFamilyPolicy, ['PreferDualStack', 'RequireDualStack', 'SingleStack'], 'spec.ipFamilyPolicy', report, false);
}

function checkSourceRanges(spec: Record<string, unknown>, type: string, annotations: Record<string, unknown>, report: Report): void {
  const ranges = itemsOf(spec.loadBalancerSourceRanges);
  const annotation = annotations[RANGES_ANNOTATION];
  const path = ranges.length > 0 ? 'spec.loadBalancerSourceRanges' : annotationPath(RANGES_ANNOTATION);
  if (ranges.length === 0 && typeof annotation !== 'string') {
    return;
  }
  if (type !== 'LoadBalancer') {
    report(path, "may only be used when `type` is 'LoadBalancer'");
  }
  const texts = ranges.length > 0 ? ranges.map(textOf) : textOf(annotation).trim() === '' ? [] : textOf(annotation).split(',');
  texts.forEach((text, i) => reportIf(ranges.length > 0 ? `${path}[${i}]` : path, cidrProblem(text.trim()), report));
}

function checkPolicies(spec: Record<string, unknown>, type: string, report: Report): void {
  const external = ['LoadBalancer', 'NodePort'].includes(type) || (type === 'ClusterIP' && itemsOf(spec.externalIPs).length > 0);
  if (external) {
    checkOneOf(spec.externalTrafficPolicy, ['Cluster', 'Local'], 'spec.externalTrafficPolicy', report);
  } else if (textOf(spec.externalTrafficPolicy) !== '') {
    report('spec.externalTrafficPolicy', 'may only be set for externally-accessible services');
  }
  checkOneOf(spec.internalTrafficPolicy, ['Cluster', 'Local'], 'spec.internalTrafficPolicy', report, false);
  const healthPort = Number(spec.healthCheckNodePort ?? 0);
  if (healthPort !== 0) {
    reportIf('spec.healthCheckNodePort', type !== 'LoadBalancer' || spec.externalTrafficPolicy !== 'Local'
      ? "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'" : portNumberProblem(healthPort), report);
  }
  checkOneOf(spec.trafficDistribution, ['PreferClose', 'PreferSameNode', 'PreferSameZone'], 'spec.trafficDistribution', report, false);
  if (type === 'LoadBalancer') {
    reportIf('spec.loadBalancerClass', typeof spec.loadBalancerClass === 'string' ? qualifiedNameProblem(spec.loadBalancerClass) : undefined, report);
  } else {
    ['allocateLoadBalancerNodePorts', 'loadBalancerClass'].filter((name) => spec[name] !== undefined && spec[name] !== null)
      .forEach((name) => report(childPath('spec', name), "may only be used when `type` is 'LoadBalancer'"));
  }
}

function addressProblem(text: string): string | undefined {
  return isAddressText(text, { zones: false, mapped: false }) ? undefined : 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
}
