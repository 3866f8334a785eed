import { ObjectRef } from './objects';
import { Service, TransportProtocol, Workload } from './workload';

/** Who opens the connection. */
export type Source =
  | { readonly workload: Workload }
  /** an address that belongs to no pod that is known */
  | { readonly address: string }
  /** a process on the node of the destination, outside of pods */
  | { readonly nodeLocal: true };

/** A token of a request; `valid` is signed by its issuer and in its time, `forged` by somebody else, `malformed` is none at all. */
export interface Token {
  readonly in: 'header' | 'query' | 'cookie';
  readonly name: string;
  readonly prefix?: string;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly state: 'valid' | 'expired' | 'forged' | 'malformed';
}

/** A request as the client writes it. */
export interface HttpRequest {
  readonly method: string;
  /** the request target as sent, query included */
  readonly path: string;
  /** the authority, with a port if the client sends one */
  readonly host: string;
  /** header lines in order; a name may come twice */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly tokens: readonly Token[];
}

export type VerdictKind = 'allow' | 'http-403' | 'http-401' | 'http-404' | 'http-400' | 'http-307' | 'connection-reset' | 'dropped' | 'not-captured' | 'unknown';

export type Layer = 'network' | 'mtls' | 'identity' | 'user' | 'egress';

/** What one layer, or one enforcement point of it, did with the request. */
export interface Step {
  readonly layer: Layer;
  readonly where: 'source' | 'waypoint' | 'gateway' | 'destination';
  readonly outcome: 'pass' | 'refuse' | 'unknown' | 'skip';
  readonly object?: ObjectRef;
  /** index of the deciding rule in its object */
  readonly rule?: number;
  /** the deciding field in the rule: `from[0].source.principals` */
  readonly clause?: string;
  /** in words, for people */
  readonly text: string;
}

/** The answer to one question. */
export interface Verdict {
  readonly verdict: VerdictKind;
  /** one sentence: what decided */
  readonly reason: string;
  readonly trail: readonly Step[];
  /** names of authorizers that can still refuse what is allowed */
  readonly ifProvidersAgree?: readonly string[];
  readonly protocol?: TransportProtocol;
}

/** Where a connection goes. */
export type Target =
  /** a pod; with `service` that Service was dialled on `servicePort`, otherwise the address of the pod */
  | { readonly workload: Workload; readonly port: number; readonly service?: Service; readonly servicePort?: number }
  /** a host that a ServiceEntry stands for, or any other name */
  | { readonly host: string; readonly port: number; readonly serviceEntry?: { readonly namespace: string; readonly name: string } }
  | { readonly address: string; readonly port: number };

/** One question: may this connection, or this request on it, pass? */
export interface Question {
  readonly from: Source;
  readonly to: Target;
  readonly protocol: TransportProtocol;
  /** what the application of the client speaks; `tls` is TLS of its own */
  readonly speaks: 'http' | 'http2' | 'tls' | 'tcp';
  readonly http?: HttpRequest;
  /** what is known of the connection besides; it wins over what follows from the objects */
  readonly given?: GivenConnection;
  /** what authorizers answer if they are asked */
  readonly providers?: Readonly<Record<string, 'ok' | 'denied'>>;
}

/** Facts about a connection that somebody observed. */
export interface GivenConnection {
  /** whether the mutual TLS of the mesh arrives */
  readonly mtls?: boolean;
  /** of the certificate, without `spiffe://` */
  readonly principal?: string;
  readonly sourceIp?: string;
  readonly sni?: string;
}
