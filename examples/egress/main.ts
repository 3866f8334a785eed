import { App, Chart } from 'cdk8s';
import {
  Cidr, ClientCertificate, ClusterDns, DatabaseEngine, DataPlane, EgressAllowlist, ExternalHost, Port, SecureDatabase, SidecarInjection,
  ZeroTrustMesh, ZeroTrustNamespace,
} from 'cdk8s-zero-trust';

const app = new App();
const mesh = ZeroTrustMesh.reference({
  dataPlane: DataPlane.SIDECAR,
  trustDomain: 'cluster.local',
  rootNamespace: 'istio-system',
  clusterDomain: 'cluster.local',
  injection: SidecarInjection.namespaceLabel(),
  dns: ClusterDns.coreDns(),
});
const shop = new ZeroTrustNamespace(new Chart(app, 'shop'), 'shop', { mesh });
const orders = shop.addWorkload('orders', { ports: [Port.http(8080)] });
const payment = shop.addWorkload('payment', { ports: [Port.http(8080)] });
orders.allowTo(payment, { reason: 'charge the card' });

// HTTPS of the application itself, to addresses that are known: neither the proxy nor the network lets anything else out
new EgressAllowlist(shop, 'shipping', {
  from: [orders],
  hosts: [ExternalHost.https('api.shipping.example', { cidrs: [Cidr.of('192.0.2.0/24')] })],
  reason: 'book parcels',
});

// plain HTTP in the pod, TLS with verification from the proxy on; the addresses are not known, so the network layer is open on 443
new EgressAllowlist(shop, 'exchange-rates', {
  from: [payment],
  hosts: [ExternalHost.httpWithTlsOrigination('api.rates.example')],
  reason: 'exchange rates',
});

// the bank wants a client certificate, which is mounted into the proxy of this one workload
const certificate = ClientCertificate.files({ certificate: '/etc/bank-client/tls.crt', privateKey: '/etc/bank-client/tls.key' });
new EgressAllowlist(shop, 'bank', {
  from: [payment],
  hosts: [ExternalHost.mutualTls('api.bank.example', certificate, {
    cidrs: [Cidr.of('198.51.100.0/28')], caCertificates: '/etc/bank-client/ca.crt',
  })],
  reason: 'transfers',
});

// a managed PostgreSQL in a subnet of its own
const ledger = SecureDatabase.external(shop, 'ledger', {
  engine: DatabaseEngine.POSTGRES,
  host: 'ledger.eu.databases.example',
  cidrs: [Cidr.of('10.20.30.0/28')],
  addresses: [Cidr.of('10.20.30.0/28')],
});
ledger.allowFrom(payment, { reason: 'ledger of payments' });

app.synth();
