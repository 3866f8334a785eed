import { Construct } from 'constructs';
import { Enforcement, Layer } from './enforcement';
import { ObjectRole } from './git-ops';
import { Hole } from './holes';
import { intendedEdge, intendedLayers, intendedMesh } from './intent';
import { NamespaceSettings, objectMetadata } from './namespace-settings';
import { AuthorizationPolicy } from '../resources/authorization-policy';
import { LabelExpression, LabelSelector } from '../resources/label-selector';
import { NetworkPolicy, NetworkPolicyType } from '../resources/network-policy';
import { MtlsMode, PeerAuthentication } from '../resources/peer-authentication';
import { OutboundTrafficPolicyMode, Sidecar } from '../resources/sidecar';
import { Grants } from '../synth/grants';
import { IntendedEnd, QUARANTINE_LABEL } from '../values/grammar/intended-access';
import { Assumption, Grant, GrantKind } from '../values/grant';

/** The objects that close a namespace, by layer, and those that let through what its pods cannot live without. */
export interface NamespaceBaseline {
  readonly defaultDeny?: NetworkPolicy;
  readonly allowNothing?: AuthorizationPolicy;
  readonly peerAuthentication?: PeerAuthentication;
  readonly sidecar?: Sidecar;
  readonly holes: NetworkPolicy[];
}

export function addBaseline(scope: Construct, settings: NamespaceSettings): NamespaceBaseline {
  const takes = (layer: Layer) => settings.layers.includes(layer);
  const enforced = settings.enforcement === Enforcement.ENFORCE;
  const network = takes(Layer.NETWORK) && enforced;
  const baseline = {
    peerAuthentication: takes(Layer.MTLS) ? mtls(scope, settings, enforced) : undefined,
    allowNothing: takes(Layer.IDENTITY) ? allowNothing(scope, settings, enforced) : undefined,
    sidecar: takes(Layer.EGRESS) ? egress(scope, settings, enforced) : undefined,
    defaultDeny: network ? defaultDeny(scope, settings) : undefined,
    holes: network ? settings.holes.map((hole) => holePolicy(scope, settings, hole)) : [],
  };
  const grants = Grants.of(scope);
  const everybody = () => ({ name: `every workload of ${settings.name}`, pods: { namespace: settings.name } });
  if (network) {
    recordHoles(scope, settings.holes, everybody);
  } else {
    // proxies know the hosts of providers even where no packet is refused
    intendHoles(scope, settings.holes, everybody);
  }
  grants._addScope(() => ({
    namespace: settings.name,
    // nothing is written on the network layer while a namespace is observed: NetworkPolicy has no dry run
    layers: intendedLayers(settings.layers, settings.enforcement, 'absent'),
    plaintextPorts: [],
    mesh: intendedMesh(settings.facts),
    path: scope.node.path,
  }));
  grants._assume(() => notTaken(scope, settings));
  return baseline;
}

/** Records holes for whoever they are opened. */
export function recordHoles(scope: Construct, holes: Hole[], whom: () => IntendedEnd): void {
  const produce = (): Grant[] => holes.map((hole) => ({
    kind: GrantKind.HOLE,
    from: hole.egress.length > 0 ? whom().name : hole.peer,
    to: hole.egress.length > 0 ? hole.peer : whom().name,
    ports: hole.ports,
    routes: [],
    issuers: [],
    claims: [],
    plaintext: false,
    reason: hole.reason,
    path: scope.node.path,
  }));
  Grants.of(scope)._record(produce);
  intendHoles(scope, holes, whom);
}

function intendHoles(scope: Construct, holes: Hole[], whom: () => IntendedEnd): void {
  Grants.of(scope)._intend(() => holes.flatMap((hole) => hole.ends.map((end) => {
    const [from, to] = hole.egress.length > 0 ? [whom(), end] : [end, whom()];
    const edge = intendedEdge(from, to, hole.egress.length > 0 ? 'mesh' : 'network', scope.node.path, { ports: hole.ports, reason: hole.reason });
    return { ...edge, sourceIsForeign: hole.egress.length === 0 };
  })));
}

/** Every pod but the isolated ones. */
export function everyPod(): LabelSelector {
  return LabelSelector.of({ expressions: [LabelExpression.doesNotExist(QUARANTINE_LABEL)] });
}

function mtls(scope: Construct, settings: NamespaceSettings, enforced: boolean): PeerAuthentication {
  return new PeerAuthentication(scope, 'mtls', {
    metadata: objectMetadata(settings, 'default', { role: ObjectRole.DENY, unprefixed: true }),
    mode: enforced ? MtlsMode.STRICT : MtlsMode.PERMISSIVE,
  });
}

function allowNothing(scope: Construct, settings: NamespaceSettings, enforced: boolean): AuthorizationPolicy {
  return AuthorizationPolicy.allowNothing(scope, 'allow-nothing', {
    metadata: objectMetadata(settings, 'allow-nothing', { role: ObjectRole.DENY }),
    dryRun: !enforced,
  });
}

function egress(scope: Construct, settings: NamespaceSettings, enforced: boolean): Sidecar {
  const sidecar = new Sidecar(scope, 'egress', {
    metadata: objectMetadata(settings, 'default', { role: ObjectRole.DENY, unprefixed: true }),
    outboundTrafficPolicy: enforced ? OutboundTrafficPolicyMode.REGISTRY_ONLY : OutboundTrafficPolicyMode.ALLOW_ANY,
  });
  // while observing every host stays known: traffic to an unknown one would leave in plaintext and be reset by STRICT targets
  sidecar._produceEgress(() => enforced ? settings.egressHosts() : ['*/*']);
  return sidecar;
}

function defaultDeny(scope: Construct, settings: NamespaceSettings): NetworkPolicy {
  return new NetworkPolicy(scope, 'default-deny', {
    metadata: objectMetadata(settings, 'default-deny', { role: ObjectRole.DENY }),
    podSelector: LabelSelector.all(),
    policyTypes: [NetworkPolicyType.INGRESS, NetworkPolicyType.EGRESS],
  });
}

function holePolicy(scope: Construct, settings: NamespaceSettings, hole: Hole): NetworkPolicy {
  return new NetworkPolicy(scope, hole.name, {
    metadata: objectMetadata(settings, hole.name, { role: ObjectRole.GRANT, reason: hole.reason }),
    podSelector: everyPod(),
    ingress: hole.ingress.length === 0 ? undefined : hole.ingress,
    egress: hole.egress.length === 0 ? undefined : hole.egress,
  });
}

const WITHOUT: Record<Layer, string> = {
  [Layer.NETWORK]: 'pods may exchange packets with anybody whom no other NetworkPolicy refuses',
  [Layer.MTLS]: 'whether plaintext is accepted is decided by the mesh or by other PeerAuthentications',
  [Layer.IDENTITY]: 'every identity may send every request, unless another AuthorizationPolicy refuses it',
  [Layer.EGRESS]: 'proxies know every host that the mesh or other Sidecars let them know',
};

function notTaken(scope: Construct, settings: NamespaceSettings): Assumption[] {
  const missing = Object.values(Layer).filter((layer) => !settings.layers.includes(layer));
  const observed = settings.enforcement === Enforcement.OBSERVE ? ['nothing is refused yet: the namespace is observed, not enforced, and no enforced policy of the root namespace refuses it either'] : [];
  return [...missing.map((layer) => `the layer ${layer} is not taken: ${WITHOUT[layer]}`), ...observed].map((statement) => ({
    owner: `whoever rolls out namespace ${settings.name}`, statement: `in ${settings.name} ${statement}`, text: '', path: scope.node.path,
  }));
}
