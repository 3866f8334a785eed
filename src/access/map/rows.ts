import { Condition, Leaf } from '../condition';
import { MeshSettings } from '../mesh-settings';
import { METHOD, pathDomain, SOME_TEXT } from '../relation/domains';
import { patternKey, textClasses, TextDomain, TooManyClasses } from '../relation/text-classes';
import { TokenProvider } from '../requests/tokens';
import { matchesPattern, TextPattern } from '../text-pattern';
import { ClaimRow, HeaderRow, RequestRow, Requests, TokenRow } from './requests';
import { simplifiedRows, withExceptions } from './row-sets';
import { Literal, Term, termsOf } from './terms';

/** Whose tokens are accepted where the requests arrive, and how paths are seen there. */
export interface RowContext {
  readonly mesh: MeshSettings;
  readonly tokens: readonly TokenProvider[];
}

/** What the condition of a row cannot be written as. */
class NoRow extends Error {}

/** The requests that the first condition admits and none of the others refuses. */
export function requestsOf(admitted: Condition, refused: readonly Condition[], context: RowContext): Requests {
  try {
    return readable(admitted, refused, context);
  } catch (error) {
    if (error instanceof NoRow || error instanceof TooManyClasses) {
      return 'conditional';
    }
    throw error;
  }
}

function readable(admitted: Condition, refused: readonly Condition[], context: RowContext): Requests {
  const exceptions: RequestRow[] = [];
  const without: Term[] = [];
  for (const condition of refused) {
    const opposite = termsOf(condition, false);
    if (opposite?.length === 0) {
      return [];
    }
    if (opposite?.length === 1) {
      without.push(opposite[0]);
    } else {
      exceptions.push(...rowsFor(termsOf(condition), context));
    }
  }
  const terms = termsOf(admitted)?.map((term) => [...term, ...without.flat()]);
  const rows = simplifiedRows(rowsFor(terms, context));
  if (exceptions.length > 0) {
    return withExceptions(rows, simplifiedRows(exceptions));
  }
  return rows.some((row) => Object.keys(row).length === 0) ? 'any' : rows;
}

function rowsFor(terms: readonly Term[] | undefined, context: RowContext): RequestRow[] {
  if (terms === undefined) {
    throw new NoRow();
  }
  return terms.flatMap((term) => rowOf(term, context) ?? []);
}

/** One term as a row; none if no request satisfies it. */
function rowOf(term: Term, context: RowContext): RequestRow | undefined {
  const by = new Map<string, Literal[]>();
  for (const literal of term) {
    const known = by.get(literal.of);
    if (known === undefined) {
      by.set(literal.of, [literal]);
    } else {
      known.push(literal);
    }
  }
  const row: { -readonly [K in keyof RequestRow]: RequestRow[K] } = {};
  const headers: HeaderRow[] = [];
  for (const [property, given] of by) {
    const literals = property === 'host' ? given.filter((literal) => !isByHeader(literal)) : given;
    headers.push(...given.filter((literal) => !literals.includes(literal)).map((literal) => headerRow(':authority', literal)));
    if (literals.length === 0) {
      continue;
    }
    if (property === 'method' || property === 'path' || property === 'host') {
      const field = singleField(literals, domainOf(property, context.mesh));
      if (field === undefined) {
        return undefined;
      }
      Object.assign(row, FIELDS[property](field));
    } else if (property.startsWith('header:')) {
      headers.push(...literals.map((literal) => headerRow(property.slice('header:'.length), literal)));
    } else if (property === 'address:remote') {
      Object.assign(row, remoteField(literals));
    } else if (!property.startsWith('claim:')) {
      throw new NoRow();
    }
  }
  if (headers.length > 0) {
    row.headers = headers.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }
  const claims = term.filter(({ of }) => of.startsWith('claim:'));
  return claims.length === 0 ? row : withClaims(row, claims, context);
}

/** Rules about the header of the host heed the case of letters, rules about hosts do not. */
function isByHeader({ leaves }: Literal): boolean {
  return leaves.some((leaf) => leaf.is === 'text' && leaf.pattern.ignoreCase !== true);
}

function headerRow(name: string, { leaves, holds }: Literal): HeaderRow {
  return { name, ...(holds ? { values: textsOf(leaves) } : { notValues: textsOf(leaves) }) };
}

type Field = { readonly in?: readonly string[]; readonly out?: readonly string[] };

const FIELDS: Readonly<Record<'method' | 'path' | 'host', (field: Field) => RequestRow>> = {
  method: ({ in: methods, out: notMethods }) => ({ ...(methods && { methods }), ...(notMethods && { notMethods }) }),
  path: ({ in: paths, out: notPaths }) => ({ ...(paths && { paths }), ...(notPaths && { notPaths }) }),
  host: ({ in: hosts, out: notHosts }) => ({ ...(hosts && { hosts }), ...(notHosts && { notHosts }) }),
};

/** A field with exactly one text: what it has to be, what it must not be; none if that leaves nothing. */
function singleField(literals: readonly Literal[], domain: TextDomain): Field | undefined {
  const positive = literals.filter(({ holds }) => holds).map(({ leaves }) => patternsOf(leaves));
  const negative = unique(literals.filter(({ holds }) => !holds).flatMap(({ leaves }) => patternsOf(leaves)));
  if (positive.length === 0) {
    return { out: negative.map(textOfPattern).sort() };
  }
  const common = positive.reduce((some, others) => some.flatMap((one) => others.flatMap((other) => commonPattern(one, other, domain))));
  const left = unique(common).filter((one) => !negative.some((other) => isWithin(one, other, domain)));
  const kept = left.filter((one, i) => !left.some((other, j) => i !== j && isWithin(one, other, domain)
    && (j < i || !isWithin(other, one, domain))));
  const touching = negative.filter((other) => kept.some((one) => !areApart(one, other, domain)));
  return kept.length === 0 ? undefined : {
    in: kept.map(textOfPattern)
      .sort(),
    ...(touching.length === 0 ? {} : { out: touching.map(textOfPattern).sort() }),
  };
}

/** The texts that satisfy both patterns, as a pattern. */
function commonPattern(one: TextPattern, other: TextPattern, domain: TextDomain): TextPattern[] {
  if (isWithin(one, other, domain)) {
    return [one];
  }
  if (isWithin(other, one, domain)) {
    return [other];
  }
  if (areApart(one, other, domain)) {
    return [];
  }
  throw new NoRow();
}

function isWithin(inner: TextPattern, outer: TextPattern, domain: TextDomain): boolean {
  return patternKey(inner) === patternKey(outer) || textClasses([inner, outer], domain).every(({ matches: [a, b] }) => !a || b);
}

function areApart(one: TextPattern, other: TextPattern, domain: TextDomain): boolean {
  return textClasses([one, other], domain).every(({ matches: [a, b] }) => !(a && b));
}

function domainOf(property: 'method' | 'path' | 'host', mesh: MeshSettings): TextDomain {
  return property === 'method' ? METHOD : property === 'path' ? pathDomain(mesh.pathNormalization) : SOME_TEXT;
}

function patternsOf(leaves: readonly Leaf[]): TextPattern[] {
  return leaves.map((leaf) => {
    if (leaf.is !== 'text' && leaf.is !== 'claim') {
      throw new NoRow();
    }
    return leaf.pattern;
  });
}

function unique(patterns: readonly TextPattern[]): TextPattern[] {
  return [...new Map(patterns.map((pattern) => [patternKey(pattern), pattern])).values()];
}

function textOfPattern({ text }: TextPattern): string {
  return text;
}

function textsOf(leaves: readonly Leaf[]): string[] {
  return [...new Set(patternsOf(leaves).map(textOfPattern))].sort();
}

function remoteField(literals: readonly Literal[]): RequestRow {
  const ranges = (holds: boolean) => literals.filter((one) => one.holds === holds)
    .map(({ leaves }) => leaves.map((leaf) => (leaf.is === 'address' ? leaf.text : '')).sort());
  const [positive, negative] = [ranges(true), ranges(false)];
  if (positive.length > 1) {
    throw new NoRow();
  }
  return {
    ...(positive.length === 0 ? {} : { remoteIps: positive[0] }),
    ...(negative.length === 0 ? {} : { notRemoteIps: negative.flat() }),
  };
}

/** Claims are told by the issuers whose tokens can have them. */
function withClaims(row: RequestRow, literals: readonly Literal[], { tokens }: RowContext): RequestRow | undefined {
  const usable = tokens.filter(({ hasKeys }) => hasKeys);
  const positive = literals.filter(({ holds }) => holds);
  const notClaims = literals.filter(({ holds }) => !holds).map(claimRow);
  const common = { ...row, ...(notClaims.length === 0 ? {} : { notClaims: sortedClaims(notClaims) }) };
  if (positive.length === 0) {
    return common;
  }
  const ofIssuer = positive.filter(({ leaves }) => isIssuer(leaves[0]));
  const anyIssuer = usable.some(({ issuer }) => issuer === '');
  const issuers = [...new Set(usable.map(({ issuer }) => issuer))].filter((issuer) => issuer !== ''
    && ofIssuer.every(({ leaves }) => patternsOf(leaves).some((pattern) => matchesPattern(pattern, issuer))));
  if (anyIssuer && ofIssuer.length > 0) {
    throw new NoRow();
  }
  const token: TokenRow = {
    issuers: anyIssuer ? ['*'] : issuers.sort(),
    claims: sortedClaims(positive.filter(({ leaves }) => !isIssuer(leaves[0])).map(claimRow)),
  };
  return token.issuers.length === 0 ? undefined : { ...common, token };
}

function isIssuer(leaf: Leaf): boolean {
  return leaf.is === 'claim' && leaf.path.length === 1 && leaf.path[0] === 'iss';
}

function claimRow({ leaves }: Literal): ClaimRow {
  const [first] = leaves;
  return { path: first.is === 'claim' ? first.path : [], values: [...new Set(patternsOf(leaves).map(claimText))].sort() };
}

/** What a claim has to be, written like a value of a policy: values of `requestPrincipals` stand for two claims. */
function claimText({ parts }: TextPattern): string {
  const [first, second] = parts;
  const literal = (part: TextPattern['parts'][number] | undefined) => (part !== undefined && 'literal' in part && part.literal !== '' ? part.literal : undefined);
  const repeats = (part: TextPattern['parts'][number] | undefined, atLeast: number) => part !== undefined && 'repeat' in part && part.repeat === 'any'
    && part.atLeast === atLeast;
  const [start, end] = [literal(first), literal(second)];
  if (parts.length === 1 && repeats(first, 1)) {
    return '*';
  }
  if (parts.length === 1 && start !== undefined && !/^\*|\*$/.test(start)) {
    return start;
  }
  if (parts.length === 2 && repeats(first, 0) && end !== undefined) {
    return `*${end}`;
  }
  if (parts.length === 2 && repeats(second, 0) && start !== undefined && !start.startsWith('*')) {
    return `${start}*`;
  }
  throw new NoRow();
}

function sortedClaims(claims: readonly ClaimRow[]): ClaimRow[] {
  const key = (claim: ClaimRow) => JSON.stringify(claim);
  return [...new Map(claims.map((claim) => [key(claim), claim])).values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
