/** The `x-kubernetes-validations` (CEL) of the Istio kinds that this library emits, by the message that the API server answers with. */
export interface CelRule {
  readonly message: string;
  readonly kinds: string[];
  readonly holds: (spec: any) => boolean;
}

const AP = 'AuthorizationPolicy';
const PA = 'PeerAuthentication';
const RA = 'RequestAuthentication';
const SE = 'ServiceEntry';
const SC = 'Sidecar';
const DR = 'DestinationRule';

/** Everything that the rules of the API server find wrong with an object of these kinds. */
export function celProblems(object: any): string[] {
  return CEL_RULES.filter((rule) => rule.kinds.includes(object.kind) && !rule.holds(object.spec ?? {})).map((rule) => rule.message);
}

export const CEL_RULES: CelRule[] = [
  {
    message: 'only one of targetRefs or selector can be set',
    kinds: [AP, RA],
    holds: (spec) => count(spec.selector, spec.targetRef, spec.targetRefs) <= 1,
  },
  {
    message: 'wildcard not allowed in label key match',
    kinds: [AP, PA, RA, DR],
    holds: (spec) => Object.keys(matchLabels(spec)).every((key) => !key.includes('*')),
  },
  {
    message: 'key must not be empty',
    kinds: [AP, PA, RA, DR],
    holds: (spec) => Object.keys(matchLabels(spec)).every((key) => key !== ''),
  },
  {
    message: 'wildcard not allowed in label value match',
    kinds: [AP, PA, RA, DR],
    holds: (spec) => Object.values<string>(matchLabels(spec)).every((value) => !value.includes('*')),
  },
  {
    message: 'cross namespace referencing is not currently supported',
    kinds: [AP, RA],
    holds: (spec) => [...list(spec.targetRef && [spec.targetRef]), ...list(spec.targetRefs)].every((ref) => (ref.namespace ?? '') === ''),
  },
  {
    message: 'Cannot set serviceAccounts with namespaces or principals',
    kinds: [AP],
    holds: (spec) => sources(spec).every((source) => count(source.serviceAccounts, source.notServiceAccounts) === 0
      || count(source.principals, source.notPrincipals, source.namespaces, source.notNamespaces) === 0),
  },
  {
    message: 'portLevelMtls requires selector',
    kinds: [PA],
    holds: (spec) => spec.portLevelMtls === undefined || Object.keys(matchLabels(spec)).length > 0,
  },
  {
    message: 'portLevelMtls: port must be between 1-65535',
    kinds: [PA],
    holds: (spec) => Object.keys(spec.portLevelMtls ?? {}).every((key) => /^-?\d+$/.test(key) && isPort(Number(key))),
  },
  {
    message: 'only one of jwks or jwksUri can be set',
    kinds: [RA],
    holds: (spec) => list(spec.jwtRules).every((rule) => count(rule.jwksUri, rule.jwks_uri, rule.jwks) <= 1),
  },
  {
    message: 'url must have scheme http:// or https://',
    kinds: [RA],
    holds: (spec) => list(spec.jwtRules).every((rule) => [rule.jwksUri, rule.jwks_uri].filter(isSet).every(isHttpUrl)),
  },
  {
    message: 'must be a valid duration greater than 1ms',
    kinds: [RA],
    holds: (spec) => list(spec.jwtRules).map((rule) => rule.timeout).filter(isSet).every((timeout) => milliseconds(timeout) >= 1),
  },
  {
    message: 'must be a valid duration greater than 1ms',
    kinds: [DR, SC],
    holds: (spec) => durations(spec).every((duration) => milliseconds(duration) >= 1),
  },
  {
    message: 'only one of WorkloadSelector or Endpoints can be set',
    kinds: [SE],
    holds: (spec) => count(spec.workloadSelector, spec.endpoints) <= 1,
  },
  {
    message: 'CIDR addresses are allowed only for NONE/STATIC resolution types',
    kinds: [SE],
    holds: (spec) => !list(spec.addresses).some((address) => address.includes('/')) || ['STATIC',
      'NONE'].includes(spec.resolution ?? 'NONE'),
  },
  {
    message: 'NONE mode cannot set endpoints',
    kinds: [SE],
    holds: (spec) => (spec.resolution ?? 'NONE') !== 'NONE' || spec.endpoints === undefined,
  },
  {
    message: 'DNS_ROUND_ROBIN mode cannot have multiple endpoints',
    kinds: [SE],
    holds: (spec) => spec.resolution !== 'DNS_ROUND_ROBIN' || list(spec.endpoints).length <= 1,
  },
  {
    message: 'Address is required',
    kinds: [SE],
    holds: (spec) => list(spec.endpoints).every((endpoint) => count(endpoint.address, endpoint.network) > 0),
  },
  {
    message: 'UDS may not include ports',
    kinds: [SE],
    holds: (spec) => list(spec.endpoints).every((endpoint) => !isSocket(endpoint.address) || endpoint.ports === undefined),
  },
  {
    message: 'UDS must be an absolute path or abstract socket',
    kinds: [SE],
    holds: (spec) => sockets(spec).every((address) => ['/', '@'].includes(address[7])),
  },
  {
    message: 'UDS may not be a dir',
    kinds: [SE],
    holds: (spec) => sockets(spec).every((address) => !address.endsWith('/')),
  },
  {
    message: 'port name must be valid',
    kinds: [SE],
    holds: (spec) => list(spec.endpoints).flatMap((endpoint) => Object.keys(endpoint.ports ?? {}))
      .every((name) => name.length < 63 && /^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$/.test(name)),
  },
  {
    message: 'endpoints: port must be between 1-65535',
    kinds: [SE],
    holds: (spec) => list(spec.endpoints).flatMap((endpoint) => Object.values<number>(endpoint.ports ?? {})).every(isPort),
  },
  {
    message: 'hostname cannot be wildcard',
    kinds: [SE],
    holds: (spec) => list(spec.hosts).every((host) => host !== '*'),
  },
  {
    message: 'port number cannot be duplicated',
    kinds: [SE],
    holds: (spec) => isUnique(list(spec.ports).map((port) => port.number)),
  },
  {
    // not CEL but a list map by name, which no JSON schema can say either
    message: 'spec.ports: Duplicate value',
    kinds: [SE],
    holds: (spec) => isUnique(list(spec.ports).map((port) => port.name)),
  },
  {
    message: 'ports: port must be between 1-65535',
    kinds: [SE],
    holds: (spec) => list(spec.ports).flatMap((port) => [port.number, port.targetPort]).filter(isSet).every(isPort),
  },
  {
    message: 'wildcard is not supported in selector',
    kinds: [SE, SC],
    holds: (spec) => Object.values<string>(spec.workloadSelector?.labels ?? {}).every((value) => !value.includes('*')),
  },
  {
    message: 'only one of credentialNames or tlsCertificates can be set',
    kinds: [SC],
    holds: (spec) => ingressTls(spec).every((tls) => count(tls.tlsCertificates, tls.credentialNames) <= 1),
  },
  {
    // upstream's message says credentialName, its rule tests credentialNames
    message: 'only one of credentialName or tlsCertificates can be set',
    kinds: [SC],
    holds: (spec) => ingressTls(spec).every((tls) => count(tls.tlsCertificates, tls.credentialNames) <= 1),
  },
  {
    message: 'only one of credentialName or credentialNames can be set',
    kinds: [SC],
    holds: (spec) => ingressTls(spec).every((tls) => count(tls.credentialName, tls.credentialNames) <= 1),
  },
];

const DURATIONS = ['interval', 'timeout', 'idleTimeout', 'connectTimeout', 'maxConnectionDuration', 'time', 'duration',
  'warmupDurationSecs', 'baseEjectionTime'];

function count(...values: unknown[]): number {
  return values.filter(isSet).length;
}

function isSet(value: unknown): boolean {
  return value !== undefined;
}

function list(value: any): any[] {
  return value ?? [];
}

function isUnique(values: unknown[]): boolean {
  return new Set(values).size === values.length;
}

function isPort(value: number): boolean {
  return value > 0 && value <= 65535;
}

function matchLabels(spec: any): { [key: string]: string } {
  return (spec.selector ?? spec.workloadSelector)?.matchLabels ?? {};
}

function sources(spec: any): any[] {
  return list(spec.rules).flatMap((rule) => list(rule.from)).map((from) => from.source ?? {});
}

function isSocket(address: string | undefined): boolean {
  return address?.startsWith('unix://') ?? false;
}

function sockets(spec: any): string[] {
  return list(spec.endpoints).map((endpoint) => endpoint.address).filter(isSocket);
}

function ingressTls(spec: any): any[] {
  return list(spec.ingress).map((listener) => listener.tls).filter(isSet);
}

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && ['http:', 'https:'].includes(new URL(value).protocol);
}

/** All durations below connection pools, load balancers and outlier detection. */
function durations(value: any): string[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries<any>(value).flatMap(([key,
    inner]) => (DURATIONS.includes(key) && typeof inner === 'string' ? [inner] : durations(inner)));
}

/** A duration as CEL reads it; NaN for what it does not take, which is not greater than anything. */
function milliseconds(text: string): number {
  const units: { [unit: string]: number } = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, us: 0.001, ns: 0.000_001 };
  if (!/^(?:\d+(?:\.\d+)?(?:h|ms|m|s|us|ns))+$/.test(text)) {
    return NaN;
  }
  return [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|ns)/g)].reduce((sum, [, amount, unit]) => sum + Number(amount) * units[unit], 0);
}
