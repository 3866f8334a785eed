import { ObjectRef } from '../objects';
import { HttpRequest, Token } from '../question';
import { SeenRequest } from './arrival';
import { findTokens, TokenPlaces, tokenOf } from './token-places';

/** One rule of a RequestAuthentication: whose tokens it accepts, and from where. */
export interface TokenProvider {
  readonly object: ObjectRef;
  /** index of the rule in its object */
  readonly rule: number;
  /** empty: of every issuer */
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly places: TokenPlaces;
  readonly forwards: boolean;
  readonly payloadHeader?: string;
  readonly claimHeaders: readonly { readonly header: string; readonly claim: string }[];
  /** claims that are lists of words separated by blanks */
  readonly words: readonly string[];
  /** whether the proxy has keys that any token is signed with */
  readonly hasKeys: boolean;
}

/** `unsigned` is a text of which nobody can tell who signed it, `chance` a token for which one of several rules is taken by chance. */
type Status = 'ok' | 'missing' | 'unknown-issuer' | 'audience' | 'bad' | 'unsigned' | 'chance';
type Claims = Readonly<Record<string, unknown>>;

/** What the providers make of the tokens of a request. */
export interface TokenOutcome {
  readonly answer: 'pass' | 'http-401' | 'http-403' | 'unknown';
  /** of the token that counts, as Envoy stores them */
  readonly claims?: Claims;
  readonly text: string;
  readonly provider?: TokenProvider;
}

interface Judging {
  readonly providers: readonly TokenProvider[];
  readonly seen: SeenRequest;
  readonly tokens: readonly Token[];
  readonly now: number;
  claims?: Claims;
  failed?: TokenProvider;
}

/**
 * Decides whether the tokens of a request pass, as istiod requires it of Envoy: one of the providers is satisfied, or each of them is
 * satisfied or finds no token. Changes the request: tokens and headers are taken out and put in.
 */
export function judgeTokens(
  providers: readonly TokenProvider[], seen: SeenRequest, request: HttpRequest, now = Math.floor(Date.now() / 1000),
): TokenOutcome {
  if (providers.length === 0) {
    return { answer: 'pass', text: 'no RequestAuthentication applies' };
  }
  if (isPreflight(seen)) {
    return { answer: 'pass', text: 'a CORS preflight carries no token' };
  }
  const judging: Judging = { providers, seen, tokens: request.tokens, now };
  if (providers.length === 1) {
    // looked for once: what a good token has taken away still counts against the bad one beside it
    const status = ofProvider(providers[0], judging);
    return outcome(status === 'missing' ? 'ok' : status, judging);
  }
  const each = () => allOf(providers, (provider) => anyOf([() => ofProvider(provider, judging), () => ofMissing(provider, judging)]));
  return outcome(anyOf([...providers.map((provider) => () => ofProvider(provider, judging)), each]), judging);
}

function outcome(status: Status, { claims, failed }: Judging): TokenOutcome {
  switch (status) {
    case 'ok': return { answer: 'pass', claims, text: claims === undefined ? 'no token' : 'the token is valid' };
    case 'audience': return { answer: 'http-403', text: 'the token is not meant for this audience', provider: failed };
    case 'unsigned': return { answer: 'unknown', text: 'who signed the token cannot be told', provider: failed };
    case 'chance': return { answer: 'unknown', text: 'rules of one issuer disagree, and which of them is asked is chance', provider: failed };
    case 'unknown-issuer': return { answer: 'http-401', text: 'no rule accepts tokens of this issuer in this place', provider: failed };
    default: return { answer: 'http-401', text: 'the token is not valid', provider: failed };
  }
}

/** The first that is ok; otherwise the failure that says most. */
function anyOf(parts: readonly (() => Status)[]): Status {
  let worst: Status = 'missing';
  for (const part of parts) {
    const status = part();
    if (status === 'ok' || status === 'unsigned' || status === 'chance') {
      return status;
    }
    if (status !== 'missing' && !(status === 'unknown-issuer' && worst !== 'missing')) {
      worst = status;
    }
  }
  return worst;
}

function allOf(providers: readonly TokenProvider[], part: (provider: TokenProvider) => Status): Status {
  for (const provider of providers) {
    const status = part(provider);
    if (status !== 'ok') {
      return status;
    }
  }
  return 'ok';
}

function ofProvider(provider: TokenProvider, judging: Judging): Status {
  const found = tokensFor(provider, judging);
  return found.length === 0 ? 'missing' : judgeEach(found, provider, judging, () => [provider]);
}

/** No token is fine here; one that is there must be good for whoever knows its issuer. */
function ofMissing(provider: TokenProvider, judging: Judging): Status {
  const found = tokensFor(provider, judging);
  const knowing = (issuer: string) => {
    const named = judging.providers.filter((one) => one.issuer === issuer);
    return named.length > 0 ? named : judging.providers.filter((one) => one.issuer === '').slice(0, 1);
  };
  return found.length === 0 ? 'ok' : judgeEach(found, provider, judging, knowing);
}

function tokensFor(provider: TokenProvider, { seen }: Judging) {
  [provider.payloadHeader, ...provider.claimHeaders.map(({ header }) => header)]
    .forEach((name) => name === undefined || seen.lines.delete(name));
  return findTokens(seen, provider.places);
}

/** All tokens must be good; each good one is used up at once. */
function judgeEach(
  found: ReturnType<typeof findTokens>, place: TokenProvider, judging: Judging, accepting: (issuer: string) => readonly TokenProvider[],
): Status {
  for (const { text, remove } of found) {
    const token = tokenOf(text, judging.tokens);
    const status = judge(text, token, place, judging, accepting);
    if (status.status !== 'ok') {
      judging.failed = place;
      return status.status;
    }
    use(token!.claims, status.by, judging, remove);
  }
  return 'ok';
}

function judge(
  text: string, token: Token | undefined, place: TokenProvider, judging: Judging, accepting: (issuer: string) => readonly TokenProvider[],
): { status: Exclude<Status, 'ok'> } | { status: 'ok'; by: TokenProvider } {
  if (token === undefined) {
    return { status: looksSigned(text) ? 'unsigned' : 'bad' };
  }
  if (token.state === 'malformed' || !hasSoundClaims(token.claims)) {
    return { status: 'bad' };
  }
  const issuer = typeof token.claims.iss === 'string' ? token.claims.iss : '';
  const [by, ...others] = place.issuer === '' || place.issuer === issuer ? accepting(issuer) : [];
  if (by === undefined) {
    return { status: 'unknown-issuer' };
  }
  const status = judgeFor(token, by, judging.now);
  if (others.some((other) => judgeFor(token, other, judging.now) !== status)) {
    return { status: 'chance' };
  }
  return status === 'ok' ? { status, by } : { status };
}

function judgeFor({ state, claims }: Token, { audiences, hasKeys }: TokenProvider, now: number): 'ok' | 'bad' | 'audience' {
  const { exp, nbf } = claims as { exp?: number; nbf?: number };
  if (state === 'expired' || (exp !== undefined && exp > 0 && exp + SKEW < now) || (nbf !== undefined && nbf > now + SKEW)) {
    return 'bad';
  }
  const accepted = audiences.map(plainAudience);
  if (accepted.length > 0 && ![claims.aud ?? []].flat().some((audience) => accepted.includes(plainAudience(audience as string)))) {
    return 'audience';
  }
  return hasKeys && state === 'valid' ? 'ok' : 'bad';
}

const SKEW = 60;

/** Claims that must be of a type if they are there; otherwise the token is none. */
function hasSoundClaims(claims: Claims): boolean {
  const texts = (names: readonly string[]) => names.every((name) => !(name in claims) || typeof claims[name] === 'string');
  const isTime = (value: unknown) => typeof value === 'number' && value >= 0;
  const times = (names: readonly string[]) => names.every((name) => !(name in claims) || isTime(claims[name]));
  const audience = [claims.aud ?? (('aud' in claims) ? null : [])].flat();
  return texts(['iss', 'sub', 'jti']) && times(['iat', 'nbf', 'exp']) && audience.every((one) => typeof one === 'string');
}

/** A scheme and one trailing slash do not count. */
function plainAudience(audience: string): string {
  return audience.replace(/^https?:\/\//, '').replace(/\/$/, '');
}

/** What a client writes as a header itself may be a token that is really signed; nothing here can tell. */
function looksSigned(text: string): boolean {
  const [header, payload, signature] = text.split('.');
  try {
    return signature !== undefined && payload !== '' && 'alg' in (JSON.parse(Buffer.from(header, 'base64url').toString()) as object);
  } catch {
    return false;
  }
}

function use(claims: Claims, by: TokenProvider, judging: Judging, remove: (seen: SeenRequest) => void): void {
  const { lines } = judging.seen;
  const add = (name: string, value: string) => lines.set(name, [...lines.get(name) ?? [], value]);
  if (by.payloadHeader !== undefined) {
    add(by.payloadHeader, Buffer.from(JSON.stringify(claims)).toString('base64url'));
  }
  for (const { header, claim } of by.claimHeaders) {
    const value = claimText(claims, claim);
    if (value !== '') {
      add(header, value);
    }
  }
  if (!by.forwards) {
    remove(judging.seen);
  }
  judging.claims = Object.fromEntries(Object.entries(claims).map(([name, value]) => [
    name, by.words.includes(name) && typeof value === 'string' ? value.split(' ').filter((word) => word !== '') : value,
  ]));
}

/** A nested claim as a header has it; lists and objects are encoded. */
function claimText(claims: Claims, path: string): string {
  let value: unknown = claims;
  for (const name of path.split('.')) {
    const there = value !== null && typeof value === 'object' && Object.hasOwn(value, name);
    value = there ? (value as Record<string, unknown>)[name] : undefined;
  }
  if (value === undefined || value === null) {
    return '';
  }
  if (typeof value === 'number') {
    return Number.isInteger(value) && value >= 0 ? String(value) : value.toFixed(6);
  }
  return typeof value === 'object' ? Buffer.from(JSON.stringify(value)).toString('base64') : String(value);
}

function isPreflight({ method, lines }: SeenRequest): boolean {
  const said = (name: string) => (lines.get(name)?.[0] ?? '') !== '';
  return method === 'OPTIONS' && said('origin') && said('access-control-request-method');
}
