import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Yaml } from 'cdk8s';

describe('egress', () => {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'egress-'));
  let objects: any[];

  beforeAll(() => {
    process.env.CDK8S_OUTDIR = outdir;
    jest.requireActual('./main');
    objects = Yaml.load(path.join(outdir, 'shop.k8s.yaml'));
  });

  afterAll(() => fs.rmSync(outdir, { recursive: true, force: true }));

  function spec(kind: string, name: string): any {
    const found = objects.filter((o) => o.kind === kind && o.metadata.name === name);
    expect(found).toHaveLength(1);
    return found[0].spec;
  }

  test('emits what is committed', () => {
    expect(fs.readFileSync(path.join(outdir, 'shop.k8s.yaml'), 'utf8')).toMatchSnapshot();
  });

  test.each([
    ['orders', ['./api.shipping.example']],
    ['payment', ['./api.bank.example', './api.rates.example', './ledger.eu.databases.example']],
  ])('lets the proxy of %s know its own hosts and no others', (workload, hosts) => {
    expect(spec('Sidecar', workload).egress).toEqual([{ hosts: ['./*.shop.svc.cluster.local', ...hosts] }]);
    expect(spec('Sidecar', 'default').egress).toEqual([{ hosts: ['./*.shop.svc.cluster.local'] }]);
  });

  test('opens the network to known addresses, and to public ones alone where they are not known', () => {
    const blocks = (name: string) => spec('NetworkPolicy', name).egress
      .flatMap((r: any) => r.to.filter((t: any) => t.ipBlock).map((t: any) => `${t.ipBlock.cidr} ${r.ports.map((p: any) => p.port)}`)).sort();
    expect(blocks('orders')).toEqual(['192.0.2.0/24 443']);
    expect(blocks('payment')).toEqual(['0.0.0.0/0 443', '10.20.30.0/28 5432', '198.51.100.0/28 443', '2000::/3 443']);
    const wide = spec('NetworkPolicy', 'payment').egress.flatMap((r: any) => r.to).find((t: any) => t.ipBlock?.cidr === '0.0.0.0/0');
    expect(wide.ipBlock.except).toEqual(expect.arrayContaining(['10.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16']));
  });

  test('verifies servers by authority and name, and shows the client certificate for one workload only', () => {
    expect(spec('DestinationRule', 'api.rates.example').trafficPolicy.portLevelSettings).toEqual([{
      port: { number: 80 },
      tls: {
        mode: 'SIMPLE', sni: 'api.rates.example', subjectAltNames: ['api.rates.example'], caCertificates: '/etc/ssl/certs/ca-certificates.crt',
      },
    }]);
    const bank = spec('DestinationRule', 'payment-api.bank.example');
    expect(bank.workloadSelector).toEqual({ matchLabels: { 'app.kubernetes.io/name': 'payment' } });
    expect(bank.trafficPolicy.portLevelSettings[0].tls).toMatchObject({ mode: 'MUTUAL', caCertificates: '/etc/bank-client/ca.crt' });
  });
});
