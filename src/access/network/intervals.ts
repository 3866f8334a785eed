/** All values from the first to the last one. */
export interface Interval<T extends number | bigint> {
  readonly first: T;
  readonly last: T;
}

/** A set of whole numbers: sorted intervals that neither overlap nor touch, so that equal sets look equal. */
export type Intervals<T extends number | bigint> = readonly Interval<T>[];

/** Which values any of the intervals holds, in whatever order they come. */
export function normalized<T extends number | bigint>(intervals: readonly Interval<T>[]): Intervals<T> {
  const sorted = intervals.filter(({ first, last }) => first <= last).sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const merged: Interval<T>[] = [];
  for (const next of sorted) {
    const previous = merged[merged.length - 1];
    if (previous === undefined || next.first > after(previous.last)) {
      merged.push(next);
    } else if (next.last > previous.last) {
      merged[merged.length - 1] = { first: previous.first, last: next.last };
    }
  }
  return merged;
}

/** Which values one of the sets holds. */
export function union<T extends number | bigint>(a: Intervals<T>, b: Intervals<T>): Intervals<T> {
  if (a.length === 0 || b.length === 0 || a === b) {
    return a.length === 0 ? b : a;
  }
  return normalized([...a, ...b]);
}

/** Which values both sets hold. */
export function intersection<T extends number | bigint>(a: Intervals<T>, b: Intervals<T>): Intervals<T> {
  const common: Interval<T>[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const first = a[i].first > b[j].first ? a[i].first : b[j].first;
    const last = a[i].last < b[j].last ? a[i].last : b[j].last;
    if (first <= last) {
      common.push({ first, last });
    }
    if (a[i].last < b[j].last) {
      i += 1;
    } else {
      j += 1;
    }
  }
  return common;
}

/** Which values the first set holds and the second one does not. */
export function difference<T extends number | bigint>(a: Intervals<T>, b: Intervals<T>): Intervals<T> {
  return b.reduce<Intervals<T>>((left, hole) => left.flatMap((interval) => without(interval, hole)), a);
}

/** Whether the set holds the value. */
export function holds<T extends number | bigint>(set: Intervals<T>, value: T): boolean {
  return set.some(({ first, last }) => first <= value && value <= last);
}

/** Whether two sets hold the same values. */
export function equalIntervals<T extends number | bigint>(a: Intervals<T>, b: Intervals<T>): boolean {
  return a.length === b.length && a.every(({ first, last }, i) => first === b[i].first && last === b[i].last);
}

/** The parts into which the sets cut the whole, each of them wholly inside or wholly outside of every set. */
export function atoms<T extends number | bigint>(whole: Intervals<T>, sets: readonly Intervals<T>[]): Interval<T>[] {
  const cuts = [...new Set(sets.flat().flatMap(({ first, last }) => [first, after(last)]))].sort((a, b) => (a < b ? -1 : 1));
  return whole.flatMap(({ first, last }) => {
    const starts = [first, ...cuts.filter((cut) => first < cut && cut <= last)];
    return starts.map((start, i) => ({ first: start, last: i + 1 < starts.length ? before(starts[i + 1]) : last }));
  });
}

function without<T extends number | bigint>(interval: Interval<T>, hole: Interval<T>): Interval<T>[] {
  if (hole.last < interval.first || interval.last < hole.first) {
    return [interval];
  }
  return [
    ...(interval.first < hole.first ? [{ first: interval.first, last: before(hole.first) }] : []),
    ...(hole.last < interval.last ? [{ first: after(hole.last), last: interval.last }] : []),
  ];
}

function after<T extends number | bigint>(value: T): T {
  return (typeof value === 'bigint' ? value + 1n : value as number + 1) as T;
}

function before<T extends number | bigint>(value: T): T {
  return (typeof value === 'bigint' ? value - 1n : value as number - 1) as T;
}
