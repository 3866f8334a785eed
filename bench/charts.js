// An app of many charts, synthesised in this process. Prints milliseconds of the synth and, by ZT_BENCH_PROOFS, of its proof.

const fs = require('node:fs');
const path = require('node:path');

const [library, charts, output] = process.argv.slice(2);
const { App, Chart } = require('cdk8s');
const zero = require(path.join(library, 'lib', 'src', 'index.js'));

const app = new App({ outdir: output });
const mesh = zero.ZeroTrustMesh.reference({
  dataPlane: zero.DataPlane.SIDECAR,
  trustDomain: 'cluster.local',
  rootNamespace: 'istio-system',
  clusterDomain: 'cluster.local',
  injection: zero.SidecarInjection.namespaceLabel(),
  dns: zero.ClusterDns.coreDns(),
});
let before;
for (let i = 0; i < Number(charts); i += 1) {
  const shop = new zero.ZeroTrustNamespace(new Chart(app, `shop-${i}`), `shop-${i}`, { mesh });
  const web = shop.addWorkload('web', { ports: [zero.Port.http(8080)] });
  const orders = shop.addWorkload('orders', { ports: [zero.Port.http(8080)] });
  const stock = shop.addWorkload('stock', { ports: [zero.Port.grpc(9000)] });
  orders.allowFrom(web, { routes: [zero.HttpMatch.get('/v1/orders/*')], reason: 'order page' });
  stock.allowFrom(orders, { reason: 'reserve' });
  if (before !== undefined) {
    web.allowFrom(before, { routes: [zero.HttpMatch.get('/v1/shops/*')], reason: 'next shop' });
  }
  before = web;
}
const start = process.hrtime.bigint();
app.synth();
const synth = Number(process.hrtime.bigint() - start) / 1e6;
// asking charts for their objects would prove again
const objects = fs.readdirSync(output).reduce((sum, name) => sum + (fs.readFileSync(path.join(output, name), 'utf8').match(/^kind: /gm) ?? []).length, 0);
console.log(JSON.stringify({ synth, objects }));
