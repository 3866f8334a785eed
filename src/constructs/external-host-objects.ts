import { ClientTlsMode, ClientTlsSettings } from '../resources/destination-rule';
import { ServiceEntryPort, ServiceEntryProtocol } from '../resources/service-entry';
import { ExternalHost, ExternalProtocol } from '../values/external-host';

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

/** Whether two descriptions of one host fit into one ServiceEntry. */
export function describedAlike(a: ExternalHost, b: ExternalHost): boolean {
  const place = (h: ExternalHost) => JSON.stringify([h._resolution, h.addresses?.map((address) => address.block).sort() ?? null]);
  const port = (h: ExternalHost) => JSON.stringify([h._protocol, h.serverPort.number]);
  return place(a) === place(b) && (a.port.number !== b.port.number || port(a) === port(b));
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
