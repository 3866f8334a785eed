import { Asked, attaches } from './attach';
import { joinedValue, parameterOf, Request, valuesOf, withoutParameter } from './request';
import {
  listOf, Manifest, namespaceOf, NaiveToken, NaiveWorkload, NaiveWorld, objectsOfKind, RefusedByProxy, rootNamespace,
} from './world';

type Status = 'ok' | 'missing' | 'unknown-issuer' | 'bad' | 'audience';

interface Found {
  readonly text: string;
  /** Takes the token out of the request. */
  readonly remove: (request: Request) => void;
}

/** All rules for a workload, by issuer; of one issuer those of its own namespace come before those of the root. */
export function jwtRulesOf(world: NaiveWorld, workload: NaiveWorkload, asked?: Asked): Manifest[] {
  const isFar = (one: Manifest) => (namespaceOf(one) === rootNamespace(world) ? 1 : 0);
  return objectsOfKind(world, 'RequestAuthentication').filter((one) => attaches(world, one, workload, asked))
    .sort((a, b) => isFar(a) - isFar(b))
    .flatMap((one) => listOf<Manifest>(one.spec?.jwtRules))
    .map((rule, i) => ({ rule, i }))
    .sort((a, b) => (a.rule.issuer === b.rule.issuer ? a.i - b.i : a.rule.issuer < b.rule.issuer ? -1 : 1))
    .map(({ rule }) => rule);
}

/** What the filter for tokens answers; undefined lets the request pass, perhaps with the claims of a token. */
export function tokenRefusal(
  world: NaiveWorld, workload: NaiveWorkload, request: Request, asked?: Asked,
): 'http-401' | 'http-403' | undefined {
  const rules = jwtRulesOf(world, workload, asked);
  if (rules.length === 0) {
    return undefined;
  }
  rules.forEach(refuseWithoutKeys);
  rules.forEach((rule) => dropHeadersOfOurs(rule, request));
  if (isPreflight(request)) {
    return undefined;
  }
  const failures: Status[] = [];
  for (const rule of rules) {
    const status = verify(world, rule, request, rules);
    if (status === 'ok') {
      return undefined;
    }
    failures.push(status);
  }
  // else nobody may have sent a token to where any of the issuers looks
  for (const rule of rules) {
    const status = verify(world, rule, request, rules);
    if (status !== 'ok' && status !== 'missing') {
      return lastOf([...failures, status]) === 'audience' ? 'http-403' : 'http-401';
    }
  }
  return undefined;
}

/** The failure that is told: the last one, but that nobody knows an issuer is told only if nothing else is. */
function lastOf(failures: readonly Status[]): Status {
  const told = failures.filter((status) => status !== 'missing' && status !== 'unknown-issuer');
  return told.length > 0 ? told[told.length - 1] : 'unknown-issuer';
}

function refuseWithoutKeys({ jwks }: Manifest): void {
  if (jwks && (JSON.parse(jwks).keys ?? []).length === 0) {
    throw new RefusedByProxy('no proxy takes a set of keys without a key');
  }
}

/** Headers that tell the application of a token are never the client's own. */
function dropHeadersOfOurs(rule: Manifest, request: Request): void {
  const ours = [rule.outputPayloadToHeader, ...listOf<Manifest>(rule.outputClaimToHeaders).map(({ header }) => header)]
    .filter((name) => name !== undefined && name !== null).map((name: string) => name.toLowerCase());
  request.lines = request.lines.filter(([name]) => !ours.includes(name));
}

function isPreflight(request: Request): boolean {
  const has = (name: string) => (joinedValue(request, name) ?? '') !== '';
  return request.method === 'OPTIONS' && has('origin') && has('access-control-request-method');
}

/** Every token in the places of a rule has to be good, from the last to the first; each good one is taken out and its claims count. */
function verify(world: NaiveWorld, rule: Manifest, request: Request, rules: Manifest[]): Status {
  const found = placesOf(rule, request);
  if (found.length === 0) {
    return 'missing';
  }
  for (const { text, remove } of [...found].reverse()) {
    const token = request.tokens.get(text);
    const status = token === undefined ? 'bad' : statusOf(world, rule, token);
    if (status !== 'ok') {
      return status;
    }
    accept(rule, request, token as NaiveToken, rules);
    if (rule.forwardOriginalToken !== true) {
      remove(request);
    }
  }
  return 'ok';
}

function placesOf(rule: Manifest, request: Request): Found[] {
  const { fromHeaders, fromParams, fromCookies } = rule;
  const anywhere = [fromHeaders, fromParams, fromCookies].every((list) => listOf(list).length === 0);
  const headers = anywhere ? [{ name: 'Authorization', prefix: 'Bearer ' }] : listOf<Manifest>(fromHeaders);
  const params = anywhere ? ['access_token'] : listOf<string>(fromParams);
  return [
    ...headers.flatMap(({ name, prefix }) => inHeader(request, name, prefix ?? '')),
    ...params.flatMap((name) => inParameter(request, name)),
    ...listOf<string>(fromCookies).flatMap((name) => inCookie(request, name)),
  ];
}

/** The prefix is looked for anywhere in a line, and what cannot begin a token is passed over after it. */
function inHeader(request: Request, name: string, prefix: string): Found[] {
  const remove = (from: Request) => {
    from.lines = from.lines.filter(([own]) => own !== name.toLowerCase());
  };
  const textOf = (line: string) => line.slice(line.indexOf(prefix) + prefix.length).replace(/^[^A-Za-z0-9\-_.]+/, '');
  return (valuesOf(request, name) ?? []).filter((line) => line.includes(prefix))
    .map((line) => ({ text: prefix === '' ? line : textOf(line), remove }));
}

function inParameter(request: Request, name: string): Found[] {
  const text = parameterOf(request, name);
  const remove = (from: Request) => {
    from.target = withoutParameter(from.target, name);
  };
  return text === undefined ? [] : [{ text, remove }];
}

function inCookie(request: Request, name: string): Found[] {
  const pairs = (joinedValue(request, 'cookie') ?? '').split(';').map((pair) => pair.trim());
  const pair = pairs.find((one) => one.startsWith(`${name}=`));
  // a cookie stays where it is
  return pair === undefined ? [] : [{ text: pair.slice(name.length + 1), remove: () => undefined }];
}

function statusOf(world: NaiveWorld, rule: Manifest, token: NaiveToken): Status {
  const { claims } = token;
  if (!['valid', 'expired', 'forged'].includes(token.state) || !hasGoodTypes(claims)) {
    return 'bad';
  }
  if (claims.iss !== rule.issuer) {
    return 'unknown-issuer';
  }
  const neverExpires = claims.exp === undefined || claims.exp === 0;
  if (token.state === 'forged' || (token.state === 'expired' && !neverExpires)) {
    return 'bad';
  }
  if (!isAudience(listOf<string>(rule.audiences), claims.aud)) {
    return 'audience';
  }
  return hasKeys(world, rule) && (token.signer ?? claims.iss) === rule.issuer ? 'ok' : 'bad';
}

function hasGoodTypes({ sub, aud, jti, iat, nbf, exp }: Record<string, any>): boolean {
  const texts = [sub, jti].every((claim) => claim === undefined || typeof claim === 'string');
  const audiences = aud === undefined || typeof aud === 'string' || (Array.isArray(aud) && aud.every((one) => typeof one === 'string'));
  return texts && audiences && [iat, nbf, exp].every((claim) => claim === undefined || typeof claim === 'number');
}

/** Audiences are compared without the scheme and one slash at the end. */
function isAudience(wanted: readonly string[], claim: string | string[] | undefined): boolean {
  const bare = (audience: string) => audience.replace(/^https?:\/\//, '').replace(/\/$/, '');
  const said = (Array.isArray(claim) ? claim : [claim]).filter((one): one is string => one !== undefined).map(bare);
  return wanted.length === 0 || wanted.map(bare).some((audience) => said.includes(audience));
}

function hasKeys(world: NaiveWorld, { jwks, jwksUri }: Manifest): boolean {
  if (jwks) {
    return true;
  }
  return (world.mesh?.jwks?.[jwksUri] ?? 'ok') === 'ok';
}

/** What a good token leaves behind: its claims for policies, and headers for the application. */
function accept(rule: Manifest, request: Request, { claims }: NaiveToken, rules: Manifest[]): void {
  const words = ['scope', 'permission', ...rules.filter((one) => one.issuer === rule.issuer)
    .flatMap((one) => listOf<string>(one.spaceDelimitedClaims))];
  request.payload = Object.fromEntries(Object.entries(claims).map(([name, value]) => [
    name, words.includes(name) && typeof value === 'string' ? value.split(' ').filter((word) => word !== '') : value,
  ]));
  if (rule.outputPayloadToHeader) {
    request.lines.push([rule.outputPayloadToHeader.toLowerCase(), Buffer.from(JSON.stringify(claims)).toString('base64url')]);
  }
  for (const { header, claim } of listOf<Manifest>(rule.outputClaimToHeaders)) {
    const value = claim.split('.').reduce((node: any, name: string) => node?.[name], claims);
    if (value !== undefined && value !== null) {
      // what is no scalar is there, but as a text that no policy would name
      const text = typeof value === 'object' ? Buffer.from(JSON.stringify(value)).toString('base64url') : String(value);
      request.lines.push([header.toLowerCase(), text]);
    }
  }
}
