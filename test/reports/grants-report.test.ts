import { grantsReport } from '../../src/reports/grants-report';
import { GrantKind } from '../../src/values/grant';
import { ClusterGrants, WrittenGrant } from '../../src/values/grants-file';

const GRANT: WrittenGrant = {
  kind: GrantKind.GRANT,
  from: 'shop/web',
  to: 'shop/orders',
  ports: ['http/8080'],
  routes: ['GET /v1/*', 'POST /v1/orders'],
  issuers: [],
  claims: [],
  plaintext: false,
  reason: 'order page',
  path: 'shop/orders',
};
const HOLE: WrittenGrant = { ...GRANT, kind: GrantKind.HOLE, from: 'every workload of shop', to: 'DNS', ports: ['udp/53'], routes: [], reason: 'names' };

function cluster(part: Partial<ClusterGrants>): ClusterGrants[] {
  return [{ cluster: '', grants: [], assumptions: [], ...part }];
}

describe('grants report', () => {
  test('shows one line per grant with ports, requests and reason', () => {
    const lines = grantsReport(cluster({ grants: [GRANT] }), 'text').split('\n');
    expect(lines[0]).toBe('Who may reach whom');
    expect(lines.at(-1)!.split(/ {2,}/)).toEqual(['shop/web', 'shop/orders', 'http/8080', 'GET /v1/*, POST /v1/orders', 'order page']);
  });

  test('says so when nobody reaches anybody', () => {
    expect(grantsReport(cluster({}), 'text')).toBe('Who may reach whom: nobody reaches anybody');
  });

  test('shows holes apart from grants', () => {
    const text = grantsReport(cluster({ grants: [HOLE, GRANT] }), 'text');
    expect(text.indexOf('order page')).toBeLessThan(text.indexOf('What namespaces need to work'));
    expect(text.indexOf('What namespaces need to work')).toBeLessThan(text.indexOf('udp/53'));
  });

  test('marks plaintext and names what a token must say', () => {
    const grant = { ...GRANT, plaintext: true, routes: [], claims: ['groups contains buyers'] };
    const text = grantsReport(cluster({ grants: [grant] }), 'text');
    expect(text).toContain('shop/web (plaintext)');
    expect(text).toContain('any and token with groups contains buyers');
  });

  test('prints assumptions with the manifest to hand over', () => {
    const assumptions = [{ owner: 'the owner of namespace edge', statement: 'edge/gw may send to shop/web on http/8080', text: 'kind: NetworkPolicy\n', path: '' }];
    const lines = grantsReport(cluster({ assumptions }), 'text').split('\n');
    expect(lines.slice(-2)).toEqual(['- the owner of namespace edge: edge/gw may send to shop/web on http/8080', '      kind: NetworkPolicy']);
  });

  test('names the cluster where there are several', () => {
    const text = grantsReport([...cluster({ cluster: 'dev' }), ...cluster({ cluster: 'prod' })], 'text');
    expect(text).toBe('Who may reach whom in dev: nobody reaches anybody\n\nWho may reach whom in prod: nobody reaches anybody');
  });

  test('escapes what would break a Markdown table', () => {
    const text = grantsReport(cluster({ grants: [{ ...GRANT, reason: 'a|b' }] }), 'markdown');
    expect(text.split('\n').slice(0, 4)).toEqual([
      '## Who may reach whom', '', '| from | to | ports | requests | reason |', '| --- | --- | --- | --- | --- |',
    ]);
    expect(text).toContain('| a\\|b |');
  });

  test('prints JSON that holds all of it', () => {
    const clusters = cluster({ grants: [GRANT] });
    expect(JSON.parse(grantsReport(clusters, 'json'))).toEqual({ format: 'zt-grants/1', clusters });
  });
});
