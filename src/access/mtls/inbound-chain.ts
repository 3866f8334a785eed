import { ServicePortApplication } from '../../values/grammar/app-protocols';
import { MeshSettings } from '../mesh-settings';
import { MtlsMode } from './effective';

/** What arrives at the inbound listener of a sidecar. */
export interface InboundClient {
  readonly tls: boolean;
  /** the application protocols that a TLS client offers */
  readonly alpn?: readonly string[];
  /** of the certificate that the client has of the mesh's authority */
  readonly trustDomain?: string;
  /** what it speaks, inside of TLS if there is any */
  readonly speaks: 'http' | 'tcp';
}

/** Which filter chain a connection meets, and whether the identity of the client is known there. */
export interface InboundChain {
  /** `raw`: a TCP chain that hands the TLS of the client to the application; `reset`: none, or no handshake */
  readonly chain: 'http' | 'tcp' | 'raw' | 'reset';
  readonly authenticated: boolean;
  readonly text: string;
}

const MESH_HTTP = ['istio-http/1.0', 'istio-http/1.1', 'istio-h2'];
const MESH_TCP = ['istio', 'istio-peer-exchange'];
const MESH_ANY = [...MESH_HTTP, ...MESH_TCP];
/** The port at which the proxy itself takes what is redirected; nobody may call it. */
const PROXY_INBOUND_PORT = 15006;

/** A client whose proxy originates the mesh's mutual TLS. */
export function meshClient(speaks: 'http' | 'tcp', trustDomain: string): InboundClient {
  return { tls: true, alpn: [speaks === 'http' ? 'istio-http/1.1' : 'istio'], trustDomain, speaks };
}

/** A client that sends its bytes as they are. */
export function plaintextClient(speaks: 'http' | 'tcp'): InboundClient {
  return { tls: false, speaks };
}

/** Decides which filter chain of a port takes a connection, as Envoy matches transport and application protocol. */
export function inboundChain({ port, mode, application, client, mesh }: {
  readonly port: number;
  readonly mode: MtlsMode;
  readonly application: ServicePortApplication;
  readonly client: InboundClient;
  readonly mesh: Pick<MeshSettings, 'trustDomain' | 'trustDomainAliases' | 'flags'>;
}): InboundChain {
  if (port === PROXY_INBOUND_PORT) {
    return reset('the port of the proxy itself');
  }
  if (!client.tls) {
    return mode === 'STRICT' ? reset('STRICT: plaintext meets no filter chain') : plain(application, client);
  }
  const ending = terminating(mode, application, client.alpn ?? []);
  if (ending !== undefined) {
    return handshake(ending, client, mesh);
  }
  if (application === ServicePortApplication.HTTP) {
    return reset(mode === 'DISABLE' ? 'DISABLE: an HTTP port that ends no TLS' : 'PERMISSIVE: an HTTP port takes plaintext and the TLS of the mesh, no other');
  }
  return { chain: 'raw', authenticated: false, text: `${mode}: TLS that is not the mesh's reaches the application as it is` };
}

/** The chain that ends TLS, if one matches. */
function terminating(mode: MtlsMode, application: ServicePortApplication, alpn: readonly string[]): 'http' | 'tcp' | undefined {
  const offers = (names: readonly string[]) => alpn.some((name) => names.includes(name));
  const known = alpn.find((name) => MESH_ANY.includes(name));
  if (mode === 'DISABLE' || (mode === 'PERMISSIVE' && !offers(MESH_ANY))) {
    return undefined;
  }
  if (application !== ServicePortApplication.SNIFFED) {
    return application;
  }
  // Envoy takes the first offer for which there is a chain; in STRICT only the names of HTTP have one, the TCP chain takes the rest
  const first = mode === 'STRICT' ? alpn.find((name) => MESH_HTTP.includes(name)) : known;
  return first !== undefined && MESH_HTTP.includes(first) ? 'http' : 'tcp';
}

function handshake(chain: 'http' | 'tcp', { trustDomain }: InboundClient, mesh: Pick<MeshSettings, 'trustDomain' | 'trustDomainAliases' | 'flags'>): InboundChain {
  if (trustDomain === undefined) {
    return reset('mutual TLS: the client shows no certificate of the mesh');
  }
  if (mesh.flags.PILOT_SKIP_VALIDATE_TRUST_DOMAIN !== true && ![mesh.trustDomain, ...mesh.trustDomainAliases].includes(trustDomain)) {
    return reset(`mutual TLS: the trust domain ${trustDomain} is neither that of the mesh nor an alias`);
  }
  return { chain, authenticated: true, text: 'mutual TLS of the mesh' };
}

function plain(application: ServicePortApplication, { speaks }: InboundClient): InboundChain {
  return { chain: application === ServicePortApplication.SNIFFED ? speaks : application, authenticated: false, text: 'plaintext' };
}

function reset(text: string): InboundChain {
  return { chain: 'reset', authenticated: false, text };
}
