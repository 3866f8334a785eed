import { Yaml } from 'cdk8s';
import { authorizationRules, identityOf } from './access-rules';
import { PodsOfPeer } from './peer';
import { toKubeRule } from '../resources/authorization-rule';
import { ClaimRequirement } from '../values/claim-requirement';
import { Assumption } from '../values/grant';
import { HttpMatch } from '../values/http-match';
import { JwtIssuer } from '../values/jwt-issuer';
import { Port } from '../values/port';

/** The half of an edge that somebody else owns. */
export interface ForeignHalf {
  readonly owner: string;
  readonly from: string;
  readonly to: string;
  readonly source: PodsOfPeer;
  readonly target: PodsOfPeer;
  readonly principals: string[];
  readonly ports: Port[];
  readonly routes: HttpMatch[];
  readonly issuers: JwtIssuer[];
  readonly claims: ClaimRequirement[];
  /** The host of the target, as the proxy of the source has to know it. */
  readonly host?: { readonly namespace: string; readonly name: string };
  /** The side that the other owner has to open. */
  readonly side: 'source' | 'target';
  readonly path: string;
}

/** The first policy for pods that had none closes everything else. */
const CAUTION = '# only where these pods are restricted already: for pods without any policy it is not needed and would close everything else';

/** What the other owner has to do, with manifests that do it. They matter only where the other side restricts traffic at all. */
export function handover(half: ForeignHalf): Assumption {
  const ports = half.ports.map(String).join(', ');
  const manifests = half.side === 'source' ? [egressPolicy(half)] : [ingressPolicy(half), ...allowPolicies(half)];
  const verb = half.side === 'source' ? 'may send to' : 'admits';
  const subject = half.side === 'source' ? half.from : half.to;
  const object = half.side === 'source' ? half.to : half.from;
  return {
    owner: half.owner,
    statement: `${subject} ${verb} ${object} on ${ports}`,
    // without the fields that are undefined, which YAML would write as null
    text: [CAUTION, ...knownHost(half), Yaml.stringify(...manifests.map((m) => JSON.parse(JSON.stringify(m)))).trim()].join('\n'),
    path: half.path,
  };
}

function knownHost({ side, host }: ForeignHalf): string[] {
  return side === 'target' || host === undefined ? [] : [
    `# where a Sidecar limits what their proxies know, its hosts also need "${host.namespace}/${host.name}"`,
  ];
}

function egressPolicy(half: ForeignHalf): object {
  const rule = { to: [peer(half.target)], ports: half.ports.map(networkPort) };
  return networkPolicy(half, half.source, { policyTypes: ['Egress'], egress: [rule] });
}

function ingressPolicy(half: ForeignHalf): object {
  const rule = { from: [peer(half.source)], ports: half.ports.map(networkPort) };
  return networkPolicy(half, half.target, { policyTypes: ['Ingress'], ingress: [rule] });
}

function networkPolicy(half: ForeignHalf, pods: PodsOfPeer, spec: object): object {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadata(half, pods),
    spec: { podSelector: selector(pods), ...spec },
  };
}

/** None when nothing of the edge passes a proxy. */
function allowPolicies(half: ForeignHalf): object[] {
  const { principals, ports, routes, issuers, claims } = half;
  const rules = authorizationRules([{ source: identityOf(principals, issuers), ports, routes, claims }]);
  return rules.length === 0 ? [] : [{
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: metadata(half, half.target),
    spec: {
      ...(half.target.podLabels === undefined ? {} : { selector: { matchLabels: half.target.podLabels } }),
      rules: rules.map(toKubeRule),
    },
  }];
}

function metadata(half: ForeignHalf, pods: PodsOfPeer): object {
  const [source, target] = [half.from, half.to].map((name) => name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, ''));
  const name = `${source}-to-${target}`.slice(0, 63).replace(/-+$/, '');
  return { name, ...(pods.namespace === undefined ? {} : { namespace: pods.namespace }) };
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
