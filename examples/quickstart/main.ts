import { App, Chart } from 'cdk8s';
import { ClusterDns, DataPlane, HttpMatch, Port, SidecarInjection, ZeroTrustMesh, ZeroTrustNamespace } from 'cdk8s-zero-trust';

const app = new App();

// what no manifest shows, stated once
const mesh = ZeroTrustMesh.reference({
  dataPlane: DataPlane.SIDECAR,
  trustDomain: 'cluster.local',
  rootNamespace: 'istio-system',
  clusterDomain: 'cluster.local',
  injection: SidecarInjection.namespaceLabel(),
  dns: ClusterDns.coreDns(),
});

// nothing is allowed in here until somebody says so
const shop = new ZeroTrustNamespace(new Chart(app, 'shop'), 'shop', { mesh });
const web = shop.addWorkload('web', { ports: [Port.http(8080)] });
const orders = shop.addWorkload('orders', { ports: [Port.http(8080)] });

orders.allowFrom(web, { routes: [HttpMatch.get('/v1/orders/*')], reason: 'order page' });

app.synth();
