import { IConstruct } from 'constructs';
import { Cluster } from './cluster';
import { invalid, requireReason } from '../values/errors';

const PROOF = Symbol.for('cdk8s-zero-trust.proof');
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Why the proof of a cluster is switched off, who answers for it, and until when.
 */
export interface ProofWaiver {
  /** Why the proof cannot hold yet. */
  readonly reason: string;
  /** Who answers for it: a person or a team. */
  readonly owner: string;
  /** The last day on which the waiver counts, as `YYYY-MM-DD` (UTC). After it synth fails again. */
  readonly expires: string;
}

/** An object that is left out of the proof, or that it cannot look into. @internal */
export interface ProofException {
  readonly object: IConstruct;
  readonly reason: string;
}

/**
 * The proof that the objects of a cluster grant what was recorded, and nothing else.
 *
 * At every synth the emitted objects of all charts of a cluster are read by the access model, as a cluster would read them, together with
 * whatever else the app emits: objects added by hand count like those of the constructs. Each layer is compared with what was granted, for
 * every workload, identity, port, request and token there can be, not only for those that somebody uses. A difference fails the synth and
 * shows a connection or request, the object and the rule that decide about it.
 *
 * It is a proof for these objects: others in the same cluster add up with them (`addContext`), and what it rests on is part of
 * `Grants.listAssumptions`. Nothing is emitted and no traffic changes.
 *
 * @example
 * import { ApiObject, App, Chart } from 'cdk8s';
 * import { Proof } from 'cdk8s-zero-trust';
 *
 * const chart = new Chart(new App(), 'shop');
 * const legacy = new ApiObject(chart, 'legacy', {
 *   apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'legacy', namespace: 'shop' },
 *   spec: { podSelector: { matchLabels: { app: 'web' } }, ingress: [{}] },
 * });
 * Proof.of(chart).allowWider(legacy, 'the old load balancer, until OPS-17 is done');
 */
export class Proof {
  /**
   * The proof of the cluster that the scope belongs to.
   */
  public static of(scope: IConstruct): Proof {
    const cluster = Cluster.of(scope) as IConstruct & { [PROOF]?: Proof };
    if (cluster[PROOF] === undefined) {
      Object.defineProperty(cluster, PROOF, { value: new Proof() });
    }
    return cluster[PROOF]!;
  }

  /** @internal */
  public readonly _wider: ProofException[] = [];
  /** @internal */
  public readonly _unproven: ProofException[] = [];
  /** @internal */
  public readonly _context: string[] = [];
  /** @internal */
  public _waiver?: ProofWaiver;

  private constructor() {}

  /**
   * Says that an object opens more than was granted, on purpose. What it opens is listed instead of refused.
   *
   * @param object the object, or the construct whose objects are meant
   * @param reason why it is there
   * @throws when there is no reason
   */
  public allowWider(object: IConstruct, reason: string): void {
    this._wider.push({ object, reason: requireReason(reason, `${object.node.path} opening more than was granted`) });
  }

  /**
   * Says that nobody can prove what an object does (an EnvoyFilter, a WasmPlugin, a policy of a network plugin) and that it is accepted.
   *
   * @param object the object, or the construct whose objects are meant
   * @param reason why it is there
   * @throws when there is no reason
   */
  public acceptUnproven(object: IConstruct, reason: string): void {
    this._unproven.push({ object, reason: requireReason(reason, `${object.node.path} doing what nobody can prove`) });
  }

  /**
   * Brings in what else is in the cluster: manifests of other teams, or what `kubectl get -o yaml` prints. Policies add up, so a policy of
   * somebody else can open what this app closes.
   *
   * @param paths files or folders with YAML or JSON; at least one
   * @throws when there is no path; a file that cannot be read fails the synth
   */
  public addContext(...paths: string[]): void {
    if (paths.length === 0) {
      throw invalid('the context of a proof is empty', paths, 'files or folders with manifests',
        'name at least one, or leave the call out');
    }
    this._context.push(...paths);
  }

  /**
   * Switches the proof of this cluster off until a day. Once the day has passed the synth fails.
   *
   * @throws when the reason or the owner is empty, or the day is no date
   */
  public waive(waiver: ProofWaiver): void {
    requireReason(waiver.reason, 'a cluster without proof');
    if (waiver.owner.trim() === '') {
      throw invalid('the waiver of a proof has no owner', waiver.owner, 'a person or a team', 'name who answers for it');
    }
    if (!isDate(waiver.expires)) {
      throw invalid('the waiver of a proof does not say when it ends', waiver.expires, 'a date such as "2027-01-31"',
        'name the last day on which it counts');
    }
    this._waiver = { ...waiver };
  }
}

/** `Date` itself takes 30 February for a day in March. */
function isDate(text: string): boolean {
  const time = DATE.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
