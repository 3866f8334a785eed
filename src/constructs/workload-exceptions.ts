import { PlaintextEdge } from './access-record';
import { addressGrant, podsGrant } from './access-rules';
import { CloudIdentity } from './cloud-identity';
import { recordEdge } from './edge';
import { Layer } from './enforcement';
import { ObjectRole } from './git-ops';
import { portsProblem, validatePorts } from './grant-options';
import { intendedAddresses, intendedEdge, intendedPods } from './intent';
import { ApiServerFact } from './mesh-facts';
import { objectMetadata } from './namespace-settings';
import { PodsOfPeer } from './peer';
import { PlaintextSource } from './plaintext-source';
import { WorkloadInternals } from './workload-internals';
import { ServiceEntry, ServiceEntryLocation, ServiceEntryProtocol, ServiceEntryResolution } from '../resources/service-entry';
import { Grants } from '../synth/grants';
import { Cidr } from '../values/cidr';
import { invalid, requireReason } from '../values/errors';
import { IntendedEnd } from '../values/grammar/intended-access';
import { Port, TransportProtocol } from '../values/port';

export function allowPlaintext(workload: WorkloadInternals, source: PlaintextSource, port: Port, reason: string): void {
  const pods = source._pods;
  addPlaintext(workload, {
    source: source.sourceName,
    port,
    reason,
    addresses: pods === undefined ? source._cidrs : undefined,
    pods: pods === undefined ? undefined : () => pods,
    network: () => pods === undefined ? source._cidrs.map((cidr) => addressGrant(cidr, [])) : [podsGrant(pods, workload.namespaceName, [])],
  });
}

/** A source without identity that may send plaintext to one port. */
export interface PlaintextGrant {
  readonly source: string;
  readonly port: Port;
  readonly reason: string;
  /** Its addresses; absent for pods, which may be anywhere in the ranges of the mesh facts. */
  readonly addresses?: Cidr[];
  /** Whether the sending half is written as well. */
  readonly sends?: boolean;
  /** Its pods, where it is pods: so the network layer knows it. */
  readonly pods?: () => PodsOfPeer;
  readonly network: PlaintextEdge['network'];
}

export function addPlaintext(workload: WorkloadInternals, grant: PlaintextGrant): void {
  const { source, port, network } = grant;
  requirePlaintext(workload, `plaintext from ${source}`);
  const reason = requireReason(grant.reason, `plaintext from ${source} to ${workload.peerName}`);
  const number = plaintextPort(workload, port);
  const addresses = grant.addresses ?? workload.namespace.mesh.facts.pods;
  if (addresses === undefined) {
    throw invalid(`plaintext from the pods ${source} to ${workload.peerName} would be bounded by nothing on the identity layer`, undefined,
      'mesh fact pods: the address ranges of pods', 'state them on the mesh, or name the addresses of the clients with PlaintextSource.cidrs');
  }
  if (workload._pods.declaredPorts === undefined) {
    validatePorts(workload, workload.peerName, { ports: [port] }, () => workload._pods.ports());
  }
  workload._record.plaintext.push({ source, number, addresses, network, reason });
  workload._objects.needAuthorization();
  workload._objects.needNetwork();
  workload._objects.needMtls();
  recordEdge(workload, { from: source, to: workload.peerName, ports: [port], plaintext: true, reason });
  Grants.of(workload)._intend(() => [{
    ...intendedEdge(
      { name: source, addresses: intendedAddresses(addresses), ...(grant.pods === undefined ? {} : { pods: intendedPods(grant.pods()) }) },
      ownEnd(workload), 'anonymous', workload.node.path, { ports: [port], reason },
    ),
    sourceIsForeign: grant.sends !== true,
  }]);
}

/** The workload as an end of an edge. */
function ownEnd(workload: WorkloadInternals): IntendedEnd {
  const { trustDomain } = workload.namespace.mesh.facts;
  return {
    name: workload.peerName,
    pods: { namespace: workload.namespaceName, labels: workload._pods.selector() },
    principals: [`${trustDomain}/ns/${workload.namespaceName}/sa/${workload.serviceAccountName}`],
  };
}

export function allowApiServer(workload: WorkloadInternals, port: Port, reason: string): void {
  const api = apiServerFact(workload, 'admits the API servers');
  allowPlaintext(workload, PlaintextSource.cidrs('the API servers', ...api.addresses), port, reason);
}

export function needKubernetesApi(workload: WorkloadInternals, reason: string): void {
  const api = apiServerFact(workload, 'calls the Kubernetes API');
  const text = requireReason(reason, `${workload.peerName} calling the Kubernetes API`);
  const ports = [Port.tls(api.number)];
  workload._needsToken = true;
  if (workload.serviceAccount === undefined) {
    Grants.of(workload)._assume(() => [{
      owner: `whoever defines the account ${workload.serviceAccountName} in namespace ${workload.namespaceName}`,
      statement: `pods of ${workload.peerName} get a token for the Kubernetes API`,
      text: '# in the pod spec, unless the account mounts it\nautomountServiceAccountToken: true',
      path: workload.node.path,
    }]);
  }
  const host = { namespace: 'default', name: `kubernetes.default.svc.${workload.namespace.mesh.facts.clusterDomain}` };
  workload._record.egress.push({ target: 'the API servers', addresses: api.addresses, ports: () => ports, host, reason: text });
  Grants.of(workload)._intend(() => [intendedEdge(
    ownEnd(workload), { name: 'the API servers', addresses: intendedAddresses(api.addresses), host: host.name, hostNamespace: host.namespace }, 'mesh', workload.node.path, { ports, reason: text },
  )]);
  workload._objects.needNetwork();
  workload._objects.needSidecar();
  recordEdge(workload, { from: workload.peerName, to: 'the API servers', ports, plaintext: false, reason: text });
}

export function allowCloudIdentity(workload: WorkloadInternals, cloud: CloudIdentity, reason: string): void {
  const text = requireReason(reason, `${workload.peerName} fetching credentials from ${cloud.serviceName}`);
  const settings = workload.namespace._settings;
  const host = `${cloud._slug}.${workload.workloadName}.cloud-identity.internal`;
  for (const { address, ports } of cloud._endpoints) {
    const known = { namespace: '.', name: host };
    workload._record.egress.push({ target: cloud.serviceName, addresses: [address], ports: () => ports, host: known, reason: text });
    Grants.of(workload)._intend(() => [intendedEdge(
      ownEnd(workload), { name: cloud.serviceName, addresses: intendedAddresses([address]), host, hostPorts: [cloud._dialled.number] }, 'mesh', workload.node.path, { ports, reason: text },
    )]);
  }
  workload._objects.needNetwork();
  workload._objects.needSidecar();
  workload._objects.needServiceEntry(cloud._slug, (scope) => {
    const { addresses, number } = cloud._dialled;
    new ServiceEntry(scope, cloud._slug, {
      metadata: objectMetadata(settings, `${workload.workloadName}-${cloud._slug}`, {
        role: ObjectRole.GRANT, reasons: () => workload._record.reasonsFor(cloud.serviceName),
      }),
      hosts: [host],
      addresses,
      // TCP, so that the proxy adds no headers: these services refuse forwarded requests
      ports: [{ name: 'tcp', number, protocol: ServiceEntryProtocol.TCP }],
      location: ServiceEntryLocation.MESH_EXTERNAL,
      resolution: ServiceEntryResolution.NONE,
      exportTo: ['.'],
    });
  });
  const endpoints = cloud._endpoints.flatMap((e) => e.ports);
  recordEdge(workload, { from: workload.peerName, to: cloud.serviceName, ports: endpoints, plaintext: false, reason: text });
}

function requirePlaintext(workload: WorkloadInternals, what: string): void {
  if (workload._facade?.admitsPlaintext === false) {
    throw new Error(`${what} to ${workload.peerName} would pass by what its ${workload._facade.name} asks for; give the clients an identity, `
      + `or use a Workload instead of a ${workload._facade.name}`);
  }
}

function plaintextPort(workload: WorkloadInternals, port: Port): number {
  if (port.transport !== TransportProtocol.TCP || port.number === undefined || port.endNumber !== undefined) {
    throw invalid(
      `a plaintext grant to ${workload.peerName} names no single TCP port`,
      String(port),
      'one TCP port by number',
      'the mesh carries nothing but TCP; list each port',
    );
  }
  const declared = workload._pods.declaredPorts;
  const problem = declared === undefined ? undefined : portsProblem(workload.peerName, { ports: [port] }, declared);
  if (problem !== undefined) {
    throw new Error(problem);
  }
  if (!workload._objects.takes(Layer.IDENTITY) && !workload._objects.takes(Layer.NETWORK)) {
    throw new Error(`a plaintext grant to ${workload.peerName} would be bounded by no layer: neither the network nor the identity layer is taken`);
  }
  return port.number;
}

function apiServerFact(workload: WorkloadInternals, what: string): ApiServerFact {
  const fact = workload.namespace.mesh.facts.apiServer;
  if (fact === undefined) {
    throw invalid(`${workload.peerName} ${what}, but the mesh facts do not say where they are`, undefined, 'mesh fact apiServer: addresses and port',
      'take them from `kubectl get endpoints kubernetes`');
  }
  return fact;
}
