// Concrete requests for what an example granted, and a plain reading of which of them are granted: on purpose none of the library's own.

/** Requests that satisfy a route, one per method and path. */
function witnesses(route) {
  const methods = route.methods.length === 0 ? ['GET'] : route.methods;
  const paths = route.paths.length === 0 ? ['/'] : route.paths;
  const host = route.hosts[0]?.patterns[0].replace('*.', 'x.');
  const headers = route.headers.map(({ name, values }) => [name, values[0].replace('*', 'x')]);
  return methods.flatMap((method) => paths.map((path) => ({ method, path: concrete(path), host, headers })));
}

function concrete(path) {
  return path.replaceAll('{*}', 'x').replace('{**}', 'x/y').replace('*', 'x');
}

/** A token that says what all claims ask for. */
function tokenFor(grant) {
  if (grant.issuers.length === 0) {
    return undefined;
  }
  const [issuer] = grant.issuers;
  const claims = { sub: 'alice', aud: issuer.audiences[0] };
  for (const requirement of grant.claims) {
    const names = [...requirement.key.matchAll(/\[([^\]]+)\]/g)].map((match) => match[1]);
    const last = names.pop();
    const owner = names.reduce((object, name) => (object[name] = object[name] ?? {}), claims);
    owner[last] = requirement.values[0].replace('*', 'x');
  }
  return { in: 'header', issuer: issuer.issuer, claims, state: 'valid' };
}

const matchesText = (pattern, text) => {
  if (pattern === '*') {
    return text !== '';
  }
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : pattern.startsWith('*') ? text.endsWith(pattern.slice(1)) : pattern === text;
};

function matchesPath(pattern, path) {
  if (!pattern.includes('{')) {
    return matchesText(pattern, path);
  }
  const parts = pattern.split('/').map((part) => (part === '{*}' ? '[^/]+' : part === '{**}' ? '.*' : part.replace(/[.*+?^$()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${parts.join('/')}$`).test(path);
}

function matchesRoute(route, request) {
  return (route.methods.length === 0 || route.methods.includes(request.method))
    && (route.paths.length === 0 || route.paths.some((path) => matchesPath(path, request.path)))
    && route.headers.every(({ name, values }) => request.headers.some(([n, v]) => n.toLowerCase() === name.toLowerCase() && values.some((p) => matchesText(p, v))));
}

function claimOf(claims, key) {
  const names = [...key.matchAll(/\[([^\]]+)\]/g)].map((match) => match[1]);
  const value = names.reduce((object, name) => object?.[name], claims);
  const words = typeof value === 'string' && names.length === 1 && ['scope', 'permission'].includes(names[0]) ? value.split(' ') : [value].flat();
  return words.filter((word) => typeof word === 'string');
}

function tokenFulfils(grant, token) {
  if (grant.issuers.length === 0) {
    return true;
  }
  return token !== undefined && token.state === 'valid' && typeof token.claims.sub === 'string'
    && grant.issuers.some((issuer) => issuer.issuer === token.issuer && issuer.audiences.includes(token.claims.aud))
    && grant.claims.every((c) => claimOf(token.claims, c.key).some((word) => c.values.some((pattern) => matchesText(pattern, word))));
}

/** Whether some grant admits the request. A token that is not valid is refused whatever else is granted. */
function isGranted(grants, source, request) {
  if (request.token !== undefined && request.token.state !== 'valid') {
    return false;
  }
  return grants.some((grant) => grant.from === source
    && grant.ports.some((port) => port.number === request.port)
    && (grant.routes.length === 0 || grant.routes.some((route) => matchesRoute(route, request)))
    && tokenFulfils(grant, request.token));
}

const ANY = { method: 'GET', path: '/', host: undefined, headers: [] };

/** What was granted, and each with one thing changed. */
function variations(grants, ports) {
  const granted = grants.flatMap((grant) => (grant.routes.length === 0 ? [ANY] : grant.routes.flatMap(witnesses))
    .flatMap((request) => grant.ports.map((port) => ({ ...request, port: port.number, token: tokenFor(grant) }))));
  const numbers = [...ports.map((port) => port.number), 12345];
  const changed = granted.flatMap((request) => [
    request,
    { ...request, method: 'PATCH' },
    { ...request, path: '/not-granted' },
    { ...request, path: `${request.path}x` },
    ...numbers.filter((number) => number !== request.port).map((port) => ({ ...request, port })),
    ...(request.headers.length === 0 ? [] : [{ ...request, headers: [] }]),
    ...(request.token === undefined ? [] : tokenVariations(request)),
  ]);
  return [...new Map(changed.map((request) => [JSON.stringify(request), request])).values()];
}

function tokenVariations(request) {
  const { token } = request;
  return [
    { ...request, token: undefined },
    { ...request, token: { ...token, claims: { sub: 'alice', aud: token.claims.aud } } },
    { ...request, token: { ...token, claims: { ...token.claims, sub: undefined } } },
    { ...request, token: { ...token, claims: { ...token.claims, aud: 'another-service' } } },
    { ...request, token: { ...token, state: 'expired' } },
    { ...request, token: { ...token, state: 'forged' } },
  ];
}

module.exports = { variations, isGranted };
