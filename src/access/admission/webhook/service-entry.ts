import { isAddressText } from '../go-addresses';
import type { Message } from './decode';
import { checkExportTo } from './export-to';
import { messageAt, messagesAt, numberAt, Opinion, textAt, textsAt, WebhookCheck, WebhookMetadata } from './opinion';
import { isHttp, isTcp, isTls, protocolProblem } from './protocols';
import { checkWorkloadSelector } from './targets';
import { fqdnProblem, isWildcarded, partialWildcardProblem, portNameProblem, portProblem, subnetProblem, wildcardDomainProblem } from './texts';
import { checkEndpointPorts, checkEntry } from './workload-entry';

/** What the webhook says of a ServiceEntry. */
export const checkServiceEntry: WebhookCheck = (spec, metadata, opinion) => {
  if (!checkWorkloadSelector(messageAt(spec, 'workloadSelector'), 'service entry', opinion)) {
    return;
  }
  const resolution = textAt(spec, 'resolution') === '' ? 'NONE' : textAt(spec, 'resolution');
  if (spec.workloadSelector !== undefined && spec.endpoints !== undefined) {
    opinion.error('only one of WorkloadSelector or Endpoints is allowed in Service Entry');
  }
  checkHosts(textsAt(spec, 'hosts'), resolution, opinion);
  checkAddresses(textsAt(spec, 'addresses'), resolution, opinion);
  checkPorts(spec, allocatesAddress(spec, resolution, metadata), opinion);
  checkResolution(spec, resolution, metadata, opinion);
  const apart = messagesAt(spec, 'ports').every((port) => isHttp(textAt(port, 'protocol')) || isTls(textAt(port, 'protocol')));
  if (resolution !== 'NONE' && textsAt(spec, 'hosts').length > 1 && !apart) {
    opinion.error('multiple hosts provided with non-HTTP, non-TLS ports');
  }
  checkExportTo(metadata.namespace, textsAt(spec, 'exportTo'), opinion, { toNobody: true });
};

function checkHosts(hosts: readonly string[], resolution: string, opinion: Opinion): void {
  if (hosts.length === 0) {
    opinion.error('service entry must have at least one host');
  }
  for (const host of hosts) {
    opinion.errorIf(host === '*' ? 'invalid host *' : wildcardDomainProblem(host));
    const partial = host === '*' || resolution === 'DYNAMIC_DNS' ? undefined : partialWildcardProblem(host);
    if (partial !== undefined) {
      opinion.warn(partial);
    }
  }
}

function checkAddresses(addresses: readonly string[], resolution: string, opinion: Opinion): void {
  addresses.forEach((address) => opinion.errorIf(subnetProblem(address)));
  if (addresses.some((address) => address.includes('/')) && !['NONE', 'STATIC'].includes(resolution)) {
    opinion.error('CIDR addresses are allowed only for NONE/STATIC resolution types');
  }
}

/** Whether istiod gives the entry an address of its own. */
function allocatesAddress(spec: Message, resolution: string, { labels }: WebhookMetadata): boolean {
  const wanted = labels['networking.istio.io/enable-autoallocate-ip'];
  return resolution !== 'NONE' && !(typeof wanted === 'string' && wanted.toLowerCase() === 'false') && textsAt(spec, 'addresses').length === 0;
}

function checkPorts(spec: Message, allocates: boolean, opinion: Opinion): void {
  const names = new Set<string>();
  const numbers = new Set<number>();
  for (const port of messagesAt(spec, 'ports')) {
    const [name, number, protocol] = [textAt(port, 'name'), numberAt(port, 'number'), textAt(port, 'protocol')];
    opinion.errorIf(names.has(name) ? `service entry port name "${name}" already defined` : undefined);
    opinion.errorIf(numbers.has(number) ? `service entry port ${number} already defined` : undefined);
    names.add(name);
    numbers.add(number);
    opinion.errorIf(numberAt(port, 'targetPort') === 0 ? undefined : portProblem(numberAt(port, 'targetPort')));
    if (textsAt(spec, 'addresses').length === 0 && !allocates && (protocol === '' || protocol === 'TCP')) {
      opinion.warn('addresses are required for ports serving TCP (or unset) protocol when IP Autoallocation is not enabled');
    }
    opinion.errorIf(portNameProblem(name));
    opinion.errorIf(protocolProblem(protocol));
    opinion.errorIf(portProblem(number));
  }
}

function checkResolution(spec: Message, resolution: string, metadata: WebhookMetadata, opinion: Opinion): void {
  const endpoints = messagesAt(spec, 'endpoints');
  const ports = new Set(messagesAt(spec, 'ports').map((port) => textAt(port, 'name')));
  switch (resolution) {
    case 'NONE':
      opinion.errorIf(endpoints.length > 0 ? 'no endpoints should be provided for resolution type none' : undefined);
      if (spec.workloadSelector !== undefined) {
        opinion.warn('workloadSelector should not be set when resolution mode is NONE');
      }
      return;
    case 'STATIC':
      endpoints.forEach((endpoint) => checkEntry(endpoint, ports, opinion));
      return;
    case 'DNS': case 'DNS_ROUND_ROBIN':
      checkDns(spec, resolution, ports, opinion);
      return;
    case 'DYNAMIC_DNS':
      checkDynamicDns(spec, metadata, opinion);
      return;
    default:
      opinion.error(`unsupported resolution type ${resolution}`);
  }
}

function checkDns(spec: Message, resolution: string, ports: ReadonlySet<string>, opinion: Opinion): void {
  const [endpoints, hosts] = [messagesAt(spec, 'endpoints'), textsAt(spec, 'hosts')];
  const unknown = endpoints.length === 0 ? hosts.find((host) => fqdnProblem(host) !== undefined) : undefined;
  opinion.errorIf(unknown === undefined ? undefined
    : `hosts must be FQDN or contain only prefix wildcards if no endpoints are provided for resolution mode ${resolution}, ${fqdnProblem(unknown)!}`);
  if (resolution === 'DNS_ROUND_ROBIN' && endpoints.length > 1) {
    opinion.error('there must only be 0 or 1 endpoint for resolution mode DNS_ROUND_ROBIN');
  }
  for (const endpoint of endpoints) {
    const address = textAt(endpoint, 'address');
    opinion.errorIf(isAddressText(address) || fqdnProblem(address) === undefined ? undefined : `endpoint address "${address}" is not a valid FQDN or an IP address`);
    checkEndpointPorts(endpoint, ports, opinion);
  }
  const tcp = messagesAt(spec, 'ports').some((port) => isTcp(textAt(port, 'protocol')));
  if (textsAt(spec, 'addresses').length > 0 && tcp && hosts.length > 1) {
    opinion.warn('service entry can not have more than one host specified simultaneously with address and tcp port');
  }
}

function checkDynamicDns(spec: Message, { labels }: WebhookMetadata, opinion: Opinion): void {
  const hosts = textsAt(spec, 'hosts');
  opinion.errorIf(hosts.length === 0 ? 'at least one wildcard host must be provided for resolution type DYNAMIC_DNS' : undefined);
  hosts.filter((host) => !isWildcarded(host)).forEach(() => opinion.error('host must be wildcarded for resolution mode DYNAMIC_DNS'));
  ['addresses', 'endpoints'].filter((field) => spec[field] !== undefined)
    .forEach((field) => opinion.error(`${field} cannot be set for resolution type DYNAMIC_DNS`));
  messagesAt(spec, 'ports').map((port) => textAt(port, 'protocol').toLowerCase()).filter((name) => !['http', 'tls', 'grpc', 'http2'].includes(name))
    .forEach(() => opinion.error('only HTTP, TLS, GRPC, and HTTP2 protocols are supported for resolution type DYNAMIC_DNS'));
  const location = textAt(spec, 'location');
  const waypoint = labels['istio.io/use-waypoint'];
  if (!['', 'MESH_EXTERNAL', 'MESH_INTERNAL'].includes(location)) {
    opinion.error('location must be MESH_EXTERNAL or MESH_INTERNAL for resolution type DYNAMIC_DNS');
  }
  if (location === 'MESH_INTERNAL' && typeof waypoint === 'string' && waypoint !== '' && waypoint.toLowerCase() !== 'none') {
    opinion.error('location MESH_INTERNAL with resolution type DYNAMIC_DNS is not supported when using waypoints');
  }
}
