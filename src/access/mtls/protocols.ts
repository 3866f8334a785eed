import { ServicePortApplication } from '../../values/grammar/app-protocols';
import { ServicePort } from '../workload';

/** What istiod takes a port for; `UNKNOWN` is sniffed. */
export type PortProtocol = 'HTTP' | 'TCP' | 'TLS' | 'UDP' | 'UNKNOWN';

const PROTOCOLS: Readonly<Record<string, PortProtocol>> = {
  'http': 'HTTP',
  'http2': 'HTTP',
  'http_proxy': 'HTTP',
  'grpc': 'HTTP',
  'grpc-web': 'HTTP',
  'tcp': 'TCP',
  'mongo': 'TCP',
  'redis': 'TCP',
  'mysql': 'TCP',
  'https': 'TLS',
  'tls': 'TLS',
  'udp': 'UDP',
};
/** Values of `appProtocol` that Kubernetes defines; they are written exactly so. */
const KUBERNETES: Readonly<Record<string, PortProtocol>> = { 'kubernetes.io/h2c': 'HTTP', 'kubernetes.io/ws': 'HTTP', 'kubernetes.io/wss': 'TLS' };
/** SMTP, DNS, MySQL and MongoDB: servers that speak first, which nobody can sniff. */
const SERVER_FIRST = [25, 53, 3306, 27017];

/** The protocol of a Service port: `appProtocol` wins over the name, either counts up to its first dash. */
export function protocolOfPort({ protocol, appProtocol, name, port }: ServicePort): PortProtocol {
  if (protocol === 'UDP') {
    return 'UDP';
  }
  if (appProtocol !== undefined && Object.hasOwn(KUBERNETES, appProtocol)) {
    return KUBERNETES[appProtocol];
  }
  const stated = protocolNamed((appProtocol ?? name ?? '').split('-')[0]);
  return stated === 'UNKNOWN' && SERVER_FIRST.includes(port) ? 'TCP' : stated;
}

/** The protocol that a Gateway, a Sidecar or a ServiceEntry names. */
export function protocolNamed(name: unknown): PortProtocol {
  const key = typeof name === 'string' ? name.toLowerCase() : '';
  return Object.hasOwn(PROTOCOLS, key) ? PROTOCOLS[key] : 'UNKNOWN';
}

/** What a server's proxy makes of a protocol: TLS that it does not end is TCP to it. */
export function applicationOfProtocol(protocol: PortProtocol): ServicePortApplication {
  switch (protocol) {
    case 'HTTP': return ServicePortApplication.HTTP;
    case 'UNKNOWN': return ServicePortApplication.SNIFFED;
    default: return ServicePortApplication.TCP;
  }
}
