import { Construct } from 'constructs';
import { GitOps, ObjectRole } from './git-ops';
import { intendedMesh } from './intent';
import { MeshFacts } from './mesh-facts';
import { objectMetadata, ObjectSettings } from './namespace-settings';
import { AuthorizationPolicy } from '../resources/authorization-policy';
import { MtlsMode, PeerAuthentication } from '../resources/peer-authentication';
import { OutboundTrafficPolicyMode, Sidecar } from '../resources/sidecar';
import { Grants } from '../synth/grants';
import { invalid, requireReason } from '../values/errors';
import { Grant, GrantKind } from '../values/grant';
import { Port } from '../values/port';

/**
 * A gateway that stays open when the whole mesh is closed.
 */
export interface GatewayAdmission {
  /** The name of the gateway in `ingressGateways` of the mesh. */
  readonly gateway: string;
  /** The ports that its pods listen on, for example 8080 and 8443 (not the 80 and 443 of its Service). At least one. */
  readonly ports: Port[];
  /** Why any client may reach these ports. */
  readonly reason: string;
}

/**
 * The mesh-wide allow-nothing policy.
 */
export interface MeshAllowNothing {
  /**
   * Every gateway that must stay open. A policy in the root namespace holds for gateways too, so a gateway that is left out is closed by
   * it. An empty list says that the mesh has no gateway.
   */
  readonly gateways: GatewayAdmission[];
}

/** What the mesh owner's objects are made of. */
export interface MeshBaselineOptions {
  readonly defaultSidecar?: boolean;
  readonly allowNothing?: MeshAllowNothing;
  readonly gitOps?: GitOps;
  readonly namePrefix?: string;
}

export interface MeshBaseline {
  readonly peerAuthentication: PeerAuthentication;
  readonly sidecar?: Sidecar;
  readonly allowNothing?: AuthorizationPolicy;
}

export function addMeshBaseline(scope: Construct, facts: MeshFacts, options: MeshBaselineOptions): MeshBaseline {
  const settings = { name: facts.rootNamespace, namePrefix: options.namePrefix ?? '', gitOps: options.gitOps };
  const peerAuthentication = new PeerAuthentication(scope, 'mtls', {
    metadata: objectMetadata(settings, 'default', { role: ObjectRole.DENY, unprefixed: true }),
    mode: MtlsMode.STRICT,
  });
  Grants.of(scope)._setMeshWide(() => ({
    layers: {
      mtls: 'closed',
      identity: options.allowNothing === undefined ? 'absent' : 'closed',
      egress: options.defaultSidecar ? 'closed'
        : 'absent',
    },
    gateways: (options.allowNothing?.gateways ?? []).map(({ gateway, ports }) => {
      const { name, namespace, podLabels } = facts.ingressGateways!.find((one) => one.name === gateway)!;
      return { name, namespace, labels: podLabels, ports: ports.map((port) => port.number!) };
    }),
    mesh: intendedMesh(facts),
    path: scope.node.path,
  }));
  return {
    peerAuthentication,
    sidecar: options.defaultSidecar ? defaultSidecar(scope, settings) : undefined,
    allowNothing: options.allowNothing === undefined ? undefined : closeMesh(scope, settings, facts, options.allowNothing),
  };
}

function defaultSidecar(scope: Construct, settings: ObjectSettings): Sidecar {
  return new Sidecar(scope, 'egress', {
    metadata: objectMetadata(settings, 'default', { role: ObjectRole.DENY, unprefixed: true }),
    egress: [{ hosts: ['./*'] }],
    outboundTrafficPolicy: OutboundTrafficPolicyMode.REGISTRY_ONLY,
  });
}

function closeMesh(scope: Construct, settings: ObjectSettings, facts: MeshFacts, allowNothing: MeshAllowNothing): AuthorizationPolicy {
  const missing = (facts.ingressGateways ?? []).find((g) => !allowNothing.gateways.some((a) => a.gateway === g.name));
  if (missing !== undefined) {
    throw invalid(
      `the mesh-wide allow-nothing policy would close the ingress gateway ${missing.name}`,
      allowNothing.gateways.map((g) => g.gateway),
      'an admission for every gateway in the facts of the mesh',
      `add { gateway: '${missing.name}', ports: [...], reason: '...' } to allowNothing.gateways`,
    );
  }
  for (const admission of allowNothing.gateways) {
    admitClients(scope, settings, facts, admission);
  }
  const metadata = objectMetadata(settings, 'allow-nothing', { role: ObjectRole.DENY });
  return AuthorizationPolicy.allowNothing(scope, 'allow-nothing', { metadata });
}

function admitClients(scope: Construct, settings: ObjectSettings, facts: MeshFacts, admission: GatewayAdmission): void {
  const gateway = facts.ingressGateways?.find((g) => g.name === admission.gateway);
  if (gateway === undefined) {
    throw invalid('the allow-nothing policy admits a gateway that is not in the facts of the mesh', admission.gateway,
      (facts.ingressGateways ?? []).map((g) => g.name).join(', ') || 'none is stated', 'add it to ingressGateways');
  }
  const ports = admission.ports.map((p) => p.number).filter((n): n is number => n !== undefined);
  if (ports.length === 0 || ports.length < admission.ports.length) {
    throw invalid(
      `gateway ${gateway.name} is admitted without numbers of its listener ports`,
      admission.ports.map(String),
      'at least one port by number',
      'name the container ports of the gateway, for example Port.tls(8443)',
    );
  }
  const reason = requireReason(admission.reason, `admitting any client to gateway ${gateway.name}`);
  new AuthorizationPolicy(scope, `gateway-${gateway.name}`, {
    // in the gateway's own namespace: in the root namespace the selector would open any pod of the mesh that carries these labels
    metadata: objectMetadata({ ...settings, name: gateway.namespace }, `gateway-${gateway.name}`, { role: ObjectRole.GRANT, reason }),
    selector: { ...gateway.podLabels },
    rules: [{ to: [{ ports: [...new Set(ports)].sort((a, b) => a - b) }] }],
  });
  const grant: Grant = {
    kind: GrantKind.GRANT,
    from: 'any client',
    to: `${gateway.namespace}/${gateway.name}`,
    ports: admission.ports,
    routes: [],
    issuers: [],
    claims: [],
    plaintext: false,
    reason,
    path: scope.node.path,
  };
  Grants.of(scope)._record(() => [grant]);
}
