import { Address, addressOf, inRange } from '../../addresses';
import { atPort, AuthorizationModel, ChainPolicies, compileAuthorization, PolicySources, proxyOf } from '../../authorization/compile';
import { CustomChecks } from '../../authorization/providers';
import { CompiledRule } from '../../authorization/translate';
import { all, any, Condition, FALSE, Leaf, not, TRUE } from '../../condition';
import { compilePeerAuthentications, EffectiveMtls, modeOfPort } from '../../mtls/effective';
import { AddressSet, setOfRange } from '../../network/address-sets';
import { Peer } from '../../network/queries/network-tables';
import { matchesPattern } from '../../text-pattern';
import { Workload } from '../../workload';
import { leavesOf, simplify } from '../solve';
import { Guard, slices } from './request-sets';

/** What the proxies of workloads ask of what comes in, peer by peer. */
export interface InboundGuards {
  /** undefined: nothing */
  of(from: Peer, to: Peer): Guard | undefined;
  /** Whether an AuthorizationPolicy applies to a workload. */
  restricts(to: Peer): boolean;
  /** blocks of addresses that rules for these workloads tell apart */
  blocks(workloads: readonly Workload[]): AddressSet[];
}

/**
 * What AuthorizationPolicies and PeerAuthentications let in, where every workload has a sidecar: workloads show the identity of their
 * service account and have addresses in no block, and addresses outside show no identity.
 */
export function inboundGuards(sources: PolicySources): InboundGuards {
  const { mesh } = sources;
  const peers = compilePeerAuthentications(sources.kind('security.istio.io', 'PeerAuthentication'), mesh);
  const models = new Map<string, AuthorizationModel>();
  const modelOf = (workload: Workload) => {
    const model = models.get(workload.id) ?? compileAuthorization(sources, proxyOf({ ...workload, mode: 'sidecar' }));
    models.set(workload.id, model);
    return model;
  };
  const guards = new Map<string, Guard | undefined>();
  return {
    of: (from, to) => {
      if ('address' in to) {
        return undefined;
      }
      const source = sourceOf(from, mesh.trustDomain, mesh.numTrustedProxies === 0);
      const key = `${to.workload.id} ${source.key}`;
      if (!guards.has(key)) {
        guards.set(key, guardOf(modelOf(to.workload), peers.of(to.workload), source));
      }
      return guards.get(key);
    },
    restricts: (to) => 'workload' in to && hasPolicies(modelOf(to.workload)),
    blocks: (workloads) => workloads.flatMap((one) => conditionsOf(modelOf(one))).flatMap((condition) => [...leavesOf(condition)])
      .flatMap((leaf) => (leaf.is === 'address' && leaf.of !== 'destination' ? [setOfRange(leaf.range)] : [])),
  };
}

/** Who calls, as far as it is known. */
interface CallSource {
  readonly key: string;
  readonly principal?: string;
  readonly address?: Address;
  readonly remoteIsDirect: boolean;
}

function sourceOf(from: Peer, trustDomain: string, remoteIsDirect: boolean): CallSource {
  if ('address' in from) {
    return { key: from.address, address: addressOf(from.address), remoteIsDirect };
  }
  const principal = `spiffe://${trustDomain}/ns/${from.workload.namespace}/sa/${from.workload.serviceAccount}`;
  return { key: principal, principal, remoteIsDirect };
}

function hasPolicies({ http: { custom, deny, allow } }: AuthorizationModel): boolean {
  return custom.length > 0 || deny.length > 0 || allow !== undefined;
}

function guardOf(model: AuthorizationModel, mtls: EffectiveMtls, source: CallSource): Guard | undefined {
  const plaintext = source.principal === undefined;
  const refusesPlaintext = plaintext && [mtls.mode, ...mtls.ports.values()].includes('STRICT');
  if (!refusesPlaintext && !hasPolicies(model) && model.http.tokens.length === 0 && doubtsOf(model).length === 0) {
    return undefined;
  }
  const granted = { http: grantedBy(model.http, model), tcp: grantedBy(model.tcp, model) };
  const named = [granted.http, granted.tcp].flatMap((condition) => [...leavesOf(condition)])
    .flatMap((leaf) => (leaf.is === 'port' ? [leaf.number] : []));
  const cuts = [...named, ...mtls.ports.keys()].map((port) => ({ first: port, last: port }));
  return slices([cuts]).map(({ first, last }) => {
    const refused = plaintext && modeOfPort(mtls, first) === 'STRICT';
    const asked = (chain: 'http' | 'tcp') => (
      refused ? FALSE : simplify(atPort(granted[chain], first), (leaf) => answerOf(leaf, source, model[chain])));
    return { first, last, http: asked('http'), tcp: asked('tcp') };
  });
}

function answerOf(leaf: Leaf, { principal, address, remoteIsDirect }: CallSource, { tokens }: ChainPolicies): boolean | undefined {
  if (leaf.is === 'text' && leaf.field === 'principal') {
    return principal !== undefined && matchesPattern(leaf.pattern, principal);
  }
  if (leaf.is === 'address' && (leaf.of === 'direct' || (leaf.of === 'remote' && remoteIsDirect))) {
    return address !== undefined && inRange(leaf.range, address);
  }
  return leaf.is === 'claim' && tokens.length === 0 ? false : undefined;
}

function grantedBy({ deny, allow, custom, tokens }: ChainPolicies, model: AuthorizationModel): Condition {
  const doubts = [...doubtsOf(model), ...(tokens.length === 0 ? [] : ['tokens are not compared'])];
  return all([
    ...custom.map(checked), not(oneOf(deny)), ...(allow === undefined ? [] : [oneOf(allow)]),
    ...doubts.map((why): Condition => ({ is: 'unknown', why })),
  ]);
}

function doubtsOf({ refusals, unreadable }: AuthorizationModel): string[] {
  return [...refusals, ...(unreadable === undefined ? [] : [unreadable])];
}

/** An authorizer can only refuse, and nobody knows when it does. */
function checked({ effect, rules, dryRules, text }: CustomChecks): Condition {
  const asked = not(oneOf(rules));
  switch (effect) {
    case 'ignored': return TRUE;
    case 'refuses': return asked;
    default: return all([not(oneOf(dryRules)), any([asked, { is: 'unknown', why: text }])]);
  }
}

function oneOf(rules: readonly CompiledRule[]): Condition {
  return any(rules.map(({ condition }) => condition));
}

function conditionsOf({ http, tcp }: AuthorizationModel): Condition[] {
  return [http, tcp].flatMap(({ custom, deny, allow = [] }) => [...custom.flatMap(({ rules }) => rules), ...deny, ...allow])
    .map(({ condition }) => condition);
}
