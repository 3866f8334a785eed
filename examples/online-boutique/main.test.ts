import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Yaml } from 'cdk8s';

const CALLS = [
  ['loadgenerator', 'frontend'], ['frontend', 'adservice'], ['frontend', 'cartservice'], ['frontend', 'checkoutservice'], ['frontend', 'currencyservice'],
  ['frontend', 'productcatalogservice'], ['frontend', 'recommendationservice'], ['frontend', 'shippingservice'], ['checkoutservice', 'cartservice'],
  ['checkoutservice', 'currencyservice'], ['checkoutservice', 'emailservice'], ['checkoutservice', 'paymentservice'],
  ['checkoutservice', 'productcatalogservice'], ['checkoutservice', 'shippingservice'], ['recommendationservice', 'productcatalogservice'],
  ['cartservice', 'redis-cart'],
];
const PORTS: Record<string, number> = {
  'frontend': 8080,
  'cartservice': 7070,
  'productcatalogservice': 3550,
  'currencyservice': 7000,
  'paymentservice': 50051,
  'shippingservice': 50051,
  'emailservice': 8080,
  'checkoutservice': 5050,
  'recommendationservice': 8080,
  'adservice': 9555,
  'redis-cart': 6379,
};

describe('online boutique', () => {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'online-boutique-'));
  let shop: any[];

  beforeAll(() => {
    process.env.CDK8S_OUTDIR = outdir;
    jest.requireActual('./main');
    shop = Yaml.load(path.join(outdir, 'online-boutique.k8s.yaml'));
  });

  afterAll(() => fs.rmSync(outdir, { recursive: true, force: true }));

  function named(kind: string, name: string): any {
    const found = shop.filter((o) => o.kind === kind && o.metadata.name === name);
    expect(found).toHaveLength(1);
    return found[0];
  }

  test.each(['mesh', 'online-boutique'])('emits what is committed for %s', (chart) => {
    expect(fs.readFileSync(path.join(outdir, `${chart}.k8s.yaml`), 'utf8')).toMatchSnapshot();
  });

  test.each(Object.keys(PORTS))('admits to %s the callers of the demo on its port, and nobody else', (target) => {
    const callers = CALLS.filter(([, to]) => to === target).map(([from]) => `cluster.local/ns/online-boutique/sa/${from}`);
    const gateway = target === 'frontend' ? ['cluster.local/ns/istio-ingress/sa/istio-ingressgateway'] : [];
    const rules = named('AuthorizationPolicy', target).spec.rules;
    expect(rules.flatMap((r: any) => r.from.flatMap((f: any) => f.source.principals)).sort()).toEqual([...callers, ...gateway].sort());
    expect(rules.flatMap((r: any) => r.to.flatMap((t: any) => t.operation.ports))).toEqual([String(PORTS[target])]);
  });

  test.each(Object.keys(PORTS).filter((target) => !['frontend', 'redis-cart'].includes(target)))('admits only calls of its own gRPC service to %s', (target) => {
    const operations = named('AuthorizationPolicy', target).spec.rules.flatMap((r: any) => r.to.map((t: any) => t.operation));
    const service = target.replace('service', '').replace('productcatalog', 'productCatalog').replace(/^./, (c) => c.toUpperCase());
    expect(operations).toEqual([{ methods: ['POST'], paths: [`/hipstershop.${service}Service/*`], ports: [String(PORTS[target])] }]);
  });

  test('places orders only for customers with a token', () => {
    const sources = named('AuthorizationPolicy', 'checkoutservice').spec.rules.flatMap((r: any) => r.from.map((f: any) => f.source));
    expect(sources).toEqual([{
      principals: ['cluster.local/ns/online-boutique/sa/frontend'], requestPrincipals: ['https://login.boutique.example/realms/customers/*'],
    }]);
    expect(named('RequestAuthentication', 'checkoutservice').spec).toEqual({
      selector: { matchLabels: { 'app.kubernetes.io/name': 'checkoutservice' } },
      jwtRules: [{ issuer: 'https://login.boutique.example/realms/customers', audiences: ['checkout'] }],
    });
  });

  test('lets the payment service reach the card processor, and nobody else anything outside', () => {
    const addresses = shop.filter((o) => o.kind === 'NetworkPolicy').flatMap((o) => (o.spec.egress ?? [])
      .flatMap((r: any) => r.to.filter((t: any) => t.ipBlock).map((t: any) => [o.metadata.name, t.ipBlock.cidr, r.ports])));
    expect(addresses).toEqual([['paymentservice', '198.51.100.0/24', [{ port: 443, protocol: 'TCP' }]]]);
    expect(shop.filter((o) => o.kind === 'ServiceEntry').map((o) => [o.spec.hosts, o.spec.exportTo])).toEqual([[['api.cards.example'], ['.']]]);
    const knowing = shop.filter((o) => o.kind === 'Sidecar' && o.spec.egress[0].hosts.includes('./api.cards.example')).map((o) => o.metadata.name);
    expect(knowing).toEqual(['paymentservice']);
  });

  test('opens both sides of each call on the network layer', () => {
    const selectorOf = (name: string) => named('NetworkPolicy', name).spec.podSelector.matchLabels;
    for (const [from, to] of CALLS) {
      const ports = [{ port: PORTS[to], protocol: 'TCP' }];
      const edges = (rules: any[], side: 'to' | 'from') => rules.filter((r) => same(r.ports, ports))
        .flatMap((r) => r[side].map((peer: any) => JSON.stringify(peer.podSelector.matchLabels)));
      expect(edges(named('NetworkPolicy', from).spec.egress, 'to')).toContain(JSON.stringify(selectorOf(to)));
      expect(edges(named('NetworkPolicy', to).spec.ingress, 'from')).toContain(JSON.stringify(selectorOf(from)));
    }
  });

  test('has one policy per workload and layer, called after it, and no hash in a name', () => {
    const names = shop.filter((o) => o.kind === 'AuthorizationPolicy').map((o) => o.metadata.name).sort();
    expect(names).toEqual(['allow-nothing', ...Object.keys(PORTS)].sort());
    expect(shop.map((o) => o.metadata.name).filter((name: string) => /-c8[0-9a-f]{6}$/.test(name))).toEqual([]);
  });

  test('says why each grant exists, sorted', () => {
    expect(named('AuthorizationPolicy', 'cartservice').metadata.annotations['cdk8s-zero-trust/grants'].split('\n')).toEqual([
      'online-boutique/checkoutservice: read and empty the cart', 'online-boutique/frontend: show and change the cart',
    ]);
    for (const object of shop) {
      const lines = object.metadata.annotations?.['cdk8s-zero-trust/grants']?.split('\n') ?? [];
      expect(lines).toEqual([...lines].sort());
    }
  });
});

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
