import { connectionDiff, connectionsOf } from '../../../src/access/network/exposure';
import { KubeObject } from '../../../src/access/objects';

const deployment = (name: string, port: number): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'shop' },
  spec: { template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', ports: [{ name: 'http', containerPort: port }] }] } } },
});
const service = (name: string, ports: object[]): KubeObject => ({
  apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop' }, spec: { selector: { app: name }, ports },
});
const policy = (name: string, spec: object): KubeObject => ({
  apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, namespace: 'shop' }, spec,
});
const ingress = (name: string, port: object): KubeObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name, namespace: 'shop' },
  spec: { rules: [{ http: { paths: [{ backend: { service: { name: 'web', port } } }] } }] },
});
const route = (targetPort?: string | number): KubeObject => ({
  apiVersion: 'route.openshift.io/v1',
  kind: 'Route',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { to: { kind: 'Service', name: 'web' }, ...(targetPort === undefined ? {} : { port: { targetPort } }) },
});

const WEB = { workload: 'shop/web', kind: 'Deployment' };
const API = { workload: 'shop/api', kind: 'Deployment' };
const EVERYWHERE = { ipRange: ['0.0.0.0', '255.255.255.255'] };
const pods = [deployment('web', 8080), deployment('api', 9090)];
const deny = policy('deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
const services = [service('web', [{ name: 'http', port: 80, targetPort: 'http' }, { name: 'admin', port: 81, targetPort: 9000 }])];
const fromControllers = (objects: KubeObject[]) => connectionsOf(objects).filter(({ from }) => 'ingressController' in from).map(({ allow }) => allow);

describe('the closed list of connections', () => {
  test('has everything where nothing isolates, and nothing where everything is denied', () => {
    expect(connectionsOf(pods)).toHaveLength(6);
    expect(connectionsOf(pods)).toContainEqual({ from: EVERYWHERE, to: WEB, allow: 'all' });
    expect(connectionsOf([...pods, deny])).toEqual([]);
  });

  test('has ports as ranges', () => {
    const open = policy('open', {
      podSelector: { matchLabels: { app: 'api' } },
      ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80, endPort: 89 }, { port: 90 }, { protocol: 'UDP', port: 53 }] }],
    });
    expect(connectionsOf([...pods, open])).toContainEqual({ from: WEB, to: API, allow: { TCP: [[80, 90]], UDP: [[53, 53]] } });
  });

  test('reads blocks as addresses outside', () => {
    const open = policy('open', { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } }] }] });
    const list = connectionsOf([...pods, open]).filter(({ to }) => JSON.stringify(to) === JSON.stringify(API));
    expect(list).toEqual([
      { from: { ipRange: ['0.0.0.0', '9.255.255.255'] }, to: API, allow: 'all' }, { from: { ipRange: ['11.0.0.0', '255.255.255.255'] }, to: API, allow: 'all' },
    ]);
  });

  test('shows what Ingresses and Routes lead to, as far as policies let it pass', () => {
    expect(fromControllers([...pods, ...services])).toEqual([]);
    expect(fromControllers([...pods, ...services, ingress('a', { number: 80 })])).toEqual([{ TCP: [[8080, 8080]] }]);
    expect(fromControllers([...pods, ...services, ingress('a', { name: 'admin' }), ingress('b', { number: 80 })])).toEqual([{ TCP: [[8080, 8080], [9000, 9000]] }]);
    expect(fromControllers([...pods, ...services, route()])).toEqual([{ TCP: [[8080, 8080], [9000, 9000]] }]);
    expect(fromControllers([...pods, ...services, route('http')])).toEqual([{ TCP: [[8080, 8080]] }]);
    expect(fromControllers([...pods, ...services, route(9000), deny])).toEqual([]);
    expect(fromControllers([...pods, ...services, route(), policy('some', { podSelector: {}, ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 9000 }] }] })]))
      .toEqual([{ TCP: [[9000, 9000]] }]);
  });

  test.each([[{ rules: 'x', defaultBackend: 7 }], [{ rules: [{ http: { paths: [null, { backend: 'x' }] } }] }], [undefined]])('survives an Ingress like %j', (spec) => {
    expect(fromControllers([...pods, ...services, { ...ingress('a', {}), spec }])).toEqual([]);
  });
});

describe('the difference of two sets of objects', () => {
  test('is empty for equal sets', () => {
    expect(connectionDiff([...pods, deny], [deny, ...pods])).toEqual([]);
  });

  test('names what came, went and changed', () => {
    const open = (port: number) => policy('open', { podSelector: {}, ingress: [{ from: [{ podSelector: {} }], ports: [{ port }] }], egress: [{ to: [{ podSelector: {} }] }] });
    expect(connectionDiff([...pods, open(80)], [...pods, open(81)])).toContainEqual(
      { type: 'changed', from: WEB, to: API, before: { TCP: [[80, 80]] }, after: { TCP: [[81, 81]] } });
    expect(connectionDiff([...pods, deny], pods)).toContainEqual({ type: 'added', from: WEB, to: API, before: 'none', after: 'all' });
    expect(connectionDiff(pods, [...pods, deny])).toContainEqual({ type: 'removed', from: EVERYWHERE, to: API, before: 'all', after: 'none' });
  });

  test('cuts ranges only where access changes', () => {
    const block = (cidr: string) => policy('open', { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr } }] }] });
    const changes = connectionDiff([...pods, block('10.0.0.0/8')], [...pods, block('10.0.0.0/9')]);
    expect(changes).toEqual([WEB, API].map((to) => (
      { type: 'removed', from: { ipRange: ['10.128.0.0', '10.255.255.255'] }, to, before: 'all', after: 'none' })));
  });
});
