import { Names, trustDomains } from './identities';
import { NaiveQuery, NaiveWorkload, NaiveWorld } from './world';

/** What reaches a proxy of the server: how the client secured it, who the client is, and which bytes it sends. */
export interface Arrival {
  /** TLS between proxies of a mesh, TLS of the application's own, or none. */
  readonly tls: 'mesh' | 'own' | 'none';
  readonly principal?: string;
  readonly bytes: 'http' | 'tcp';
  readonly sourceIp: string;
  readonly sni?: string;
}

/** What the client's application sends; one that speaks TLS itself sends nothing that a proxy can read. */
export function bytesOf({ to, http }: NaiveQuery): 'http' | 'tcp' {
  const app = to.app ?? (http === undefined ? 'tcp' : 'http');
  return ['http', 'http2', 'grpc'].includes(app) ? 'http' : 'tcp';
}

export function sourceIpOf(query: NaiveQuery, client: NaiveWorkload | undefined): string {
  return query.conn.sourceIp ?? client?.ip ?? query.from.ip ?? '0.0.0.0';
}

/** The name in a certificate. Outside of the mesh there are some without identity: a name of a host, a subject. */
export function namesOf(principal: string | undefined): Names {
  if (principal === undefined) {
    return [];
  }
  if (principal.startsWith('dns:')) {
    return [principal.slice('dns:'.length)];
  }
  return principal.startsWith('subject:') ? [`CN=${principal.slice('subject:'.length)}`] : [`spiffe://${principal}`];
}

/** A proxy of the mesh takes certificates of its own trust domains only. */
export function isTrusted(world: NaiveWorld, principal: string | undefined): boolean {
  return principal !== undefined && trustDomains(world).some((domain) => principal.startsWith(`${domain}/`));
}
