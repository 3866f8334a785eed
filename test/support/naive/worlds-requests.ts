import * as fc from 'fast-check';
import { Manifest, NaiveHttp, NaiveToken, NaiveWorld } from './world';
import { Features, oneOf, parts } from './worlds-parts';
import { ISSUERS } from './worlds-policies';

/** Random requests, most of them made of what the policies of a world name. */

/** The values of a field, or of conditions about a key, wherever they stand in the policies of a world. */
export function named(world: NaiveWorld, field: RegExp): string[] {
  const found: string[] = [];
  const visit = (node: Manifest, inside: boolean): void => {
    if (typeof node === 'string' && inside) {
      found.push(node);
    } else if (typeof node === 'object' && node !== null) {
      const isAbout = typeof node.key === 'string' && field.test(node.key);
      const isInside = (name: string) => (isAbout ? /alues$/.test(name) : field.test(name) || (inside && Array.isArray(node)));
      Object.entries(node).forEach(([name, value]) => visit(value, isInside(name)));
    }
  };
  world.objects.filter(({ kind }) => /Authorization|RequestAuthentication/.test(kind)).forEach(({ spec }) => visit(spec, false));
  return [...new Set(found)].filter((value) => value !== '');
}

/** A text that a pattern may have meant. */
export function witness(pattern: string, filling: string): string {
  return pattern.replace(/\{\*\}/g, filling).replace(/\{\*\*\}/g, `${filling}/${filling}`).replace(/^\*|\*$/g, filling);
}

function oneNamed(world: NaiveWorld, field: RegExp, others: readonly string[]): fc.Arbitrary<string> {
  const patterns = named(world, field);
  const plain = oneOf(...others);
  if (patterns.length === 0) {
    return plain;
  }
  const meant = fc.tuple(oneOf(...patterns), oneOf('', 'x', 'b')).map(([pattern, filling]) => witness(pattern, filling));
  return fc.oneof({ weight: 3, arbitrary: meant }, { weight: 1, arbitrary: plain });
}

const DISGUISES: ((path: string) => string)[] = [
  (path) => `/x/..${path}`, (path) => path.replace('/', '//'), (path) => `${path}/`, (path) => `${path}?q=1`, (path) => `${path}#f`,
  (path) => path.replace(/a/, '%61'), (path) => path.replace(/(.)\//, '$1%2f'), (path) => path.replace(/(.)\//, '$1\\'),
  (path) => path.toUpperCase(),
  (path) => `${path};p=1`, (path) => `${path}%20`, (path) => `/.${path}`, (path) => path.replace(/(.)\//, '$1%2F..%2f'),
  (path) => `${path}%00`, (path) => `${path}[`,
];

function pathOf(world: NaiveWorld, options: Features): fc.Arbitrary<string> {
  const path = oneNamed(world, /^(not)?[pP]aths$/, ['/', '/a', '/a/b', '/b']).map((text) => {
    const readable = text.replace(/[^!-~]/g, '');
    return readable.startsWith('/') ? readable : `/${readable}`;
  });
  const disguised = fc.tuple(path, oneOf(...DISGUISES)).map(([text, disguise]) => disguise(text));
  const weight = options.focus === 'path' ? 4 : 1;
  return options.encodedPaths ? fc.oneof({ weight: 3, arbitrary: path }, { weight, arbitrary: disguised }) : path;
}

function claimsOf(world: NaiveWorld): fc.Arbitrary<Record<string, any>> {
  const subjects = named(world,
    /equestPrincipals$|^request.auth.principal$/).map((value) => witness(value.slice(value.lastIndexOf('/') + 1), 'x'));
  const shape = {
    sub: fc.oneof({ weight: 4, arbitrary: oneOf('alice', ...subjects) }, { weight: 1, arbitrary: oneOf<any>('', 5, null, 'a/b') }),
    aud: oneOf<any>('one', ['two', 'one'], 'http://two/', [], 'three'),
    azp: oneOf<any>('client', ['client'], 5),
    group: oneOf<any>('admin', ['user', 'admin'], true, 'true', { admin: 'x' }, null, ''),
    realm: oneOf<any>({ roles: ['admin'] }, { roles: 'admin' }, 'admin', { roles: { admin: 'admin' } }),
    scope: oneOf<any>('read', 'read write', ['read write'], ''),
  };
  const issuer = { iss: fc.oneof({ weight: 6, arbitrary: oneOf(...ISSUERS) }, { weight: 1, arbitrary: oneOf('unknown', '') }) };
  return fc.oneof(parts(shape, issuer), fc.record({ ...shape, ...issuer }));
}

const PLACES = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ in: 'header' as const }) },
  {
    weight: 2,
    arbitrary: oneOf<any>({ in: 'query' }, { in: 'query', name: 'token' }, { in: 'header', name: 'x-token' }, {
      in: 'cookie',
      name: 'session',
    },
    { in: 'header', name: 'x-token', prefix: 'Token ' }, { in: 'header', prefix: 'bearer ' }),
  },
);

function tokenOf(world: NaiveWorld): fc.Arbitrary<NaiveToken> {
  const state = fc.oneof({ weight: 6, arbitrary: fc.constant('valid') }, { weight: 1, arbitrary: oneOf('expired', 'malformed') });
  return fc.tuple(PLACES, state, claimsOf(world)).map(([place, said, claims]) => ({ ...place, state: said, claims }));
}

function headersOf(world: NaiveWorld, options: Features): fc.Arbitrary<[string, string][]> {
  const values = oneNamed(world, /^request\.headers/, ['one', 'two', 'three']);
  const line = fc.tuple(oneOf('x-a', 'X-A', 'accept', 'x-b'), values);
  const forwarded = fc.tuple(fc.constant('x-forwarded-for'), oneOf('10.0.0.1', '203.0.113.7', '10.1.0.9, 10.0.0.2', 'fd00::1'));
  const all = options.forwarded ? fc.oneof({ weight: 4, arbitrary: line }, { weight: 1, arbitrary: forwarded }) : line;
  const lines = fc.array(all, { maxLength: 3 });
  return lines.map((list) => (options.repeatedHeaders ? list : list.filter(([name], i) => (
    list.findIndex((other) => other[0].toLowerCase() === name.toLowerCase()) === i))) as [string, string][]);
}

export function requestOf(world: NaiveWorld, options: Features): fc.Arbitrary<NaiveHttp> {
  const tokens = fc.oneof(
    { weight: options.focus === 'token' ? 1 : 6, arbitrary: fc.constant([]) },
    { weight: 4, arbitrary: fc.array(tokenOf(world), { minLength: 1, maxLength: 1 }) },
    { weight: 2, arbitrary: fc.array(tokenOf(world), { minLength: 2, maxLength: 2 }) },
  );
  return fc.record({
    method: oneNamed(world, /^(not)?[mM]ethods$/, ['GET', 'POST', 'PUT']).map((method) => (
      ['GET', 'POST', 'PUT', 'HEAD', 'PATCH', 'DELETE', 'OPTIONS'].includes(method) ? method : 'GET')),
    path: pathOf(world, options),
    host: oneNamed(world, /^(not)?[hH]osts$/, ['a.com', 'A.com:8080', 'b.com']).map((host) => (/^[\w.:-]+$/.test(host) ? host : 'x.a.com')),
    headers: headersOf(world, options),
    tokens: options.tokens ? tokens : fc.constant([]),
  });
}
