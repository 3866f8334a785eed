import { AccessMap } from '../../src/access/map/access-map';
import { AccessEdge } from '../../src/access/map/edges';
import { accessReport } from '../../src/reports/access-report';

const PORT = { protocol: 'TCP', first: 8080, last: 8080 } as const;
const LAYERS = { network: 'both', mtls: 'STRICT', identity: 'allow', egress: 'none' } as const;

function edge(more: Partial<AccessEdge> = {}): AccessEdge {
  return { from: 'shop/web', to: 'shop/orders', ports: [PORT], requests: 'any', layers: LAYERS, ...more };
}

function mapOf(edges: readonly AccessEdge[], more: Partial<AccessMap> = {}): AccessMap {
  return { edges, groups: [], notes: [], shown: new Set(['shop']), ...more };
}

const report = (format: string, ...edges: AccessEdge[]) => accessReport(mapOf(edges), [], format);

describe('text', () => {
  test('has one line per edge, with ports, requests and tokens', () => {
    const token = { issuers: ['https://idp.example'], claims: [{ path: ['groups'], values: ['buyers'] }, { path: ['sub'], values: ['*'] }] };
    expect(report('text', edge({ requests: [{ methods: ['GET', 'POST'], paths: ['/v1/*'], token }] })))
      .toBe('shop/web -> shop/orders  tcp/8080  GET,POST /v1/* (+token from https://idp.example with groups=buyers)');
  });

  test('begins with whoever is outside or anybody', () => {
    const lines = report('text', edge(), edge({ from: 'outside' }), edge({ from: '10.0.0.0/8' }), edge({ from: 'any' })).split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['any', 'outside', '10.0.0.0/8', 'shop/web']);
  });

  test('calls everything that is IP by one word, and long ranges by a star', () => {
    const all = (['TCP', 'UDP', 'SCTP'] as const).map((protocol) => ({ protocol, first: 1, last: 65535 }));
    expect(report('text', edge({ ports: [...all, { protocol: 'other', first: 0, last: 0 }] }))).toMatch(/ all {2}any$/);
    expect(report('text', edge({ ports: [all[1], PORT] }))).toContain('udp/* tcp/8080');
  });

  test('says what is in doubt', () => {
    expect(report('text', edge({ unknown: ['EnvoyFilter shop/x'], ifProvidersAgree: ['opa'] }))).toMatch(/\[unknown: EnvoyFilter shop\/x; if opa agrees\]$/);
  });

  test('leaves out what policies merely name, and says how much that is', () => {
    expect(report('text', edge({ from: 'outside', to: 'kube-system/(other)' }), edge())).toMatch(/^shop\/web.*\n\n1 more between/);
  });

  test('puts large systems together by namespace', () => {
    const edges = [edge(), edge({ from: 'shop/a' }), edge({ from: 'any', to: 'shop/b' })];
    const text = accessReport(mapOf(edges), [], 'text', { mostLines: 2 });
    expect(text).toContain('any -> shop/*  1 edge  tcp/8080\nshop/* -> shop/*  2 edges  tcp/8080');
    expect(text).toContain('3 edges');
  });

  test('has colours where they are asked for alone', () => {
    expect(accessReport(mapOf([edge({ from: 'any' })]), [], 'text', { colour: true })).toContain('\u001b[31m');
    expect(report('text', edge({ from: 'any' }))).not.toContain('\u001b');
  });

  test('says so when nothing is allowed', () => {
    expect(report('text')).toBe('nobody reaches anybody');
  });
});

test('JSON is the whole map in its versioned form', () => {
  const workload = { id: 'shop/web', namespace: 'shop', name: 'web', kind: 'Deployment', mode: 'sidecar', serviceAccount: 'web', labels: {}, annotations: {}, addresses: [], hostNetwork: false, ports: [] } as const;
  const text = accessReport(mapOf([edge()], { groups: [{ id: 'group-1', of: ['a/b'] }] }), [workload], 'json');
  expect(JSON.parse(text)).toEqual({
    format: 'zt-access/1',
    workloads: [{ id: 'shop/web', namespace: 'shop', name: 'web', kind: 'Deployment', mode: 'sidecar', serviceAccount: 'web' }],
    edges: [{ from: 'shop/web', to: 'shop/orders', ports: [PORT], requests: 'any', layers: LAYERS }],
    groups: [{ id: 'group-1', of: ['a/b'] }],
  });
});

test('CSV quotes what has to be and is no formula', () => {
  const [, first, second] = report('csv', edge({ requests: [{ methods: ['GET', 'POST'], paths: ['/a"b'] }] }), edge({ from: '=cmd' })).split('\n');
  expect(first).toContain('"GET,POST /a""b"');
  expect(second.startsWith("'=cmd,")).toBe(true);
});

test('Markdown keeps bars and wildcards as they are', () => {
  const text = report('markdown', edge({ requests: [{ paths: ['/a|b/*'], headers: [{ name: 'x', values: ['`'] }] }] }));
  expect(text).toContain('`` /a\\|b/* header x=` ``');
});

test('Mermaid and DOT escape what names and requests hold', () => {
  const odd = edge({ from: 'edge/(istio="gw")', requests: [{ paths: ['/a"b'] }], unknown: ['x'] });
  const mermaid = accessReport(mapOf([odd]), [], 'mermaid');
  expect(mermaid).toContain('n0["edge/#40;istio=#34;gw#34;#41;"]');
  expect(mermaid).toContain('n0 -.->|"tcp/8080<br/>/a#34;b"| n1');
  const dot = accessReport(mapOf([odd]), [], 'dot');
  expect(dot).toContain('n0 [label="edge/(istio=\\"gw\\")"]');
  expect(dot).toContain('n0 -> n1 [label="tcp/8080\\n/a\\"b", style=dashed]');
});

test('requests are said whole: what is refused, where from, and by which rules', () => {
  const line = (more: Partial<AccessEdge>) => report('text', edge(more)).replace(/^.*tcp\/8080 {2}/, '');
  expect(line({ requests: [{ notMethods: ['DELETE'], notPaths: ['/x'], hosts: ['a'], notHosts: ['b'], remoteIps: ['10.0.0.0/8'], notRemoteIps: ['10.1.0.0/16'] }] }))
    .toBe('no DELETE not /x host a no host b forwarded for 10.0.0.0/8 not forwarded for 10.1.0.0/16');
  expect(line({ requests: [{ headers: [{ name: 'h', notValues: ['v'] }], notClaims: [{ path: ['a', 'b'], values: ['c'] }], except: [{ methods: ['PUT'] }] }] }))
    .toBe('no header h=v (no token with a.b=c) except PUT');
  expect(line({ requests: 'conditional', rules: ['AuthorizationPolicy shop/x rules[0]'] })).toBe('some requests, see AuthorizationPolicy shop/x rules[0]');
  expect(line({ speaks: 'tcp' })).toBe('no HTTP: any');
});
