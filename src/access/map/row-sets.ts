import { RequestRow, TokenRow } from './requests';

const ALTERNATIVES = ['methods', 'paths', 'hosts', 'remoteIps'] as const;
const ORDER: readonly (keyof RequestRow)[] = [
  'methods', 'notMethods', 'paths', 'notPaths', 'hosts', 'notHosts', 'headers', 'token', 'notClaims', 'remoteIps', 'notRemoteIps', 'except',
];

/** The same requests in fewer rows: without those that are part of others, and with those put together that differ in one field. */
export function simplifiedRows(rows: readonly RequestRow[]): RequestRow[] {
  return rows.length < 2 ? rows.map(ordered) : withoutContained(merged(withoutContained(rows.map(ordered))));
}

/** The rows with what is refused of each of them. */
export function withExceptions(rows: readonly RequestRow[], refused: readonly RequestRow[]): RequestRow[] {
  return rows.filter((row) => !refused.some((one) => isWithin(row, one))).map((row) => {
    const except = refused.filter((one) => !areApart(row, one));
    return except.length === 0 ? row : { ...row, except };
  });
}

/** Fields in one order, so that equal rows have equal texts. */
function ordered(row: RequestRow): RequestRow {
  return Object.fromEntries(ORDER.filter((key) => row[key] !== undefined).map((key) => [key, row[key]]));
}

function withoutContained(rows: readonly RequestRow[]): RequestRow[] {
  return rows.filter((row, i) => !rows.some((other, j) => i !== j && isWithin(row, other) && (j < i || !isWithin(other, row))));
}

/** Whether each request of one row is one of the other: where it says yes, that is so. */
export function isWithin(inner: RequestRow, outer: RequestRow): boolean {
  return (Object.keys(outer) as (keyof RequestRow)[]).every((key) => {
    switch (key) {
      case 'methods':
      case 'paths':
      case 'hosts':
      case 'remoteIps': return inner[key]?.every((text) => outer[key]!.some((other) => covers(other, text, key))) ?? false;
      case 'notMethods':
      case 'notPaths':
      case 'notHosts':
      case 'notRemoteIps': return outer[key]!.every((text) => inner[key]?.includes(text));
      case 'token': return inner.token !== undefined && isTokenWithin(inner.token, outer.token!);
      default: return JSON.stringify(inner[key]) === JSON.stringify(outer[key]);
    }
  }) && (inner.except !== undefined || outer.except === undefined);
}

/** Whether every text that satisfies one value satisfies the other; wildcards at the end are looked into. */
function covers(outer: string, inner: string, field: typeof ALTERNATIVES[number]): boolean {
  if (outer === inner || (outer === '*' && field !== 'remoteIps')) {
    return true;
  }
  return isPrefix(outer) && !/[{}]/.test(inner) && !inner.startsWith('*') && field !== 'remoteIps' && inner.startsWith(outer.slice(0, -1));
}

function isPrefix(text: string): boolean {
  return text.endsWith('*') && !text.startsWith('*') && !/[{}]/.test(text);
}

/** Whether no request is in both rows, as far as methods and paths tell. */
function areApart(a: RequestRow, b: RequestRow): boolean {
  return (['methods', 'paths'] as const).some((key) => a[key]?.every((one) => b[key]?.every((other) => shareNothing(one, other))));
}

function shareNothing(one: string, other: string): boolean {
  if ([one, other].some((text) => /[{}]/.test(text) || text.startsWith('*'))) {
    return false;
  }
  const [a, b] = [one, other].map((text) => (text.endsWith('*') ? text.slice(0, -1) : text));
  return !(isPrefix(one) ? b.startsWith(a) || (isPrefix(other) && a.startsWith(b)) : isPrefix(other) ? a.startsWith(b) : a === b);
}

function isTokenWithin(inner: TokenRow, outer: TokenRow): boolean {
  return inner.issuers.every((issuer) => outer.issuers.includes(issuer) || outer.issuers.includes('*'))
    && outer.claims.every(({ path, values }) => inner.claims.some((other) => JSON.stringify(other.path) === JSON.stringify(path)
      && (other.values.every((value) => values.includes(value)) || values.includes('*'))));
}

/** Rows that differ in one field of alternatives are one row. */
function merged(rows: readonly RequestRow[]): RequestRow[] {
  let current: readonly RequestRow[] = rows;
  for (const field of [...ALTERNATIVES, 'issuers'] as const) {
    const groups = new Map<string, RequestRow>();
    for (const row of current) {
      const given = field === 'issuers' ? row.token !== undefined : row[field] !== undefined;
      const rest = field === 'issuers' ? { ...row, token: row.token && { ...row.token, issuers: [] } } : { ...row, [field]: undefined };
      const key = `${String(given)} ${JSON.stringify(rest)}`;
      const known = groups.get(key);
      groups.set(key, known === undefined || !given ? row : together(known, row, field));
    }
    current = [...groups.values()];
  }
  return [...current];
}

function together(a: RequestRow, b: RequestRow, field: typeof ALTERNATIVES[number] | 'issuers'): RequestRow {
  const union = (some: readonly string[] = [], others: readonly string[] = []) => [...new Set([...some, ...others])].sort();
  return field === 'issuers' ? { ...a, token: { ...a.token!, issuers: union(a.token?.issuers, b.token?.issuers) } }
    : { ...a, [field]: union(a[field], b[field]) };
}
