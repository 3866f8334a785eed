/** What Istio takes a Service port for. */
export enum ServicePortApplication {
  HTTP = 'http',
  TCP = 'tcp',
  /** Neither stated nor known: the first bytes of each connection decide. */
  SNIFFED = 'sniffed',
}

const HTTP = ['http', 'http2', 'grpc', 'grpc-web'];
const TCP = ['tcp', 'tls', 'https', 'mongo', 'mysql', 'redis', 'udp'];
/** Values of `appProtocol` that Kubernetes defines; they are no port name prefixes. */
const KUBERNETES_HTTP = ['kubernetes.io/h2c', 'kubernetes.io/ws'];

/**
 * The application protocol of a Service port: `appProtocol` wins over the name, the name counts up to its first dash, and anything unknown
 * is sniffed.
 */
export function applicationOf(appProtocol?: string, name?: string): ServicePortApplication {
  if (appProtocol !== undefined && KUBERNETES_HTTP.includes(appProtocol.toLowerCase())) {
    return ServicePortApplication.HTTP;
  }
  const text = (appProtocol ?? name?.split('-')[0] ?? '').toLowerCase();
  if (HTTP.includes(text)) {
    return ServicePortApplication.HTTP;
  }
  return TCP.includes(text) ? ServicePortApplication.TCP : ServicePortApplication.SNIFFED;
}
