import { principalOf } from '../ambient/path';
import { Condition, Leaf } from '../condition';
import { World } from '../model/world';
import { patternKey } from '../relation/text-classes';
import { mapping } from '../snapshot/fields';
import { matchesPattern } from '../text-pattern';
import { Workload } from '../workload';

/** Sources that have the same access to one destination: all of a list that others may share, but for some. */
export interface SourceGroup {
  readonly example: Workload;
  readonly among: readonly Workload[];
  readonly except: ReadonlySet<Workload>;
}

const NOBODY: ReadonlySet<Workload> = new Set();
/** lists up to this length are looked at one by one */
const FEW = 16;

/** Which sources no policy of a destination can tell apart. */
export class SourceGroups {
  private readonly traits = new Map<Workload, string>();
  private readonly principals = new Map<Workload, string>();
  private readonly byPrincipal = new Map<string, Workload[]>();
  private readonly matching = new Map<string, ReadonlySet<string>>();
  private readonly parted = new WeakMap<readonly Workload[], readonly (readonly Workload[])[]>();
  private readonly members = new WeakMap<readonly Workload[], ReadonlySet<Workload>>();
  private readonly namespacesMatter: boolean;
  private readonly labelsMatter: boolean;

  public constructor(private readonly world: World) {
    const { snapshot, registry } = world;
    const rules = snapshot.kind('networking.istio.io', 'DestinationRule');
    this.namespacesMatter = rules.length > 0 || snapshot.kind('networking.istio.io', 'Sidecar').length > 0
      || snapshot.kind('networking.istio.io', 'VirtualService').length > 0 || registry.entries.some(({ visibleTo }) => !visibleTo.has('*'));
    this.labelsMatter = rules.some(({ object }) => mapping(object.spec).workloadSelector !== undefined);
    for (const workload of snapshot.workloads) {
      const principal = principalOf(workload, snapshot.mesh);
      this.principals.set(workload, principal);
      const known = this.byPrincipal.get(principal);
      if (known === undefined) {
        this.byPrincipal.set(principal, [workload]);
      } else {
        known.push(workload);
      }
    }
  }

  /** Sources of a list that differ for a destination with these conditions. */
  public of(among: readonly Workload[], except: ReadonlySet<Workload>, conditions: readonly Condition[]): SourceGroup[] {
    if (among.length <= FEW) {
      return among.filter((one) => !except.has(one)).map((example) => ({ example, among: [example], except: NOBODY }));
    }
    const special = this.special(among, conditions);
    const single = [...special].filter((one) => !except.has(one)).map((example) => ({ example, among: [example], except: NOBODY }));
    const rest = this.parts(among).flatMap((part): SourceGroup[] => {
      const example = part.find((one) => !except.has(one) && !special.has(one));
      const left = special.size === 0 && except.size === 0 ? NOBODY
        : new Set([...except, ...special].filter((one) => this.traitsOf(one) === this.traitsOf(part[0])));
      return example === undefined ? [] : [{ example, among: part, except: left }];
    });
    return [...single, ...rest];
  }

  /** Whether a rule tells the identity of a workload from others. */
  public isNamed(workload: Workload, conditions: readonly Condition[]): boolean {
    const principal = principalOf(workload, this.world.snapshot.mesh);
    return identityLeaves(conditions).some((leaf) => this.matches(leaf).has(principal));
  }

  /** Sources by everything that matters beside their identity. */
  private parts(among: readonly Workload[]): readonly (readonly Workload[])[] {
    let parts = this.parted.get(among);
    if (parts === undefined) {
      const found = new Map<string, Workload[]>();
      for (const workload of among) {
        const key = this.traitsOf(workload);
        const known = found.get(key);
        if (known === undefined) {
          found.set(key, [workload]);
        } else {
          known.push(workload);
        }
      }
      parts = found.size === 1 ? [among] : [...found.values()];
      this.parted.set(among, parts);
    }
    return parts;
  }

  private traitsOf(workload: Workload): string {
    let traits = this.traits.get(workload);
    if (traits === undefined) {
      const { mode, hostNetwork, annotations, addresses, namespace, labels } = workload;
      const said = Object.entries(annotations).filter(([key]) => /istio\.io\//.test(key));
      traits = JSON.stringify([mode, hostNetwork, said, addresses, this.namespacesMatter ? namespace : '', this.labelsMatter ? labels : '',
        this.world.snapshot.unmodelled.map(({ concerns }) => concerns(workload))]);
      this.traits.set(workload, traits);
    }
    return traits;
  }

  /** Sources that a rule of the destination names, each to be looked at by itself. */
  private special(among: readonly Workload[], conditions: readonly Condition[]): ReadonlySet<Workload> {
    const leaves = identityLeaves(conditions);
    if (leaves.length === 0) {
      return NOBODY;
    }
    let inside = this.members.get(among);
    if (inside === undefined) {
      inside = new Set(among);
      this.members.set(among, inside);
    }
    const found = new Set<Workload>();
    for (const leaf of leaves) {
      for (const principal of this.matches(leaf)) {
        this.byPrincipal.get(principal)?.forEach((workload) => inside.has(workload) && found.add(workload));
      }
    }
    return found;
  }

  /** The identities that satisfy a leaf; none if all of them do, because then it tells nobody apart. */
  private matches({ field, pattern }: IdentityLeaf): ReadonlySet<string> {
    const key = `${field} ${patternKey(pattern)}`;
    let found = this.matching.get(key);
    if (found === undefined) {
      const [part] = pattern.parts;
      const exact = pattern.parts.length === 1 && 'literal' in part && (field === 'principal' || field === 'identity');
      found = exact ? new Set([part.literal.replace('spiffe://', '')])
        : new Set([...this.byPrincipal.keys()].filter((principal) => matchesPattern(pattern, VALUES[field](principal))));
      found = found.size === this.byPrincipal.size ? new Set() : found;
      this.matching.set(key, found);
    }
    return found;
  }
}

type IdentityField = 'principal' | 'identity' | 'identity-namespace' | 'identity-account';
type IdentityLeaf = Extract<Leaf, { is: 'text' }> & { readonly field: IdentityField };

const VALUES: Readonly<Record<IdentityField, (principal: string) => string>> = {
  'principal': (principal) => `spiffe://${principal}`,
  'identity': (principal) => principal,
  'identity-namespace': (principal) => principal.split('/')[2],
  'identity-account': (principal) => principal.split('/')[4],
};

const known = new WeakMap<readonly Condition[], readonly IdentityLeaf[]>();

function identityLeaves(conditions: readonly Condition[]): readonly IdentityLeaf[] {
  let leaves = known.get(conditions);
  if (leaves === undefined) {
    const found = new Map<string, IdentityLeaf>();
    conditions.forEach((condition) => collect(condition, found));
    leaves = [...found.values()];
    known.set(conditions, leaves);
  }
  return leaves;
}

function collect(condition: Condition, found: Map<string, IdentityLeaf>): void {
  switch (condition.is) {
    case 'all':
    case 'any': condition.of.forEach((part) => collect(part, found)); break;
    case 'not': collect(condition.of, found); break;
    case 'text': {
      if (condition.field in VALUES) {
        found.set(`${condition.field} ${patternKey(condition.pattern)}`, condition as IdentityLeaf);
      }
      break;
    }
    default:
  }
}
