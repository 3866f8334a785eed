const ALL = ['tcp', 'udp', 'grpc', 'grpc-web', 'http', 'http_proxy', 'http2', 'https', 'tls', 'mongo', 'redis', 'mysql'];
const HTTP = ['http', 'http2', 'http_proxy', 'grpc', 'grpc-web'];
const TCP = ['tcp', 'https', 'tls', 'mongo', 'redis', 'mysql'];

/** What is wrong with the name of a protocol, or `undefined`; without a name it is found out. */
export function protocolProblem(name: string): string | undefined {
  return name === '' || isProtocol(name) ? undefined : `unsupported protocol: ${name}`;
}

/** Whether Istio knows the protocol; case does not count. */
export function isProtocol(name: string): boolean {
  return ALL.includes(name.toLowerCase());
}

/** Whether requests of HTTP are seen. */
export function isHttp(name: string): boolean {
  return HTTP.includes(name.toLowerCase());
}

/** Whether bytes are carried, encrypted or not. */
export function isTcp(name: string): boolean {
  return TCP.includes(name.toLowerCase());
}

/** Whether the port carries TLS. */
export function isTls(name: string): boolean {
  return ['https', 'tls'].includes(name.toLowerCase());
}
