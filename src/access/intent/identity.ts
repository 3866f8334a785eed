import { applicationOf, ServicePortApplication } from '../../values/grammar/app-protocols';
import { IntendedAccess, IntendedClaim, IntendedEdge, IntendedRequests } from '../../values/grammar/intended-access';
import { rangeOf } from '../addresses';
import { Difference } from './difference';
import { isOf, meantFor } from './scopes';
import { atPort, ChainPolicies, compileAuthorization, proxyOf } from '../authorization/compile';
import { principalPattern } from '../authorization/identity-patterns';
import { CompiledRule } from '../authorization/translate';
import { expandPrincipal } from '../authorization/trust-domains';
import * as values from '../authorization/values';
import { all, any, Condition, FALSE, not, TRUE } from '../condition';
import { MeshSettings } from '../mesh-settings';
import { compileApplications, PortApplication, PortApplications } from '../mtls/application';
import { RequestDimensions } from '../relation/dimensions';
import { holdsIn, requestText } from '../relation/request-text';
import { Assignment, leavesOf, simplify, solve } from '../relation/solve';
import { TokenWorld, tokenWorlds } from '../relation/token-worlds';
import { Snapshot } from '../snapshot/snapshot';
import { exactPattern, stringPattern } from '../text-pattern';
import { Workload } from '../workload';

type Chain = 'http' | 'tcp';

/** One filter chain of one port of a workload. */
interface Point {
  readonly workload: Workload;
  readonly chain: Chain;
  readonly port: number;
  readonly policies: ChainPolicies;
  readonly path?: string;
}

/**
 * Compares the AuthorizationPolicies and RequestAuthentications at each workload with what is meant: for every identity there can be, every
 * port, and every request and token, not only for those that somebody uses.
 */
export function identityDifferences(snapshot: Snapshot, access: IntendedAccess): Difference[] {
  const applications = compileApplications(snapshot);
  return snapshot.workloads.filter(({ mode }) => mode === 'sidecar').flatMap((workload) => {
    const meant = meantFor(access, workload);
    if (meant === undefined || meant.layers.identity === 'absent') {
      return [];
    }
    const edges = access.edges.filter(({ to, guard }) => guard !== 'network' && isOf(to.pods, workload));
    return differencesOf(snapshot, applications, { workload, edges, open: meant.layers.identity === 'open', path: meant.path });
  });
}

/** One workload, and what is meant to reach it. */
export interface MeantAt {
  readonly workload: Workload;
  readonly edges: readonly IntendedEdge[];
  /** everything is meant to pass, for now */
  readonly open: boolean;
  readonly path: string;
}

/** The differences at one workload. */
export function differencesOf(snapshot: Snapshot, applications: PortApplications, { workload, edges, open, path }: MeantAt): Difference[] {
  const model = compileAuthorization(snapshot, proxyOf(workload));
  return portsToAsk(workload, edges, [model.http, model.tcp]).flatMap((port) => (['http', 'tcp'] as const).flatMap((chain) => {
    const application = applications.of(workload, port);
    const saidOfPort = workload.ports.find(({ number }) => number === port)?.app;
    return differencesAt({ workload, chain, port, policies: model[chain], path }, snapshot.mesh, open ? undefined : edges)
      .filter(({ kind }) => isThere(chain, kind, application, saidOfPort));
  }));
}

/**
 * Whether a port has the chain. Where no Service tells, the constructs' own word counts for what has to pass, and either chain for what
 * must not.
 */
function isThere(chain: Chain, kind: Difference['kind'], { application, object }: PortApplication, said: string | undefined): boolean {
  const counts = object !== undefined ? application : kind === 'missing' ? applicationOf(said) : ServicePortApplication.SNIFFED;
  return counts === undefined || counts === ServicePortApplication.SNIFFED || counts === chain;
}

/** Ports that anything tells apart, and one that nothing does. */
function portsToAsk(workload: Workload, edges: readonly IntendedEdge[], chains: readonly ChainPolicies[]): number[] {
  const named = chains.flatMap(({ deny, allow = [] }) => [...deny, ...allow]).flatMap(({ condition }) => [...leavesOf(condition)])
    .flatMap((leaf) => (leaf.is === 'port' ? [leaf.number] : []));
  const meant = edges.flatMap(({ ports }) => ports).filter(({ protocol }) => protocol === 'TCP')
    .flatMap(({ first, last }) => [first, last]);
  const known = new Set([...named, ...meant, ...workload.ports.filter(({ protocol }) => protocol === 'TCP').map(({ number }) => number)]);
  let other = 1;
  while (known.has(other)) {
    other += 1;
  }
  return [...known, other].sort((a, b) => a - b);
}

function differencesAt(point: Point, mesh: MeshSettings, edges: readonly IntendedEdge[] | undefined): Difference[] {
  const { policies: { tokens, deny, allow }, port, chain } = point;
  const granted = all([
    not(any(deny.map(({ condition }) => condition))),
    allow === undefined ? TRUE : any(allow.map(({ condition }) => condition)),
  ]);
  return (chain === 'http' ? worldsOf(tokens, edges) : tokenWorlds([])).flatMap((world) => {
    const meant = edges === undefined ? TRUE : any(edges.map((edge) => edgeCondition(edge, chain, port, world, mesh)));
    const [is, should] = [granted, meant].map((condition) => world.within(atPort(condition, port)));
    const passes = [is, world.accepted];
    const shouldPass = [should, meantToBeAccepted(world, edges)];
    return [
      ...found(point, mesh, world, 'excess', all([...passes, not(all(shouldPass))])),
      ...found(point, mesh, world, 'missing', all([...shouldPass, not(all(passes))])),
    ];
  });
}

/** Kinds of tokens that the proxy tells apart, and those that are meant although it takes none of them. */
function worldsOf(providers: ChainPolicies['tokens'], edges: readonly IntendedEdge[] = []): TokenWorld[] {
  const worlds = tokenWorlds(providers);
  const known = new Set(worlds.map(({ issuer }) => issuer));
  const others = new Set(meantIssuers(edges).map(({ issuer }) => issuer).filter((issuer) => !known.has(issuer)));
  return [...worlds, ...[...others].map((issuer): TokenWorld => ({ issuer, accepted: FALSE, within: (condition) => condition }))];
}

/** An issuer of which no edge speaks is not compared. */
function meantToBeAccepted({ issuer, accepted }: TokenWorld, edges: readonly IntendedEdge[] = []): Condition {
  const meant = meantIssuers(edges).filter((one) => one.issuer === issuer);
  return meant.length === 0 ? accepted : any(meant.map(({ audiences }) => audienceCondition(audiences)));
}

function meantIssuers(edges: readonly IntendedEdge[]): IntendedEdge['issuers'] {
  return edges.flatMap(({ issuers }) => issuers);
}

function audienceCondition(audiences: readonly string[]): Condition {
  return audiences.length === 0
    ? TRUE : any(audiences.map((text): Condition => ({ is: 'claim', path: ['aud'], pattern: exactPattern(text) })));
}

function found(point: Point, mesh: MeshSettings, world: TokenWorld, kind: 'missing' | 'excess', condition: Condition): Difference[] {
  const dimensions = new RequestDimensions(mesh);
  const solution = solve(condition, (leaf) => dimensions.of(leaf));
  const { workload, port, path } = point;
  const common = { layer: 'identity' as const, to: `${workload.id}:${port}`, path };
  if (solution.found !== undefined) {
    const text = kind === 'excess' ? 'an AuthorizationPolicy allows it, or none refuses it'
      : 'no AuthorizationPolicy allows it, or one refuses it';
    const { from, request } = requestText(solution.found, point.chain, world.issuer);
    return [{ ...common, kind, from, witness: request, text, ...decider(point, solution.found, world, kind) }];
  }
  return solution.unknown.map((why) => ({ ...common, kind: 'unknown' as const, from: 'somebody', witness: 'any request', text: why }));
}

/** The rule that decides about a witness: what lets it through, or what refuses it. */
function decider({ policies, port }: Point, witness: Assignment, world: TokenWorld, kind: 'missing' | 'excess'): Partial<Difference> {
  const rules: readonly CompiledRule[] = kind === 'excess' ? policies.allow ?? [] : policies.deny;
  const rule = rules.find(({ condition }) => holdsFor(world.within(atPort(condition, port)), witness));
  return rule === undefined ? {} : { object: rule.policy, clause: `rules[${rule.rule}]` };
}

function holdsFor(condition: Condition, witness: Assignment): boolean {
  const decided = simplify(condition, (leaf) => holdsIn(leaf, witness));
  return decided.is === 'constant' && decided.value;
}

/** What an edge lets through, said anew from what was recorded. */
function edgeCondition(edge: IntendedEdge, chain: Chain, port: number, world: TokenWorld, mesh: MeshSettings): Condition {
  const onPort = edge.ports.some(({ protocol, first, last }) => protocol === 'TCP' && first <= port && port <= last);
  const asksForHttp = edge.requests.length > 0 || edge.issuers.length > 0 || edge.claims.length > 0;
  if (!onPort || (chain === 'tcp' && asksForHttp)) {
    return FALSE;
  }
  // whoever is asked for no token is admitted with any token that the proxy takes
  const ofIssuer = edge.issuers.length === 0 ? world.accepted !== FALSE : edge.issuers.some(({ issuer }) => issuer === world.issuer);
  return !ofIssuer ? FALSE : all([
    sourceCondition(edge, mesh),
    ...(edge.requests.length === 0 ? [] : [any(edge.requests.map((one) => requestCondition(one, mesh)))]),
    // who is asked for a token has to be somebody: a token without subject names nobody
    ...(edge.issuers.length === 0 ? [] : [claimCondition({ path: ['sub'], values: ['*'] })]),
    ...edge.claims.map(claimCondition),
  ]);
}

function sourceCondition({ from, guard }: IntendedEdge, mesh: MeshSettings): Condition {
  if (guard === 'anybody') {
    return TRUE;
  }
  if (guard === 'anonymous') {
    const blocks = (from.addresses ?? []).map(({ cidr, except }) => all([inBlock(cidr), ...except.map((hole) => not(inBlock(hole)))]));
    return all([not(anyIdentity()), any(blocks)]);
  }
  return any((from.principals ?? []).flatMap((principal) => expandPrincipal(principal, mesh))
    .map((principal): Condition => ({ is: 'text', field: 'principal', pattern: principalPattern(principal) })));
}

function anyIdentity(): Condition {
  return { is: 'text', field: 'principal', pattern: principalPattern('*') };
}

function inBlock(cidr: string): Condition {
  const range = rangeOf(cidr);
  return range === undefined ? FALSE : { is: 'address', of: 'direct', range, text: cidr };
}

function requestCondition({ methods, paths, hosts, headers }: IntendedRequests, mesh: MeshSettings): Condition {
  const context = { chain: 'http' as const, namespace: '', mesh, refuse: () => undefined };
  // a value that nothing can be made of matches no request
  const oneOf = (list: readonly string[], translate: values.Translate) => (list.length === 0 ? [] : [any(list.map((text) => {
    const translated = translate(text, context);
    return 'bad' in translated ? FALSE : translated;
  }))]);
  return all([
    ...oneOf(methods, values.method),
    ...oneOf(paths, values.path),
    ...oneOf(hosts, values.host),
    ...headers.flatMap(({ name, values: wanted }) => oneOf(wanted, values.header('request.headers', name))),
  ]);
}

function claimCondition({ path, values: wanted }: IntendedClaim): Condition {
  return any(wanted.map((text): Condition => ({
    is: 'claim',
    path,
    pattern: text.includes('*') ? stringPattern(text)
      : exactPattern(text),
  })));
}
