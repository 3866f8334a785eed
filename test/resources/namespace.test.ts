import { App, Chart } from 'cdk8s';
import { emittedOnly, errorOf, shopChart, validationErrors } from './emit';
import { Namespace, ServiceAccount } from '../../src/resources';

describe('Namespace', () => {
  test('is written without metadata.namespace inside a chart that has one', () => {
    const chart = shopChart();
    const namespace = new Namespace(chart, 'shop', { metadata: { labels: { 'istio-injection': 'enabled' } } });
    expect(emittedOnly(chart)).toEqual({
      apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { 'istio-injection': 'enabled' } },
    });
    expect(namespace.namespace).toBeUndefined();
    expect(namespace.name).toBe('shop');
  });

  test('is written in a chart without a namespace', () => {
    const chart = new Chart(new App(), 'a');
    new Namespace(chart, 'b');
    expect(emittedOnly(chart)).toEqual({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'b' } });
  });

  test.each(['a.b', 'A', 'a'.repeat(64), '-a', 'kube_system'])('refuses the name %j', (name) => {
    expect(errorOf(() => new Namespace(shopChart(), 'x', { metadata: { name } }))).toContain(`got ${JSON.stringify(name)}`);
  });

  test('refuses metadata.namespace because it is cluster-scoped', () => {
    expect(errorOf(() => new Namespace(shopChart(), 'x',
      { metadata: { namespace: 'shop' } }))).toContain('a Namespace lies in no namespace');
  });
});

describe('ServiceAccount', () => {
  test('mounts no token unless somebody asks', () => {
    const chart = shopChart();
    new ServiceAccount(chart, 'web');
    expect(emittedOnly(chart)).toEqual({
      apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'web', namespace: 'shop' }, automountServiceAccountToken: false,
    });
  });

  test('mounts the token when the props say so', () => {
    const chart = shopChart();
    new ServiceAccount(chart, 'web', { automountServiceAccountToken: true });
    expect(emittedOnly(chart).automountServiceAccountToken).toBe(true);
  });

  test('mounts the token when one late answer is yes', () => {
    const chart = shopChart();
    const account = new ServiceAccount(chart, 'web');
    let answer = false;
    account._produceAutomount(() => false);
    account._produceAutomount(() => answer);
    expect(account.automountServiceAccountToken).toBe(false);
    answer = true;
    expect(account.automountServiceAccountToken).toBe(true);
    expect(emittedOnly(chart).automountServiceAccountToken).toBe(true);
  });
});

describe('metadata', () => {
  test('takes the construct id as the name, without hashes', () => {
    const chart = shopChart();
    new ServiceAccount(chart, 'web.v2');
    expect(emittedOnly(chart).metadata.name).toBe('web.v2');
  });

  test('says that the construct id is the name when it is not one', () => {
    const message = errorOf(() => new ServiceAccount(shopChart(), 'WebAccount'));
    expect(message).toContain('got "WebAccount"');
    expect(message).toContain('change the construct id, which is the name, or set metadata.name');
  });

  test.each([
    [{ name: 'a'.repeat(254) }, 'metadata.name is longer than 253 characters'],
    [{ namespace: 'a.b' }, 'metadata.namespace'],
    [{ labels: { 'a b': 'c' } }, 'a key of metadata.labels'],
    [{ labels: { a: 'b c' } }, 'metadata.labels[a]'],
    [{ annotations: { 'a b': 'c' } }, 'a key of metadata.annotations'],
  ])('refuses %j as the API server does', (metadata, text) => {
    expect(errorOf(() => new ServiceAccount(shopChart(), 'web', { metadata }))).toContain(text);
  });

  test('refuses the annotation for dry runs because istiod refuses it on every other kind', () => {
    expect(errorOf(() => new ServiceAccount(shopChart(), 'web', { metadata: { annotations: { 'istio.io/dry-run': 'true' } } })))
      .toContain('use the property dryRun of an AuthorizationPolicy');
  });

  test('does not change the object that was passed in', () => {
    const metadata = { labels: { team: 'a' } };
    const chart = shopChart();
    new ServiceAccount(chart, 'web', { metadata }).apiObject.metadata.addLabel('team', 'b');
    expect(metadata).toEqual({ labels: { team: 'a' } });
    expect(validationErrors(chart)).toEqual([]);
    expect(emittedOnly(chart).metadata.labels).toEqual({ team: 'b' });
  });
});
