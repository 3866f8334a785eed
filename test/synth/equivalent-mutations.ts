import { Example } from './example-apps';

type Fields = Readonly<Record<string, unknown>>;

interface Equivalence {
  /** what is changed: all of it has to be unnoticed */
  readonly changes: RegExp;
  /** where only some objects are meant: whether this one is */
  readonly where?: (spec: Fields, found: RegExpExecArray) => boolean;
  /** the examples that are meant; left out: all */
  readonly example?: string;
  readonly why: string;
}

/** Changes that leave the access as it is, each with the reason. */
const EQUIVALENT: readonly Equivalence[] = [
  { changes: /^NetworkPolicy .*\.protocol "TCP": delete protocol$/, why: 'TCP is the default' },
  { changes: /^NetworkPolicy \S+\/default-deny spec\.podSelector: delete podSelector$/, why: 'no selector selects every pod, as the empty one does' },
  { changes: /^NetworkPolicy \S+ spec\.policyTypes: one more of policyTypes$/, why: 'default-deny isolates every pod in both directions' },
  {
    changes: /^NetworkPolicy \S+\/(?!default-deny )\S+ spec\.policyTypes: (delete|empty) policyTypes$/,
    why: 'directions with rules are inferred, and default-deny isolates every pod in both',
  },
  {
    changes: /^NetworkPolicy \S+\/(?!default-deny )\S+ spec\.policyTypes\[\d\] "(\w+)": delete an item of policyTypes$/,
    where: (spec, [, type]) => (
      (spec.policyTypes as string[]).length === 1 || spec[direction(type)] === undefined),
    why: 'directions with rules are inferred or still listed, and default-deny isolates every pod in both',
  },
  {
    changes: /^NetworkPolicy \S+\/(?!default-deny )\S+ spec\.policyTypes\[\d\] "(\w+)": other policy type$/,
    where: (spec, [, type]) => spec[direction(type)] === undefined,
    why: 'the policy has no rule of that direction, and default-deny isolates every pod in both',
  },
  {
    changes: /^NetworkPolicy \S+ one more rule: all (\w+)$/,
    where: ({ policyTypes }, [, one]) => !(policyTypes as string[]).map(direction).includes(one),
    why: 'rules of a direction that policyTypes does not list do nothing',
  },
  {
    example: 'egress',
    changes: changesOf('NetworkPolicy', 'shop/payment', 'spec.egress[0].to[1]: delete an item of to',
      'spec.egress[0].to[1].ipBlock.cidr "198.51.100.0/28": other block', 'spec.egress[0].to[1].ipBlock.cidr "198.51.100.0/28": half of the block'),
    why: 'the public addresses, which are open on the same port, hold the block',
  },
  { changes: /^AuthorizationPolicy .*\.action "ALLOW": delete action$/, why: 'ALLOW is the default' },
  { changes: /^AuthorizationPolicy \S+\/allow-nothing spec: empty spec$/, why: 'ALLOW is the default, and there is no rule before and after' },
  {
    changes: /^AuthorizationPolicy (?!istio-).*\.principals\[\d\] "\S+": (wildcard before|any trust domain)$/,
    why: 'a handshake lets identities of the trust domain of the mesh through, and no others',
  },
  { changes: /^AuthorizationPolicy .*\.requestPrincipals: one more of requestPrincipals$/, why: 'no RequestAuthentication accepts tokens of the other issuer' },
  { changes: /^AuthorizationPolicy \S+ spec\.rules\[0\]\.from\[0\]\.source\.requestPrincipals\[\d\] "\S+": wildcard$/, why: 'the rule has every issuer whose tokens are accepted' },
  { example: 'jwt-api', changes: /^AuthorizationPolicy \S+ spec\.rules\[4\]\.when\[0\]\.values: one more of values$/, why: 'any value of the header is accepted' },
  {
    example: 'online-boutique',
    changes: changesOf('AuthorizationPolicy', 'online-boutique/checkoutservice', ...withoutSelector('checkoutservice')),
    why: 'its one rule asks for a token, and no other workload accepts any',
  },
  {
    example: 'online-boutique',
    changes: changesOf('AuthorizationPolicy', 'online-boutique/allow-nothing', 'object', 'spec.action "ALLOW": action DENY',
      'spec.action "ALLOW": action AUDIT', 'metadata.namespace', 'dry run', 'selector added'),
    why: 'the allow-nothing policy of the root namespace closes the namespace as well',
  },
  {
    example: 'online-boutique',
    changes: changesOf('PeerAuthentication', 'online-boutique/default', 'object', 'spec: empty spec', 'spec.mtls: delete mtls', 'spec.mtls: empty mtls',
      'spec.mtls.mode "STRICT": delete mode', 'spec.mtls.mode "STRICT": mode UNSET', 'metadata.namespace'),
    why: 'what the namespace leaves open is STRICT by the PeerAuthentication of the root namespace',
  },
  {
    example: 'jwt-api',
    changes: changesOf('RequestAuthentication', 'shop/orders', ...withoutSelector('orders')),
    why: 'nothing that tokens decide about is granted to reports, which nobody calls',
  },
  {
    example: 'online-boutique',
    changes: changesOf('RequestAuthentication', 'online-boutique/checkoutservice', ...withoutSelector('checkoutservice')),
    why: 'nothing that tokens decide about is granted at the other workloads',
  },
  { changes: /^RequestAuthentication \S+ one more issuer$/, why: 'every rule that asks for a token names its issuers, and whoever needs none may bring any' },
  {
    changes: /^Sidecar \S+ spec\.outboundTrafficPolicy(: empty outboundTrafficPolicy|\.mode "REGISTRY_ONLY": delete mode)$/,
    why: 'REGISTRY_ONLY is the first value of the enumeration, so it is what an outboundTrafficPolicy without a mode says',
  },
  { changes: /^ServiceEntry \S+ spec\.hosts: one more of hosts$/, why: 'no Sidecar imports the other host' },
];

/** Changes that nobody has recorded an intention about, so that nothing is there to be compared: each is a gap. */
const NOT_RECORDED: readonly Equivalence[] = [
  {
    example: 'online-boutique',
    changes: /^(PeerAuthentication istio-system\/|AuthorizationPolicy (istio-ingress\/|istio-system\/\S+ (?!one more rule)))/,
    why: 'what a mesh sets for namespaces outside of this app is not recorded',
  },
  {
    changes: /^ServiceEntry \S+ spec\.(exportTo|location|resolution|addresses|ports\[\d\]\.(name|protocol|targetPort)\b)/,
    why: 'of a host outside of the mesh its name and ports are recorded, and no more',
  },
  { changes: /^DestinationRule /, why: 'how a proxy speaks to a host outside of the mesh is not recorded' },
];

/** Exactly these changes of an object. */
function changesOf(kind: string, object: string, ...changes: string[]): RegExp {
  const literal = changes.map((change) => change.replace(/[.[\]]/g, '\\$&'));
  return new RegExp(`^${kind} ${object} (${literal.join('|')})$`);
}

/** The ways to make a selector of one label select everything. */
function withoutSelector(name: string): string[] {
  return [
    'spec.selector: delete selector', 'spec.selector: empty selector', 'spec.selector.matchLabels: delete matchLabels',
    'spec.selector.matchLabels: empty matchLabels', `spec.selector.matchLabels.app.kubernetes.io/name "${name}": delete a label`,
  ];
}

function direction(type: string): string {
  return type.toLowerCase();
}

/** Why a change is not noticed, if it is listed. */
export function equivalenceOf(id: string, { name, manifests }: Example): string | undefined {
  return [...EQUIVALENT, ...NOT_RECORDED].find(({ changes, where, example }) => {
    const found = changes.exec(id);
    if (found === null || (example !== undefined && example !== name)) {
      return false;
    }
    const [kind, object] = id.split(' ');
    const spec = manifests.find((one) => one.object.kind === kind && `${one.object.metadata.namespace}/${one.object.metadata.name}` === object)!.object.spec;
    return where === undefined || where(spec as Fields, found);
  })?.why;
}

/** Every reason there is. */
export const REASONS: readonly string[] = [...EQUIVALENT, ...NOT_RECORDED].map(({ why }) => why);
