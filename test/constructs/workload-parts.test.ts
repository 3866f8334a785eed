import { ApiObject } from 'cdk8s';
import { Cidr, Grants, Port, ZeroTrustNamespace } from '../../src';
import { meshWith, newChart } from '../support/synth';

describe('the parts of a workload', () => {
  test('are there once a grant needs them, and can be reached', () => {
    const apiServer = { addresses: [Cidr.address('10.0.0.1')], number: 6443 };
    const shop = new ZeroTrustNamespace(newChart(), 'shop', { mesh: meshWith({ apiServer }) });
    const web = shop.addWorkload('web', { ports: [Port.tls(9443)] });
    const parts = () => [web.authorizationPolicy, web.networkPolicy, web.peerAuthentication, web.sidecar].map((part) => part?.kind);
    expect(web.serviceAccount?.kind).toBe('ServiceAccount');
    expect(parts()).toEqual([undefined, undefined, undefined, undefined]);
    web.allowFromApiServer(Port.tls(9443), 'admission webhook');
    web.needsKubernetesApi('lists pods');
    expect(parts()).toEqual(['AuthorizationPolicy', 'NetworkPolicy', 'PeerAuthentication', 'Sidecar']);
    expect(ApiObject.of(web.networkPolicy!).name).toBe('web');
  });

  test('are handed out as copies', () => {
    const chart = newChart();
    const shop = new ZeroTrustNamespace(chart, 'shop', { mesh: meshWith() });
    const web = shop.addWorkload('web', { ports: [Port.http(80)] });
    web.ports.pop();
    shop.holes.pop();
    Grants.of(chart).list().pop();
    expect([web.ports.length, shop.holes.length, Grants.of(chart).list().length]).toEqual([1, 2, 2]);
  });
});
