import { ApiObject, JsonPatch } from 'cdk8s';
import { emittedOnly, errorOf, shopChart, validationErrors } from './emit';
import { ServiceEntryProtocol, OutboundTrafficPolicyMode, Sidecar, SidecarProps } from '../../src/resources';

const HTTP = { number: 8080, protocol: ServiceEntryProtocol.HTTP };

describe('Sidecar', () => {
  test('imports hosts and refuses what is unknown', () => {
    const chart = shopChart();
    const sidecar = new Sidecar(chart, 'default', {
      egress: [{ hosts: ['./*', 'istio-system/*', '*/*.svc.cluster.local', 'other/api.other.svc.cluster.local'] }],
      outboundTrafficPolicy: OutboundTrafficPolicyMode.REGISTRY_ONLY,
    });
    expect(emittedOnly(chart)).toEqual({
      apiVersion: 'networking.istio.io/v1',
      kind: 'Sidecar',
      metadata: { name: 'default', namespace: 'shop' },
      spec: {
        egress: [{ hosts: ['./*', 'istio-system/*', '*/*.svc.cluster.local', 'other/api.other.svc.cluster.local'] }],
        outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
      },
    });
    expect(sidecar.workloadSelector).toBeUndefined();
    expect(sidecar.ingress).toEqual([]);
  });

  test('puts the listener for all other ports last because istiod refuses it elsewhere', () => {
    const chart = shopChart();
    const sidecar = new Sidecar(chart, 'web', { workloadSelector: { app: 'web' }, egress: [{ hosts: ['./*'] }] });
    sidecar.addEgress({ hosts: ['~/*'], listenOn: { ...HTTP, name: 'api' } });
    expect(emittedOnly(chart).spec).toEqual({
      workloadSelector: { labels: { app: 'web' } },
      egress: [{ hosts: ['~/*'], port: { number: 8080, protocol: 'HTTP', name: 'api' } }, { hosts: ['./*'] }],
    });
    sidecar.egress.pop();
    sidecar.egress[0].hosts.pop();
    expect(sidecar.egress).toHaveLength(2);
    expect(sidecar.egress[0].hosts).toEqual(['~/*']);
  });

  test('serves ports and passes them on within the pod', () => {
    const chart = shopChart();
    new Sidecar(chart, 'web', {
      ingress: [{ listenOn: HTTP, defaultEndpoint: '127.0.0.1:9080' }, { listenOn: { number: 9090, protocol: ServiceEntryProtocol.TCP } }],
      outboundTrafficPolicy: OutboundTrafficPolicyMode.ALLOW_ANY,
    });
    expect(emittedOnly(chart).spec).toEqual({
      ingress: [
        { port: { number: 8080, protocol: 'HTTP', name: 'http-8080' }, defaultEndpoint: '127.0.0.1:9080' },
        { port: { number: 9090, protocol: 'TCP', name: 'tcp-9090' } },
      ],
      outboundTrafficPolicy: { mode: 'ALLOW_ANY' },
    });
  });

  test('adds produced hosts to the listener for all other ports', () => {
    const chart = shopChart();
    const sidecar = new Sidecar(chart, 'web', { egress: [{ hosts: ['istio-system/*'] }] });
    const late: string[] = [];
    sidecar._produceEgress(() => late);
    late.push('other/api.other.svc.cluster.local');
    expect(emittedOnly(chart).spec.egress).toEqual([{ hosts: ['istio-system/*', 'other/api.other.svc.cluster.local'] }]);
  });

  test('imports nothing when nothing is produced because a Sidecar without egress would import everything', () => {
    const chart = shopChart();
    new Sidecar(chart, 'web')._produceEgress(() => []);
    expect(emittedOnly(chart).spec).toEqual({ egress: [{ hosts: ['~/*'] }] });
  });

  test('is not synthesised when it says nothing', () => {
    const chart = shopChart();
    new Sidecar(chart, 'web', { workloadSelector: { app: 'web' } });
    expect(validationErrors(chart)).toEqual([expect.stringContaining('says nothing')]);
  });

  test.each([['a host that is not valid', ['api.other'], 'NAMESPACE/HOST'],
    ['a host that is there already', ['./*'], 'is there twice, got "./*"']])(
    'is not synthesised with %s among the produced ones', (_, hosts, text) => {
      const chart = shopChart();
      new Sidecar(chart, 'web', { egress: [{ hosts: ['./*'] }] })._produceEgress(() => hosts);
      expect(validationErrors(chart)).toEqual([expect.stringContaining(text)]);
    },
  );

  test.each<[string, SidecarProps, string]>([
    ['an empty egress because that would import everything', { egress: [] }, 'egress must not be empty'],
    ['a listener without hosts', { egress: [{ hosts: [] }] }, 'hosts of an egress listener must not be empty'],
    ['a host without namespace', { egress: [{ hosts: ['api.example'] }] }, 'is not of the form NAMESPACE/HOST'],
    ['a namespace that is no name', { egress: [{ hosts: ['A/*'] }] }, 'has a namespace that'],
    ['a host that is no name', { egress: [{ hosts: ['./a.*.example'] }] }, 'has a host that'],
    ['a host that is there twice', { egress: [{ hosts: ['./*', './*'] }] }, 'is there twice'],
    ['two listeners for all other ports', { egress: [{ hosts: ['./*'] }, { hosts: ['a/*'] }] }, 'got "all other ports"'],
    ['two listeners for one port', { egress: [{ hosts: ['./*'], listenOn: HTTP }, { hosts: ['a/*'], listenOn: HTTP }] }, 'got 8080'],
    ['port 0', { egress: [{ hosts: ['./*'], listenOn: { ...HTTP, number: 0 } }] }, 'got 0'],
    ['an empty ingress', { ingress: [] }, 'ingress must not be empty'],
    ['two ingress listeners for one port', { ingress: [{ listenOn: HTTP }, { listenOn: HTTP }] }, 'is there twice, got 8080'],
    ['ingress port 65536', { ingress: [{ listenOn: { ...HTTP, number: 65536 } }] }, 'got 65536'],
    ['an endpoint outside of the pod', { ingress: [{ listenOn: HTTP, defaultEndpoint: '10.0.0.1:80' }] }, 'got "10.0.0.1:80"'],
    ['an endpoint without port', { ingress: [{ listenOn: HTTP, defaultEndpoint: '127.0.0.1' }] }, 'got "127.0.0.1"'],
    ['an endpoint with port 65536', { ingress: [{ listenOn: HTTP, defaultEndpoint: '127.0.0.1:65536' }] }, 'got "127.0.0.1:65536"'],
    ['a relative socket', { ingress: [{ listenOn: HTTP, defaultEndpoint: 'unix://a' }] }, 'absolute path of a socket'],
    ['an empty workloadSelector', { workloadSelector: {} }, 'workloadSelector must not be empty'],
  ])('refuses %s', (_, props, text) => {
    expect(errorOf(() => new Sidecar(shopChart(), 'a', props))).toContain(text);
  });

  test.each(['127.0.0.1:80', '[::1]:80', '0.0.0.0:65535', '[::]:1', 'unix:///var/run/a.sock', 'unix://@abstract'])('takes the endpoint %s',
    (defaultEndpoint) => {
      const chart = shopChart();
      new Sidecar(chart, 'a', { ingress: [{ listenOn: HTTP, defaultEndpoint }] });
      expect(emittedOnly(chart).spec.ingress[0].defaultEndpoint).toBe(defaultEndpoint);
    });

  test('takes by patch what it has no property for, and drops what the schema does not know', () => {
    const chart = shopChart();
    const sidecar = new Sidecar(chart, 'a', { egress: [{ hosts: ['./*'] }] });
    ApiObject.of(sidecar).addJsonPatch(JsonPatch.add('/spec/egress/0/captureMode', 'NONE'), JsonPatch.add('/spec/unknown', 1));
    expect(emittedOnly(chart).spec).toEqual({ egress: [{ hosts: ['./*'], captureMode: 'NONE' }] });
  });
});
