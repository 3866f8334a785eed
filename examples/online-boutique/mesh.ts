import { Chart } from 'cdk8s';
import { ClusterDns, DataPlane, Port, SidecarInjection, ZeroTrustMesh } from 'cdk8s-zero-trust';

/** The mesh as the platform team states it: STRICT mutual TLS everywhere, closed but for its ingress gateway. */
export function addMesh(chart: Chart): ZeroTrustMesh {
  return new ZeroTrustMesh(chart, 'mesh', {
    dataPlane: DataPlane.SIDECAR,
    trustDomain: 'cluster.local',
    rootNamespace: 'istio-system',
    clusterDomain: 'cluster.local',
    injection: SidecarInjection.namespaceLabel(),
    dns: ClusterDns.coreDns(),
    ingressGateways: [
      { name: 'public', namespace: 'istio-ingress', podLabels: { istio: 'ingressgateway' }, serviceAccount: 'istio-ingressgateway' },
    ],
    prometheus: { namespace: 'monitoring', podLabels: { 'app.kubernetes.io/name': 'prometheus' }, serviceAccount: 'prometheus' },
    allowNothing: { gateways: [{ gateway: 'public', ports: [Port.http(8080), Port.tls(8443)], reason: 'the shop is public' }] },
  });
}
