import * as fs from 'node:fs';
import { IConstruct } from 'constructs';
import { Cluster } from './cluster';
import { duplicateMessages } from './duplicates';
import { Proof } from './proof';
import { proofBasis } from './proof-basis';
import { proveCluster } from './prove';
import { addTreeCheck } from './synth-session';
import { IntendedAccess, IntendedEdge, IntendedMeshWide, IntendedScope } from '../values/grammar/intended-access';
import { Assumption, Grant } from '../values/grant';
import { ClusterGrants, GRANTS_FILE_FORMAT, GRANTS_FILE_VARIABLE, GrantsFile } from '../values/grants-file';

const GRANTS = Symbol.for('cdk8s-zero-trust.grants');

/**
 * Everything that was allowed in one cluster, as it was said: the intended access.
 *
 * The constructs of this library record each `allow...` call here as plain data. Use it to print or to snapshot who may reach whom.
 *
 * @example
 * import { App, Chart } from 'cdk8s';
 * import { Grants } from 'cdk8s-zero-trust';
 *
 * const app = new App();
 * new Chart(app, 'shop');
 * for (const grant of Grants.of(app).list()) {
 *   console.log(`${grant.from} -> ${grant.to}: ${grant.reason}`);
 * }
 */
export class Grants {
  /**
   * The grants of the cluster that the scope belongs to.
   */
  public static of(scope: IConstruct): Grants {
    const cluster = Cluster.of(scope) as IConstruct & { [GRANTS]?: Grants };
    if (cluster[GRANTS] === undefined) {
      Object.defineProperty(cluster, GRANTS, { value: new Grants(cluster) });
      addTreeCheck(scope, 'duplicates', duplicateMessages);
      addTreeCheck(scope, 'grants', reportGrants);
    }
    return cluster[GRANTS]!;
  }

  private readonly grants: (() => Grant[])[] = [];
  private readonly assumptions: (() => Assumption[])[] = [];
  private readonly edges: (() => IntendedEdge[])[] = [];
  private readonly scopes: (() => IntendedScope)[] = [];
  private meshWide?: () => IntendedMeshWide;
  private readonly checks = new Map<string, () => string[]>();

  private constructor(private readonly scope: IConstruct) {}

  /**
   * The recorded edges, sorted by destination, source, ports and requests, each once. The list is a copy.
   *
   * Ports that are read from the objects of the app (a Deployment, say) are read now, so call it when the app is complete.
   */
  public list(): Grant[] {
    return unique(this.grants.flatMap((produce) => produce()), (grant) => [
      grant.kind, grant.to, grant.from, grant.ports.join(), grant.routes.join(), grant.issuers.join(), grant.claims.join(),
      String(grant.plaintext), grant.reason,
    ]);
  }

  /**
   * What the recorded edges rest on and this app cannot see to, sorted by owner and statement, each once. The list is a copy.
   */
  public listAssumptions(): Assumption[] {
    return unique(this.assumptions.flatMap((produce) => produce()), ({ owner, statement, text }) => [owner, statement, text]);
  }

  /** @internal */
  public _record(produce: () => Grant[]): void {
    this.grants.push(produce);
  }

  /** @internal */
  public _assume(produce: () => Assumption[]): void {
    this.assumptions.push(produce);
  }

  /** Records an edge in the words of every layer, for the proof. @internal */
  public _intend(produce: () => IntendedEdge[]): void {
    this.edges.push(produce);
  }

  /** Records whose access has to be as recorded. @internal */
  public _addScope(produce: () => IntendedScope): void {
    this.scopes.push(produce);
  }

  /** Records what holds for every namespace of the mesh that says nothing of its own. @internal */
  public _setMeshWide(produce: () => IntendedMeshWide): void {
    this.meshWide = produce;
  }

  /** @internal */
  public _prove(): string[] {
    return proveCluster(this.scope, this._intended());
  }

  /** @internal */
  public _intended(): IntendedAccess {
    const [scopes, edges] = [this.scopes.map((produce) => produce()), this.edges.flatMap((produce) => produce())];
    return { scopes, edges, meshWide: this.meshWide?.() };
  }

  /** A fault of the cluster as a whole, found once the app is complete. @internal */
  public _addCheck(id: string, check: () => string[]): void {
    this.checks.set(id, check);
  }

  /** @internal */
  public _messages(): string[] {
    return [...this.checks.values()].flatMap((check) => check());
  }

  /** @internal */
  public _toData(): ClusterGrants {
    return {
      cluster: this.scope.node.path,
      grants: this.list().map((grant) => ({
        ...grant,
        ports: grant.ports.map(String),
        routes: grant.routes.map(String),
        issuers: grant.issuers.map(String),
        claims: grant.claims.map(String),
      })),
      assumptions: this.listAssumptions(),
      proof: proofBasis(Proof.of(this.scope), this._intended()),
    };
  }
}

function clustersOf(root: IConstruct): Grants[] {
  return root.node.findAll().map((c) => (c as IConstruct & { [GRANTS]?: Grants })[GRANTS]).filter((g): g is Grants => g !== undefined);
}

function reportGrants(root: IConstruct): string[] {
  const clusters = clustersOf(root);
  const messages = clusters.flatMap((grants) => grants._messages());
  // a fault of the app is worth more than what follows from it
  if (messages.length === 0 && root.node.findAll().every((c) => c === root || c.node.validate().length === 0)) {
    messages.push(...clusters.flatMap((grants) => grants._prove()));
  }
  const file = process.env[GRANTS_FILE_VARIABLE];
  if (file !== undefined && messages.length === 0) {
    const data: GrantsFile = { format: GRANTS_FILE_FORMAT, clusters: clusters.map((grants) => grants._toData()) };
    fs.writeFileSync(file, JSON.stringify(data, undefined, 2));
  }
  return messages;
}

function unique<T>(items: T[], keyOf: (item: T) => string[]): T[] {
  const byKey = new Map(items.map((item) => [keyOf(item).join('\n'), item]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}
