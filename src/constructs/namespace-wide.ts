import { Construct } from 'constructs';
import { egressGrants, networkEgressRules } from './access-rules';
import { Enforcement, Layer } from './enforcement';
import { ObjectRole } from './git-ops';
import { everyPod } from './namespace-baseline';
import { grantLine, NamespaceSettings, objectMetadata } from './namespace-settings';
import { EgressEdge } from './peer';
import { withAddresses } from './public-addresses';
import { intendExternal } from './workload-intent';
import { NetworkPolicy } from '../resources/network-policy';

/** The sending half of grants to every workload of a namespace: one NetworkPolicy, and the hosts in the namespace's Sidecar. */
export class NamespaceWide {
  private readonly edges: EgressEdge[] = [];
  private readonly visitors: ((edge: EgressEdge) => void)[] = [];
  private readonly slot: Construct;
  private policy?: NetworkPolicy;

  public constructor(scope: Construct, private readonly settings: NamespaceSettings) {
    this.slot = new Construct(scope, 'every-workload');
  }

  public grant(edge: EgressEdge): void {
    const { name, enforcement, layers, facts } = this.settings;
    const enforced = enforcement === Enforcement.ENFORCE;
    if (edge.external !== undefined) {
      const restricted = enforced && layers.includes(Layer.EGRESS);
      this.settings.externalHosts().use(edge.external, { name: `every workload of ${name}`, reason: edge.reason, restricted });
    }
    const known = withAddresses(edge, facts);
    this.edges.push(known);
    this.visitors.forEach((visit) => visit(known));
    intendExternal(this.slot, () => ({ name: `every workload of ${name}`, pods: { namespace: name } }), known);
    if (enforced && layers.includes(Layer.NETWORK) && this.policy === undefined) {
      this.policy = new NetworkPolicy(this.slot, 'policy', {
        metadata: objectMetadata(this.settings, 'every-workload', { role: ObjectRole.GRANT, grantLines: () => this.lines() }),
        podSelector: everyPod(),
      });
      this.policy._produceRules(() => ({
        ingress: [],
        egress: networkEgressRules(this.edges.flatMap((e) => egressGrants(e, this.settings.name))),
      }));
    }
  }

  /** Tells of every grant, now and later. */
  public each(visit: (edge: EgressEdge) => void): void {
    this.visitors.push(visit);
    this.edges.forEach(visit);
  }

  /** Every grant, in force or only observed. The list is a copy. */
  public get all(): EgressEdge[] {
    return [...this.edges];
  }

  public hosts(): string[] {
    const hosts = this.edges.map((e) => e.host).filter((h) => h !== undefined && h.namespace !== this.settings.name);
    return hosts.map((h) => `${h!.namespace}/${h!.name}`);
  }

  private lines(): string[] {
    return this.edges.map((e) => `to ${grantLine(e.target, e.reason)}`);
  }
}
