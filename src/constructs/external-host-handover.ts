import { Yaml } from 'cdk8s';
import { PeerFacts } from './peer';
import { ExternalHost, SYSTEM_AUTHORITIES } from '../values/external-host';
import { Assumption } from '../values/grant';

/** What the pods have to bring so that their proxies can verify a server and prove who they are. */
export function certificateAssumptions(peer: PeerFacts, host: ExternalHost, path: string): Assumption[] {
  const origination = host._origination;
  const certificate = origination?.clientCertificate;
  const files = [certificate?.mountedFiles?.certificate, certificate?.mountedFiles?.privateKey, origination?.caCertificates]
    .filter((file): file is string => file !== undefined && file !== SYSTEM_AUTHORITIES);
  return [
    ...(files.length === 0 ? [] : [mounted(peer, host, files, path)]),
    ...(certificate?.secretName === undefined ? [] : [readable(peer, host, certificate.secretName, path)]),
  ];
}

function mounted(peer: PeerFacts, host: ExternalHost, files: string[], path: string): Assumption {
  const folders = [...new Set(files.map((file) => file.slice(0, file.lastIndexOf('/')) || '/'))].sort();
  const volumes = folders.map((_, i) => ({ name: `certificates-${i}`, secret: { secretName: 'NAME-OF-THE-SECRET' } }));
  const mounts = folders.map((mountPath, i) => ({ name: `certificates-${i}`, mountPath, readOnly: true }));
  return {
    owner: `whoever deploys ${peer.name}`,
    statement: `the proxy of ${peer.name} finds ${files.join(', ')}, with which it connects to ${host.host}`,
    text: ['# annotations of the pods', Yaml.stringify({
      'sidecar.istio.io/userVolume': JSON.stringify(volumes),
      'sidecar.istio.io/userVolumeMount': JSON.stringify(mounts),
    }).trim()].join('\n'),
    path,
  };
}

/** istiod hands a Secret to a proxy only when the account of the proxy may list the Secrets of the namespace. */
function readable(peer: PeerFacts, host: ExternalHost, secret: string, path: string): Assumption {
  const namespace = peer.pods().namespace;
  const account = peer.principals[0].split('/').pop()!;
  const name = `${account}-reads-secrets`;
  const role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name, namespace },
    rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['list'] }],
  };
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name, namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
  };
  return {
    owner: `whoever grants rights in namespace ${namespace}`,
    statement: `the account of ${peer.name} may list every Secret of ${namespace}, and Secret ${secret} holds tls.crt, tls.key and ca.crt for ${host.host}`,
    text: `# whoever steals a token of this account reads all Secrets of ${namespace}\n${Yaml.stringify(role, binding).trim()}`,
    path,
  };
}
