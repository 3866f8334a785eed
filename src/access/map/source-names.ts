import { Workload } from '../workload';

/** Lists of sources, each without some. */
export interface SourceList {
  readonly among: readonly Workload[];
  readonly except: ReadonlySet<Workload>;
}

/** How sources are called in an edge. */
export interface SourceName {
  /** the id of a workload, `namespace/*` for all of a namespace, `*` twice for all there are, or the id of a group */
  readonly from: string;
  readonly except?: readonly string[];
}

/** Sources that share so much that they are listed once. */
export interface NamedGroup {
  readonly id: string;
  readonly of: readonly string[];
}

export const EVERY_WORKLOAD = '*/*';
/** more names than that make a group */
const MANY = 24;

/** Finds short names for sets of sources. */
export class SourceNames {
  public readonly groups: NamedGroup[] = [];
  private readonly sizes = new Map<string, number>();
  private readonly lists = new Map<readonly Workload[], number>();
  private readonly named = new Map<string, readonly string[]>();
  private readonly grouped = new Map<string, string>();
  private readonly known: ReadonlySet<Workload>;

  public constructor(private readonly all: readonly Workload[]) {
    this.known = new Set(all);
    all.forEach(({ namespace }) => this.sizes.set(namespace, (this.sizes.get(namespace) ?? 0) + 1));
  }

  /** The names of the sources in some lists that share nobody. */
  public of(lists: readonly SourceList[]): SourceName[] {
    const single = lists.filter(({ among }) => among.length === 1);
    const broad = lists.filter(({ among }) => among.length > 1);
    if (broad.length === 0 && single.length > 1 && single.filter(({ among: [one] }) => this.known.has(one)).length === this.all.length) {
      const more = single.map(({ among: [one] }) => one).filter((one) => !this.known.has(one));
      return [{ from: EVERY_WORKLOAD }, ...more.map(({ id }) => ({ from: id }))];
    }
    if (broad.length === 0) {
      return this.grouping(this.compact(single.map(({ among }) => among[0]))).map((from) => ({ from }));
    }
    const without = new Set(broad.flatMap(({ except }) => [...except]));
    single.forEach(({ among: [one] }) => without.delete(one));
    const alone = single.map(({ among: [one] }) => one).filter((one) => !broad.some(({ among }) => among.includes(one)));
    const base = this.base(broad.map(({ among }) => among));
    const total = broad.reduce((sum, { among }) => sum + among.length, 0) + alone.length;
    if (base[0] === EVERY_WORKLOAD || total === this.all.length) {
      return [named(EVERY_WORKLOAD, [...without])];
    }
    if (total > this.all.length / 2 && total > MANY) {
      const inside = new Set([...broad.flatMap(({ among }) => among), ...alone]);
      without.forEach((one) => inside.delete(one));
      const outside = this.all.filter((one) => !inside.has(one));
      return [{ from: EVERY_WORKLOAD, except: this.grouping(this.compact(outside)) }];
    }
    return this.partly([...base], [...without], alone);
  }

  /** Names of whole lists, with what is missing said where it is missing. */
  private partly(base: string[], without: readonly Workload[], alone: readonly Workload[]): SourceName[] {
    if (base.length > MANY) {
      return [named(this.group(base), without), ...this.compact(alone).map((from) => ({ from }))];
    }
    const missing = new Map<string, Workload[]>();
    without.forEach((one) => missing.set(`${one.namespace}/*`, [...missing.get(`${one.namespace}/*`) ?? [], one]));
    const gone = new Set(without.map(({ id }) => id));
    return [
      ...base.filter((name) => !gone.has(name)).map((name) => named(name, missing.get(name) ?? [])),
      ...this.compact(alone).map((from) => ({ from })),
    ];
  }

  private base(lists: readonly (readonly Workload[])[]): readonly string[] {
    const key = lists.map((list) => this.numberOf(list)).sort((a, b) => a - b).join();
    let names = this.named.get(key);
    if (names === undefined) {
      const count = lists.reduce((sum, list) => sum + list.length, 0);
      names = count === this.all.length ? [EVERY_WORKLOAD] : this.compact(lists.flat());
      this.named.set(key, names);
    }
    return names;
  }

  private numberOf(list: readonly Workload[]): number {
    const number = this.lists.get(list) ?? this.lists.size;
    this.lists.set(list, number);
    return number;
  }

  /** Workloads by their names, those of a whole namespace by its name. */
  private compact(workloads: readonly Workload[]): string[] {
    if (workloads.length < 2) {
      return workloads.map(({ id }) => id);
    }
    const found = new Map<string, Workload[]>();
    workloads.forEach((one) => {
      const known = found.get(one.namespace);
      if (known === undefined) {
        found.set(one.namespace, [one]);
      } else {
        known.push(one);
      }
    });
    return [...found].flatMap(([namespace, own]) => (own.length > 1 && own.length === this.sizes.get(namespace) ? [`${namespace}/*`] : own.map(({ id }) => id)));
  }

  private grouping(names: string[]): string[] {
    return names.length > MANY ? [this.group(names)] : names;
  }

  private group(names: readonly string[]): string {
    const key = names.join();
    let id = this.grouped.get(key);
    if (id === undefined) {
      id = `group-${this.groups.length + 1}`;
      this.groups.push({ id, of: names });
      this.grouped.set(key, id);
    }
    return id;
  }
}

function named(from: string, without: readonly Workload[]): SourceName {
  return without.length === 0 ? { from } : { from, except: without.map(({ id }) => id).sort() };
}
