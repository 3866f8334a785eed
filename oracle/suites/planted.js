// Faults planted in the YAML of the examples: the requests of the meaning suite must notice each of them.
const { example } = require('../lib/apps');
const { isRefusal, verdictsOf } = require('../lib/examples-in-envoy');
const { Tally } = require('../lib/tally');

const isPolicy = (name) => (o) => o.kind === 'AuthorizationPolicy' && o.metadata.name === name && o.spec?.rules !== undefined;

/** The objects with one of them changed. */
const changing = (isIt, change) => (objects) => objects.map((o) => (isIt(o) ? change(structuredClone(o)) : o));

const rule = (change) => (o) => {
  change(o.spec.rules[0]);
  return o;
};

const FAULTS = [
  ['online-boutique', 'a rule loses its from', changing(isPolicy('cartservice'), rule((r) => { delete r.from; }))],
  ['online-boutique', 'a rule loses its to', changing(isPolicy('cartservice'), rule((r) => { delete r.to; }))],
  ['online-boutique', 'from and to become two rules, ORed', changing(isPolicy('paymentservice'), (o) => {
    const [{ from, to }] = o.spec.rules;
    o.spec.rules = [{ from }, { to }];
    return o;
  })],
  ['online-boutique', 'a Service account is spelt with a wildcard', changing(isPolicy('emailservice'), rule((r) => { r.from[0].source.principals = ['cluster.local/ns/online-boutique/sa/*']; }))],
  ['online-boutique', 'another port is named', changing(isPolicy('redis-cart'), rule((r) => { r.to[0].operation.ports = ['6380']; }))],
  ['online-boutique', 'a port is left out', changing(isPolicy('redis-cart'), rule((r) => { delete r.to; }))],
  ['online-boutique', 'an HTTP path on a TCP port', changing(isPolicy('redis-cart'), rule((r) => { r.to[0].operation.paths = ['/*']; }))],
  ['online-boutique', 'a path loses its service', changing(isPolicy('shippingservice'), rule((r) => { r.to[0].operation.paths = ['/*']; }))],
  ['online-boutique', 'mutual TLS becomes PERMISSIVE and a rule admits anonymous clients', (objects) => changing(isPolicy('adservice'), rule((r) => { delete r.from; }))(
    changing((o) => o.kind === 'PeerAuthentication', (o) => ({ ...o, spec: { mtls: { mode: 'PERMISSIVE' } } }))(objects))],
  ['online-boutique', 'the policies of a workload are missing, and those that allow nothing', (objects) => objects
    .filter((o) => !(o.kind === 'AuthorizationPolicy' && ['allow-nothing', 'currencyservice'].includes(o.metadata.name)))],
  ['jwt-api', 'token and identity become two sources, ORed', changing(isPolicy('orders'), (o) => {
    for (const r of o.spec.rules) {
      r.from = r.from.flatMap(({ source: { principals, requestPrincipals } }) => [
        { source: { principals } }, ...(requestPrincipals === undefined ? [] : [{ source: { requestPrincipals } }]),
      ]);
    }
    return o;
  })],
  ['jwt-api', 'claims are lost', changing(isPolicy('orders'), (o) => {
    o.spec.rules.filter((r) => (r.when ?? []).some((w) => /claims/.test(w.key))).forEach((r) => { delete r.when; });
    return o;
  })],
  ['jwt-api', 'tokens are validated but not required', changing(isPolicy('orders'), (o) => {
    o.spec.rules.forEach((r) => r.from.forEach((f) => { delete f.source.requestPrincipals; }));
    return o;
  })],
  ['jwt-api', 'tokens are not validated at all', (objects) => objects.filter((o) => o.kind !== 'RequestAuthentication')],
  ['jwt-api', 'tokens of any audience are accepted', changing((o) => o.kind === 'RequestAuthentication', (o) => {
    o.spec.jwtRules.forEach((r) => { delete r.audiences; });
    return o;
  })],
  ['jwt-api', 'a public path becomes a prefix', changing(isPolicy('orders'), (o) => {
    o.spec.rules.forEach((r) => r.to.forEach((t) => { t.operation.paths = t.operation.paths?.map((p) => (p === '/v1/health' ? '/v1/*' : p)); }));
    return o;
  })],
  ['quickstart', 'the policy selects nothing', changing(isPolicy('orders'), (o) => ({ ...o, spec: { ...o.spec, selector: { matchLabels: { app: 'none' } } } }))],
];

async function planted(engines) {
  const tally = new Tally('planted faults (noticed by the requests of the examples)');
  const asked = { istio: engines.istio(), envoy: engines.envoy() };
  const apps = Object.fromEntries([...new Set(FAULTS.map(([name]) => name))].map((name) => [name, example(name)]));
  for (const [name, what, change] of FAULTS) {
    const { answers } = await verdictsOf(apps[name], asked, change);
    const noticed = answers.filter(({ granted, verdict }) => (granted ? isRefusal(verdict) : verdict === 'allow'));
    tally.check(noticed.length > 0, `${name}: nobody notices that ${what}`);
    tally.note(`${name}: ${what}: ${noticed.length} requests notice`);
  }
  await Promise.all(Object.values(asked).map((engine) => engine.close()));
  return tally;
}

module.exports = { planted };
