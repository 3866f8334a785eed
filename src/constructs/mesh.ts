import * as fs from 'node:fs';
import { Construct } from 'constructs';
import { parseFacts } from './facts-file';
import { GitOps } from './git-ops';
import { addMeshBaseline, MeshAllowNothing } from './mesh-baseline';
import { MeshFacts } from './mesh-facts';
import { checkedFacts } from './mesh-facts-check';
import { IPeer } from './peer';
import { AnyIdentityOfMesh, MeshPods } from './wide-peers';
import { AuthorizationPolicy } from '../resources/authorization-policy';
import { PeerAuthentication } from '../resources/peer-authentication';
import { Sidecar } from '../resources/sidecar';
import { invalid } from '../values/errors';

/**
 * A mesh: its facts, and the peers that are part of the installation.
 */
export interface IZeroTrustMesh {
  /** What was stated about the cluster and its mesh. */
  readonly facts: MeshFacts;
  /** Whether this app closes the whole mesh. @internal */
  readonly _allowsNothing: boolean;

  /**
   * An ingress gateway as the source of a grant.
   *
   * @param name its name in the facts; may be left out when there is exactly one
   * @throws when the facts name no such gateway
   */
  ingressGateway(name?: string): IPeer;

  /**
   * The Prometheus of the facts as the source of a grant: a scrape through its own proxy, with its identity.
   *
   * @throws when the facts name none
   */
  prometheus(): IPeer;

  /**
   * Whoever has an identity of the mesh's trust domain or one of its aliases, as the source of a grant. Anonymous clients stay refused.
   *
   * @param reason why nobody in particular can be named
   */
  anyIdentity(reason: string): IPeer;
}

/**
 * Properties for `ZeroTrustMesh`.
 */
export interface ZeroTrustMeshProps extends MeshFacts {
  /**
   * Defines the mesh-wide Sidecar: `REGISTRY_ONLY`, every proxy knows the hosts of its own namespace and nothing else unless its namespace
   * says so. Namespaces without a Sidecar of their own lose every host in other namespaces and outside.
   * @default false
   */
  readonly defaultSidecar?: boolean;
  /**
   * Defines the mesh-wide allow-nothing policy and the policies that keep the named gateways open.
   * @default - none: namespaces without policies of their own stay open to every identity
   */
  readonly allowNothing?: MeshAllowNothing;
  /** Makes the objects safe for a GitOps controller. @default - no annotations */
  readonly gitOps?: GitOps;
  /** Goes before the names of all objects but `default` ones, against fights over names with other tools. @default - none */
  readonly namePrefix?: string;
}

/**
 * The mesh of a cluster, for the team that owns it.
 *
 * Defines a PeerAuthentication `default` in the root namespace: STRICT mutual TLS for every workload of the mesh, so that a client without
 * a mesh certificate is reset. On request also the mesh-wide Sidecar and the mesh-wide allow-nothing AuthorizationPolicy.
 *
 * Teams that only use the mesh take `ZeroTrustMesh.reference()`, which emits nothing.
 *
 * @see https://istio.io/latest/docs/reference/config/security/peer_authentication/
 * @example
 * import { App, Chart } from 'cdk8s';
 * import { ClusterDns, DataPlane, SidecarInjection, ZeroTrustMesh } from 'cdk8s-zero-trust';
 *
 * const chart = new Chart(new App(), 'mesh');
 * new ZeroTrustMesh(chart, 'mesh', {
 *   dataPlane: DataPlane.SIDECAR,
 *   trustDomain: 'cluster.local',
 *   rootNamespace: 'istio-system',
 *   clusterDomain: 'cluster.local',
 *   injection: SidecarInjection.namespaceLabel(),
 *   dns: ClusterDns.coreDns(),
 * });
 */
export class ZeroTrustMesh extends Construct implements IZeroTrustMesh {
  /**
   * A mesh that another team owns, stated by its facts. Emits nothing.
   */
  public static reference(facts: MeshFacts): IZeroTrustMesh {
    return new ReferencedMesh(checkedFacts(facts));
  }

  /**
   * A mesh that another team owns, stated by the facts file that it publishes (`schemas/mesh-facts-1.schema.json`, YAML or JSON). Emits
   * nothing.
   *
   * @param path the file, relative to the working directory
   * @throws when the file cannot be read, is of another format version, or holds an unknown or wrong field
   */
  public static fromFactsFile(path: string): IZeroTrustMesh {
    if (!fs.existsSync(path)) {
      throw invalid(
        'the facts file does not exist',
        path,
        'the path of a file of format zt-mesh-facts/1',
        'paths are relative to the working directory',
      );
    }
    return ZeroTrustMesh.reference(parseFacts(fs.readFileSync(path, 'utf8'), path));
  }

  public readonly facts: MeshFacts;
  /** The mesh-wide STRICT mutual TLS. */
  public readonly peerAuthentication: PeerAuthentication;
  /** The mesh-wide Sidecar, when it was asked for. */
  public readonly sidecar?: Sidecar;
  /** The mesh-wide allow-nothing policy, when it was asked for. */
  public readonly allowNothingPolicy?: AuthorizationPolicy;

  /** @internal */
  public readonly _allowsNothing: boolean;

  private readonly reference: IZeroTrustMesh;

  public constructor(scope: Construct, id: string, props: ZeroTrustMeshProps) {
    super(scope, id);
    this.facts = checkedFacts(props);
    this.reference = new ReferencedMesh(this.facts);
    const baseline = addMeshBaseline(this, this.facts, props);
    this.peerAuthentication = baseline.peerAuthentication;
    this.sidecar = baseline.sidecar;
    this.allowNothingPolicy = baseline.allowNothing;
    this._allowsNothing = baseline.allowNothing !== undefined;
  }

  public ingressGateway(name?: string): IPeer {
    return this.reference.ingressGateway(name);
  }

  public prometheus(): IPeer {
    return this.reference.prometheus();
  }

  public anyIdentity(reason: string): IPeer {
    return this.reference.anyIdentity(reason);
  }
}

class ReferencedMesh implements IZeroTrustMesh {
  public readonly _allowsNothing = false;

  public constructor(public readonly facts: MeshFacts) {}

  public ingressGateway(name?: string): IPeer {
    const gateways = this.facts.ingressGateways ?? [];
    const found = name === undefined && gateways.length === 1 ? gateways[0] : gateways.find((g) => g.name === name);
    if (found === undefined) {
      const known = gateways.map((g) => g.name).join(', ') || 'none is stated';
      throw invalid(
        'the mesh facts know no such ingress gateway',
        name ?? 'no name',
        known,
        'add it to ingressGateways of the mesh with its namespace, pod labels and account',
      );
    }
    return new MeshPods(`${found.namespace}/${found.name}`, this.facts.trustDomain, found);
  }

  public prometheus(): IPeer {
    const fact = this.facts.prometheus;
    if (fact === undefined) {
      throw invalid(
        'the mesh facts name no Prometheus',
        undefined,
        'namespace, podLabels and serviceAccount',
        'add `prometheus` to the facts of the mesh',
      );
    }
    return new MeshPods(`${fact.namespace}/${fact.serviceAccount}`, this.facts.trustDomain, fact);
  }

  public anyIdentity(reason: string): IPeer {
    return new AnyIdentityOfMesh([this.facts.trustDomain, ...(this.facts.trustDomainAliases ?? [])], reason);
  }
}
