import { Construct } from 'constructs';
import { networkEgressRules, podsGrant } from './access-rules';
import { Enforcement, Layer } from './enforcement';
import { ObjectRole } from './git-ops';
import { everyPod } from './namespace-baseline';
import { NamespaceSettings, objectMetadata } from './namespace-settings';
import { EgressEdge } from './peer';
import { NetworkPolicy } from '../resources/network-policy';

/** The sending half of grants to every workload of a namespace: one NetworkPolicy, and the hosts in the namespace's Sidecar. */
export class NamespaceWide {
  private readonly edges: EgressEdge[] = [];
  private readonly slot: Construct;
  private policy?: NetworkPolicy;

  public constructor(scope: Construct, private readonly settings: NamespaceSettings) {
    this.slot = new Construct(scope, 'every-workload');
  }

  public grant(edge: EgressEdge): void {
    this.edges.push(edge);
    const enforced = this.settings.enforcement === Enforcement.ENFORCE && this.settings.layers.includes(Layer.NETWORK);
    if (enforced && this.policy === undefined) {
      this.policy = new NetworkPolicy(this.slot, 'policy', {
        metadata: objectMetadata(this.settings, 'every-workload', { role: ObjectRole.GRANT, grantLines: () => this.lines() }),
        podSelector: everyPod(),
      });
      this.policy._produceRules(() => ({
        ingress: [],
        egress: networkEgressRules(this.edges.map((e) => podsGrant(e.pods(), this.settings.name, e.ports()))),
      }));
    }
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
    return this.edges.map((e) => `to ${e.target}: ${e.reason === '' ? 'no reason given' : e.reason}`);
  }
}
