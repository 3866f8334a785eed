import { emittedOnly, errorOf, shopChart, validationErrors } from './emit';
import { MtlsMode, PeerAuthentication, PortLevelMtls } from '../../src/resources';

const SELECTOR = { app: 'orders' };

describe('PeerAuthentication', () => {
  test.each(Object.values(MtlsMode))('sets the mode %s of a namespace without any selector', (mode) => {
    const chart = shopChart();
    const policy = new PeerAuthentication(chart, 'default', { mode });
    expect(emittedOnly(chart)).toEqual({
      apiVersion: 'security.istio.io/v1',
      kind: 'PeerAuthentication',
      metadata: { name: 'default', namespace: 'shop' },
      spec: { mtls: { mode } },
    });
    expect(policy.selector).toBeUndefined();
  });

  test('gives ports of selected workloads a mode of their own', () => {
    const chart = shopChart();
    new PeerAuthentication(chart, 'orders', {
      selector: SELECTOR,
      mode: MtlsMode.STRICT,
      portLevelMtls: [{ number: 9090, mode: MtlsMode.PERMISSIVE }, { number: 8080, mode: MtlsMode.DISABLE }],
    });
    expect(emittedOnly(chart).spec).toEqual({
      selector: { matchLabels: { app: 'orders' } },
      mtls: { mode: 'STRICT' },
      portLevelMtls: { 9090: { mode: 'PERMISSIVE' }, 8080: { mode: 'DISABLE' } },
    });
  });

  test('adds produced ports to its own', () => {
    const chart = shopChart();
    const policy = new PeerAuthentication(chart, 'orders', { selector: SELECTOR, portLevelMtls: [{ number: 1, mode: MtlsMode.STRICT }] });
    const late: PortLevelMtls[] = [];
    policy._producePortLevelMtls(() => late);
    late.push({ number: 2, mode: MtlsMode.PERMISSIVE });
    expect(policy.portLevelMtls.map((port) => port.number)).toEqual([1, 2]);
    expect(emittedOnly(chart).spec).toEqual({
      selector: { matchLabels: SELECTOR }, portLevelMtls: { 1: { mode: 'STRICT' }, 2: { mode: 'PERMISSIVE' } },
    });
  });

  test('writes no portLevelMtls when none is produced because the API server refuses an empty map', () => {
    const chart = shopChart();
    new PeerAuthentication(chart, 'default', { mode: MtlsMode.STRICT })._producePortLevelMtls(() => []);
    expect(emittedOnly(chart).spec).toEqual({ mtls: { mode: 'STRICT' } });
  });

  test.each([
    ['an empty selector because ambient mode would enforce it nowhere', { selector: {} }, 'selector must not be empty'],
    ['an empty list of ports', { portLevelMtls: [] }, 'portLevelMtls must not be empty'],
    ['port 0', { selector: SELECTOR, portLevelMtls: [{ number: 0, mode: MtlsMode.STRICT }] }, 'got 0'],
    ['port 70000', { selector: SELECTOR, portLevelMtls: [{ number: 70000, mode: MtlsMode.STRICT }] }, 'got 70000'],
    ['a port that is there twice', {
      selector: SELECTOR, portLevelMtls: [{ number: 80, mode: MtlsMode.STRICT }, { number: 80, mode: MtlsMode.DISABLE }],
    }, 'is there twice, got 80'],
  ])('refuses %s', (_, props, text) => {
    expect(errorOf(() => new PeerAuthentication(shopChart(), 'a', props))).toContain(text);
  });

  test('is not synthesised with ports but without selector', () => {
    const chart = shopChart();
    const policy = new PeerAuthentication(chart, 'a', { mode: MtlsMode.STRICT });
    policy.addPortLevelMtls({ number: 80, mode: MtlsMode.DISABLE });
    expect(validationErrors(chart)).toEqual([expect.stringContaining('portLevelMtls needs a selector')]);
  });

  test('is not synthesised when it says nothing', () => {
    const chart = shopChart();
    new PeerAuthentication(chart, 'a', { selector: SELECTOR });
    expect(validationErrors(chart)).toEqual([expect.stringContaining('says nothing')]);
  });

  test('is not synthesised with a produced port that has a mode already', () => {
    const chart = shopChart();
    const policy = new PeerAuthentication(chart, 'a', { selector: SELECTOR, portLevelMtls: [{ number: 80, mode: MtlsMode.STRICT }] });
    policy._producePortLevelMtls(() => [{ number: 80, mode: MtlsMode.DISABLE }]);
    expect(validationErrors(chart)).toEqual([expect.stringContaining('is there twice, got 80')]);
  });
});
