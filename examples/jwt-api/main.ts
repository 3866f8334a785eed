import { App, Chart } from 'cdk8s';
import {
  ClaimRequirement, ClusterDns, DataPlane, HttpMatch, JwtIssuer, JwtProtectedService, Port, SidecarInjection, ZeroTrustMesh,
  ZeroTrustNamespace,
} from 'cdk8s-zero-trust';

const app = new App();
const mesh = ZeroTrustMesh.reference({
  dataPlane: DataPlane.SIDECAR,
  trustDomain: 'cluster.local',
  rootNamespace: 'istio-system',
  clusterDomain: 'cluster.local',
  injection: SidecarInjection.namespaceLabel(),
  dns: ClusterDns.coreDns(),
  ingressGateways: [
    { name: 'public', namespace: 'istio-ingress', podLabels: { istio: 'ingressgateway' }, serviceAccount: 'istio-ingressgateway' },
  ],
});
const shop = new ZeroTrustNamespace(new Chart(app, 'shop'), 'shop', { mesh });

// who issues tokens; the keys of both are found by OpenID Connect discovery
const customers = JwtIssuer.oidc('https://login.shop.example/realms/customers', { audiences: ['orders-api'] });
const staff = JwtIssuer.oidc('https://sso.shop.example/realms/staff', { audiences: ['orders-api'] });

const orders = new JwtProtectedService(shop, 'orders', { ports: [Port.http(8080)], issuers: [customers, staff] });

// anybody who has logged in, at either of the two
orders.allowUsers({ routes: [HttpMatch.get('/v1/catalog/*')], reason: 'browse the catalog' });
// the claim counts only in tokens of the customers' realm
orders.allowUsers({
  issuers: [customers],
  routes: [HttpMatch.get('/v1/orders/*'), HttpMatch.post('/v1/orders')],
  claims: [ClaimRequirement.contains('scope', 'orders')],
  reason: 'place and see orders',
});
orders.allowUsers({
  issuers: [staff],
  routes: [HttpMatch.anyMethod('/v1/admin/*')],
  claims: [ClaimRequirement.nested(['realm_access', 'roles'], 'order-admin')],
  reason: 'correct orders',
});

// a monitor outside of the cluster has no token, and neither has the preflight of a browser
const from = [mesh.ingressGateway()];
orders.allowPublic('/v1/health', { from, reason: 'uptime monitor outside of the cluster' });
orders.allowCorsPreflight({ from, origins: ['https://www.shop.example'], paths: ['/v1/*'], reason: 'single page app of the shop' });

// a job of our own, with a token of a technical user
const reports = shop.addWorkload('reports');
orders.allowFrom(reports, { issuers: [staff], routes: [HttpMatch.get('/v1/orders')], reason: 'daily report' });

app.synth();
