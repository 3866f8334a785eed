import { HostUser } from './host-registry';
import { MeshFacts } from './mesh-facts';
import { ClientTlsMode, ClientTlsSettings } from '../resources/destination-rule';
import { ServiceEntryPort, ServiceEntryProtocol } from '../resources/service-entry';
import { invalid } from '../values/errors';
import { ExternalHost, ExternalProtocol, ExternalResolution, SYSTEM_AUTHORITIES } from '../values/external-host';

/** The port of a ServiceEntry: where the proxy speaks TLS, the plain port leads to another one of the server. */
export function entryPort(host: ExternalHost): ServiceEntryPort {
  const [dialled, server] = [host.port.number!, host.serverPort.number!];
  return { number: dialled, protocol: ServiceEntryProtocol[host._protocol], ...(dialled === server ? {} : { targetPort: server }) };
}

/** What the proxy checks of the server and shows of itself. */
export function tlsOf(host: ExternalHost): ClientTlsSettings {
  const { caCertificates, subjectAltNames, clientCertificate } = host._origination!;
  const files = clientCertificate?.mountedFiles;
  return {
    mode: clientCertificate === undefined ? ClientTlsMode.SIMPLE : ClientTlsMode.MUTUAL,
    credentialName: clientCertificate?.secretName,
    clientCertificate: files?.certificate,
    privateKey: files?.privateKey,
    caCertificates,
    subjectAltNames: [...subjectAltNames].sort(),
    sni: host.host,
  };
}

/** The same for whoever has no certificate to show: the server may refuse it, but nothing leaves in plaintext. */
export function tlsWithoutCertificate(host: ExternalHost): ClientTlsSettings {
  const { caCertificates = SYSTEM_AUTHORITIES, subjectAltNames, sni } = tlsOf(host);
  return { mode: ClientTlsMode.SIMPLE, caCertificates, subjectAltNames, sni };
}

/** Whether the proxy shows a client certificate. */
export function presents(host: ExternalHost): boolean {
  return host._origination?.clientCertificate !== undefined;
}

/** Whether two descriptions of one host fit into one ServiceEntry; its proxies speak TLS behind one plain port at the most. */
export function describedAlike(a: ExternalHost, b: ExternalHost): boolean {
  const place = (h: ExternalHost) => JSON.stringify([h._resolution, h.addresses?.map((address) => address.block).sort() ?? null]);
  const port = (h: ExternalHost) => JSON.stringify([h._protocol, h.serverPort.number]);
  const samePort = a.port.number === b.port.number;
  const bothOriginate = a._origination !== undefined && b._origination !== undefined;
  return place(a) === place(b) && (samePort ? port(a) === port(b) : !bothOriginate);
}

/** Refuses what proxies of the namespace could not follow. */
export function requireDefinable(host: ExternalHost, user: HostUser, namespace: string, facts: MeshFacts): void {
  if (presents(host) && user.workload === undefined) {
    throw new Error(`${user.name} would present one client certificate to ${host.host}, so the server could not tell its workloads apart; `
      + 'name the workloads that may');
  }
  const domain = facts.clusterDomain;
  if (host.host.endsWith(`.${domain}`) || (host.host.startsWith('*.') && domain.endsWith(host.host.slice(1)))) {
    throw invalid(`${user.name} would reach Services of the cluster as if they were outside of the mesh, without mutual TLS`, host.host,
      'hosts outside of the cluster', 'grant it with allowFrom of the workload behind the Service');
  }
  if (host._protocol === ExternalProtocol.TCP && host.addresses === undefined && facts.dnsCapture !== true) {
    throw invalid(`proxies of ${namespace} could not tell ${host} from other TCP hosts on this port, and one of them would silently win`,
      undefined, 'addresses, or the mesh fact dnsCapture: true', 'give the addresses that the application dials');
  }
  if (host._resolution === ExternalResolution.DYNAMIC_DNS && facts.wildcardTlsHosts !== true) {
    throw invalid(`${host} would not work, because istiod passes over TLS hosts with a wildcard by default`, facts.wildcardTlsHosts,
      'the mesh fact wildcardTlsHosts: true', 'set ENABLE_WILDCARD_HOST_SERVICE_ENTRIES_FOR_TLS on istiod and state the fact, or name the hosts');
  }
}

/** Whether proxies could not tell the traffic of two hosts apart. */
export function collide(a: ExternalHost, b: ExternalHost): boolean {
  if (a.port.number !== b.port.number) {
    return false;
  }
  if (a._protocol === ExternalProtocol.TCP || b._protocol === ExternalProtocol.TCP) {
    // without addresses of its own a TCP host gets one from the proxy's DNS
    return (a.addresses ?? []).some((address) => (b.addresses ?? []).some((other) => address.overlaps(other)));
  }
  return (a._protocol === ExternalProtocol.HTTP) !== (b._protocol === ExternalProtocol.HTTP);
}
