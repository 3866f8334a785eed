import { Yaml } from 'cdk8s';
import { PodsOfPeer } from './peer';
import { Assumption } from '../values/grant';
import { Port, TransportProtocol } from '../values/port';

/** The half of an edge that somebody else owns. */
export interface ForeignHalf {
  readonly owner: string;
  readonly from: string;
  readonly to: string;
  readonly source: PodsOfPeer;
  readonly target: PodsOfPeer;
  readonly principals: string[];
  readonly ports: Port[];
  /** The side that the other owner has to open. */
  readonly side: 'source' | 'target';
  readonly path: string;
}

/** What the other owner has to do, with manifests that do it. They matter only where the other side restricts traffic at all. */
export function handover(half: ForeignHalf): Assumption {
  const ports = half.ports.map(String).join(', ');
  const verb = half.side === 'source' ? 'may send to' : 'admits';
  const subject = half.side === 'source' ? half.from : half.to;
  const object = half.side === 'source' ? half.to : half.from;
  return {
    owner: half.owner,
    statement: `${subject} ${verb} ${object} on ${ports}`,
    text: Yaml.stringify(...(half.side === 'source' ? [egressPolicy(half)] : [ingressPolicy(half), allowPolicy(half)])).trim(),
    path: half.path,
  };
}

function egressPolicy(half: ForeignHalf): object {
  return networkPolicy(half, half.source, { policyTypes: ['Egress'], egress: [{ to: [peer(half.target)], ports: half.ports.map(networkPort) }] });
}

function ingressPolicy(half: ForeignHalf): object {
  return networkPolicy(half, half.target, { policyTypes: ['Ingress'], ingress: [{ from: [peer(half.source)], ports: half.ports.map(networkPort) }] });
}

function networkPolicy(half: ForeignHalf, pods: PodsOfPeer, spec: object): object {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadata(half, pods),
    spec: { podSelector: selector(pods), ...spec },
  };
}

function allowPolicy(half: ForeignHalf): object {
  const ports = half.ports.filter((p) => p.transport === TransportProtocol.TCP).map((p) => String(p.number));
  return {
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: metadata(half, half.target),
    spec: {
      ...(half.target.podLabels === undefined ? {} : { selector: { matchLabels: half.target.podLabels } }),
      rules: [{ from: [{ source: { principals: half.principals } }], to: [{ operation: { ports } }] }],
    },
  };
}

function metadata(half: ForeignHalf, pods: PodsOfPeer): object {
  const [source, target] = [half.from, half.to].map((name) => name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, ''));
  return { name: `${source}-to-${target}`.slice(0, 63).replace(/-+$/, ''), ...(pods.namespace === undefined ? {} : { namespace: pods.namespace }) };
}

function peer(pods: PodsOfPeer): object {
  const namespaceSelector = pods.namespace === undefined ? {} : { matchLabels: { 'kubernetes.io/metadata.name': pods.namespace } };
  return { namespaceSelector, podSelector: selector(pods) };
}

function selector(pods: PodsOfPeer): object {
  return pods.podLabels === undefined ? {} : { matchLabels: pods.podLabels };
}

function networkPort(port: Port): object {
  return { protocol: port.transport, port: port.number };
}
