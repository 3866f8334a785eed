import { checkExportTo, endpointAddressProblem, ipBlockProblem, wildcardHostProblem } from './host-grammar';
import { portName, ServiceEntryEndpoint, ServiceEntryProps, ServiceEntryProtocol, ServiceEntryResolution } from './service-entry-props';
import { checkLabels, checkPortNumber, checkTexts, Grammar, requireNonEmpty, requireUnique } from './validation';
import { invalid, requireValid } from '../values/errors';
import { addressProblem } from '../values/grammar/cidrs';
import { serviceAccountNameProblem } from '../values/grammar/names';
import { textProblem } from '../values/grammar/strings';

const MOST_HOSTS = 256;
const OPAQUE = [ServiceEntryProtocol.TCP, ServiceEntryProtocol.MONGO, ServiceEntryProtocol.MYSQL, ServiceEntryProtocol.REDIS];
const DYNAMIC = [ServiceEntryProtocol.HTTP, ServiceEntryProtocol.HTTP2, ServiceEntryProtocol.GRPC, ServiceEntryProtocol.TLS];

/** Refuses an entry that the API server or istiod refuses. */
export function checkServiceEntry(props: ServiceEntryProps): void {
  checkHosts(props.hosts);
  checkPorts(props);
  checkAddresses(props);
  checkEndpoints(props);
  checkResolution(props);
  checkExportTo(props.exportTo);
  checkTexts('subjectAltNames', props.subjectAltNames, textProblem,
    { allowed: 'names in the certificate of the server', fix: 'correct the name' });
}

function checkHosts(hosts: string[]): void {
  checkTexts('hosts', hosts, wildcardHostProblem, { allowed: 'a DNS name, or "*." and a DNS name', fix: 'name the host' });
  requireUnique('a host', hosts, 'remove one');
  if (hosts.length > MOST_HOSTS) {
    throw invalid('hosts are too many', hosts.length, `up to ${MOST_HOSTS}`, 'define several entries');
  }
}

function checkPorts({ ports, hosts, resolution }: ServiceEntryProps): void {
  requireNonEmpty('ports', ports, 'name the ports of the host');
  for (const port of ports) {
    checkPortNumber('number of a port', port.number);
    if (port.targetPort !== undefined) {
      checkPortNumber(`targetPort of port ${port.number}`, port.targetPort);
    }
    requireValid(`name of port ${port.number}`, portName(port), endpointPortProblem, 'letters, digits and "-" inside, up to 62',
      'correct the name');
    if (resolution === ServiceEntryResolution.NONE && port.targetPort !== undefined && port.targetPort !== port.number) {
      throw invalid(`targetPort of port ${port.number} has no effect with the resolution NONE, which keeps the port of the app`,
        port.targetPort, 'the same port', 'leave targetPort out');
    }
    if (OPAQUE.includes(port.protocol) && hosts.length > 1 && resolution !== ServiceEntryResolution.NONE) {
      throw invalid(`port ${port.number} carries bytes, which do not say for which of several hosts they are`, hosts, 'one host',
        'define one entry per host');
    }
  }
  requireUnique('number of a port', ports.map((port) => port.number), 'remove one');
  requireUnique('name of a port', ports.map(portName), 'rename one');
}

function checkAddresses({ addresses, resolution }: ServiceEntryProps): void {
  const takesRanges = resolution === ServiceEntryResolution.NONE || resolution === ServiceEntryResolution.STATIC;
  const range = takesRanges ? undefined : addresses?.find((address) => address.includes('/'));
  if (range !== undefined) {
    throw invalid(`addresses cannot hold a range with the resolution ${resolution}`, range, 'single addresses',
      'use NONE or STATIC for ranges');
  }
  checkTexts('addresses', addresses, ipBlockProblem, { allowed: 'an IP address, or a CIDR without host bits', fix: 'correct the address' });
}

function checkEndpoints(props: ServiceEntryProps): void {
  const { endpoints, workloadSelector, resolution } = props;
  if (workloadSelector !== undefined) {
    checkLabels('workloadSelector', workloadSelector, 'leave it out if no pods serve the hosts');
  }
  requireNonEmpty('endpoints', endpoints, 'leave them out if the hosts serve themselves');
  if (endpoints === undefined) {
    return;
  }
  if (workloadSelector !== undefined) {
    throw invalid('endpoints and workloadSelector exclude each other', workloadSelector, 'one of them', 'leave one out');
  }
  if (resolution === ServiceEntryResolution.NONE) {
    throw invalid('endpoints have no effect with the resolution NONE, which keeps the address of the app', endpoints, 'no endpoints',
      'use STATIC or DNS');
  }
  if (resolution === ServiceEntryResolution.DNS_ROUND_ROBIN && endpoints.length > 1) {
    throw invalid('the resolution DNS_ROUND_ROBIN takes one endpoint', endpoints, 'one endpoint', 'use DNS for several');
  }
  endpoints.forEach((endpoint, i) => checkEndpoint(`endpoints[${i}]`, endpoint, props));
}

function checkEndpoint(where: string, endpoint: ServiceEntryEndpoint, { ports, resolution }: ServiceEntryProps): void {
  const { address, network, serviceAccount } = endpoint;
  if (address === undefined && network === undefined) {
    throw invalid(`${where} has neither address nor network`, endpoint, 'one of them at least', 'set address');
  }
  const isSocket = address?.startsWith('unix://') ?? false;
  if (address !== undefined) {
    const grammar: Grammar = resolution === ServiceEntryResolution.STATIC && !isSocket ? addressProblem : endpointAddressProblem;
    requireValid(`${where}.address`, address, grammar, 'an IP address, a host with a DNS resolution, or unix:// and a path',
      'correct the address');
  }
  if (serviceAccount !== undefined) {
    requireValid(`${where}.serviceAccount`, serviceAccount, serviceAccountNameProblem, 'the name of a service account', 'correct the name');
  }
  if (endpoint.labels !== undefined) {
    checkLabels(`${where}.labels`, endpoint.labels, 'leave them out if there are none');
  }
  if (endpoint.ports !== undefined) {
    checkEndpointPorts(where, endpoint.ports, ports.map(portName), isSocket);
  }
}

function checkEndpointPorts(where: string, ports: { [name: string]: number }, known: string[], isSocket: boolean): void {
  if (isSocket || Object.keys(ports).length === 0) {
    throw invalid(isSocket ? `${where} is a socket, which has no ports` : `${where}.ports must not be empty`, ports,
      'ports of an IP address or host', 'leave ports out');
  }
  for (const [name, number] of Object.entries(ports)) {
    checkPortNumber(`${where}.ports[${name}]`, number);
    if (!known.includes(name)) {
      throw invalid(`${where}.ports names a port that the entry does not have`, name, known.join(', '), 'correct the name');
    }
  }
}

function checkResolution({ resolution, hosts, endpoints, addresses, workloadSelector, ports }: ServiceEntryProps): void {
  const wildcard = hosts.find((host) => host.startsWith('*'));
  const resolvesHosts = endpoints === undefined && workloadSelector === undefined
    && (resolution === ServiceEntryResolution.DNS || resolution === ServiceEntryResolution.DNS_ROUND_ROBIN);
  if (resolvesHosts && wildcard !== undefined) {
    throw invalid(`a wildcard cannot be looked up with the resolution ${resolution}`, wildcard, 'a DNS name',
      'name the hosts, or use DYNAMIC_DNS or NONE');
  }
  if (resolution !== ServiceEntryResolution.DYNAMIC_DNS) {
    return;
  }
  const fixed = hosts.find((host) => !host.startsWith('*.'));
  if (fixed !== undefined) {
    throw invalid('the resolution DYNAMIC_DNS is for wildcards', fixed, '"*." and a DNS name', 'use DNS for a single host');
  }
  if (endpoints !== undefined || addresses !== undefined) {
    throw invalid('the resolution DYNAMIC_DNS takes neither addresses nor endpoints', endpoints ?? addresses, 'none', 'leave them out');
  }
  const other = ports.find((port) => !DYNAMIC.includes(port.protocol));
  if (other !== undefined) {
    throw invalid('the resolution DYNAMIC_DNS needs the host in the traffic', other.protocol, DYNAMIC.join(', '),
      'use another resolution for this port');
  }
}

/** What is wrong with the name of a port, which is also a key of the ports of an endpoint. */
function endpointPortProblem(value: string): string | undefined {
  return value.length < 63 && /^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$/.test(value) ? undefined : 'is not the name of a port';
}
