import { Yaml } from 'cdk8s';
import { MetricsScrape, ScrapeWay } from './metrics-scrape';
import { IPeer } from './peer';
import { Workload } from './workload';
import { admitOnNetwork, admitPlaintextPeer } from './workload-scrape';
import { Grants } from '../synth/grants';
import { invalid } from '../values/errors';
import { Port } from '../values/port';

const REASON = 'metrics';

/** Lets a Prometheus scrape a database in one of the ways that exist, and says what the pods have to bring for it. */
export function scrapeDatabase(workload: Workload, peer: IPeer, via: MetricsScrape, exporter?: Port): void {
  if (via._way === ScrapeWay.MERGED) {
    admitOnNetwork(workload, peer, Port.PROMETHEUS_MERGED, REASON);
    assume(workload, `whoever deploys ${workload.peerName}`, `the proxy of ${workload.peerName} merges the metrics of the exporter into its own`, [
      '# annotations of the pods', Yaml.stringify({
        'prometheus.io/scrape': 'true', 'prometheus.io/port': String(exporter?.number ?? 'PORT-OF-THE-EXPORTER'), 'prometheus.io/path': '/metrics',
      }).trim(),
    ]);
    return;
  }
  if (exporter === undefined) {
    throw invalid(`metrics of ${workload.peerName} are at no port that is known`, exporter, 'exporterPort of the database, or MetricsScrape.merged()',
      'state the port that the exporter in its pods listens on');
  }
  const takeBack = workload._pods.declare(exporter);
  try {
    scrapeExporter(workload, peer, via, exporter);
  } catch (error) {
    // a refused call leaves nothing behind
    takeBack();
    throw error;
  }
}

function scrapeExporter(workload: Workload, peer: IPeer, via: MetricsScrape, exporter: Port): void {
  if (via._way === ScrapeWay.PLAINTEXT) {
    admitPlaintextPeer(workload, peer, exporter, via.reason!);
    return;
  }
  workload._admit(peer, { ports: [exporter], reason: REASON });
  assume(workload, `whoever deploys ${peer.peerName}`, `${peer.peerName} scrapes ${workload.peerName} with the certificate of the mesh`, CERTIFICATES);
}

const CERTIFICATES = [
  '# annotations of the pods of the Prometheus; mount the volume istio-certs into its container at /etc/prom-certs',
  'traffic.sidecar.istio.io/includeOutboundIPRanges: ""',
  'proxy.istio.io/config: |',
  '  proxyMetadata:',
  '    OUTPUT_CERTS: /etc/istio-output-certs',
  'sidecar.istio.io/userVolumeMount: \'[{"name": "istio-certs", "mountPath": "/etc/istio-output-certs"}]\'',
  '# in its scrape configuration',
  'scheme: https',
  'tls_config: {ca_file: /etc/prom-certs/root-cert.pem, cert_file: /etc/prom-certs/cert-chain.pem, key_file: /etc/prom-certs/key.pem, insecure_skip_verify: true}',
];

function assume(workload: Workload, owner: string, statement: string, lines: string[]): void {
  Grants.of(workload)._assume(() => [{ owner, statement, text: lines.join('\n'), path: workload.node.path }]);
}
