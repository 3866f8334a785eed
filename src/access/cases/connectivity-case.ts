import { MeshSettings } from '../mesh-settings';
import { Case, CaseResult, RowResult, tally } from './case-file';
import { suiteConfigs, SuiteConfig } from './connectivity-config';
import { emptyIn, oddIn, overlappingIn, redundantIn, uncapturedIn } from './connectivity-findings';
import { connectionTexts } from './connectivity-map';
import { meshOf } from './world-of-case';
import { modelOf } from '../network/queries/network-tables';
import { notStronglyEquivalent } from '../network/queries/strong-equivalence';
import {
  changedKinds, containedInFirst, interferingPairs, interferingWithFirst, notForbidden, notPermitted, PeerTable, SetAlgebra, unequalPairs,
  waysOfContainment,
} from '../network/queries/tables';
import { refOf, refText } from '../objects';
import { AccessConfig, accessTablesOf } from '../relation/queries/access-tables';
import { authorizationOf, isVacuousAccess, withAuthorization } from '../relation/queries/authorization-findings';
import { requestAlgebra, requestBeyond, RequestSet } from '../relation/queries/request-sets';
import { list, mapping, mappings, text } from '../snapshot/fields';

type Fields = Readonly<Record<string, unknown>>;

/** The number that a query asks for, and what was counted. */
interface Answer {
  readonly given: number;
  readonly found: readonly string[];
}

/** What queries are answered from. */
interface Suite {
  readonly mesh: MeshSettings;
  readonly algebra: SetAlgebra<RequestSet>;
}

/** Answers the queries of a case of the kind `connectivity`. */
export function runConnectivityCase(one: Case): CaseResult {
  const configOf = suiteConfigs(one);
  const mesh = meshOf(one);
  const suite: Suite = { mesh, algebra: requestAlgebra(mesh) };
  return tally(one, mappings(one.queries).map((query, index) => row(query, index, configOf, suite)));
}

function row(query: Fields, index: number, configOf: (reference: string) => SuiteConfig, suite: Suite): RowResult {
  const [[kind, references] = ['', []]] = Object.entries(mapping(query.query));
  const expect = typeof query.expected === 'number' ? query.expected : undefined;
  const configs = list(references).map((reference) => configOf(String(reference)));
  const ask = QUERIES.get(kind);
  const common = { query: index, name: text(query.name), kind };
  const problem = ask === undefined ? `there is no query ${kind}` : configs.find((config) => config.problem !== undefined)?.problem;
  if (ask === undefined || problem !== undefined) {
    return { ...common, ...(expect === undefined ? {} : { expect, agrees: false }), given: 'unknown', reason: problem };
  }
  const { given, found } = ask(configs, suite, mapping(query.output));
  const passedOver = [...new Set(configs.flatMap((config) => config.passedOver))];
  const reasons = [
    ...(passedOver.length === 0 ? [] : [`the answer does not look at ${passedOver.join(', ')}`]),
    ...new Set(configs.flatMap(brokenPolicies)),
  ];
  // other objects may make a difference between sets, or none of one
  const answer = COMPARISONS.includes(kind) && passedOver.length > 0 ? 'unknown' : given;
  return {
    ...common,
    ...(expect === undefined ? {} : { expect, agrees: answer === expect }),
    given: answer,
    found,
    ...(reasons.length === 0 ? {} : { reason: reasons.join('; ') }),
  };
}

/** Policies that no API server stores: what they name may pass or not. */
function brokenPolicies(config: SuiteConfig): string[] {
  return modelOf(config).policies.filter(({ problems }) => problems.length > 0)
    .map(({ ref, problems }) => `no API server stores ${refText(ref)}: ${problems.join(', ')}`);
}

const COMPARISONS: readonly string[] = [
  'equivalence', 'strongEquivalence', 'semanticDiff', 'containment', 'twoWayContainment', 'permits', 'forbids', 'interferes',
  'pairwiseInterferes',
];

type Ask = (configs: readonly SuiteConfig[], suite: Suite, output: Fields) => Answer;

type Tables = readonly PeerTable<RequestSet>[];

const QUERIES: ReadonlyMap<string, Ask> = new Map<string, Ask>([
  ['connectivityMap', (configs) => ({ given: 0, found: configs.flatMap((config) => connectionTexts(config)) })],
  ['equivalence', compared((tables, algebra, mesh) => (
    unequalPairs(tables, algebra).map((pair) => [pairText(pair), witness(pair, algebra, mesh)].join(': '))))],
  ['strongEquivalence', (configs, suite) => counted(notStrongly(configs, suite))],
  ['semanticDiff', compared(([before, after], algebra) => (
    changedKinds(before, after, algebra).map(({ change, kind }) => `${change} ${kind}`)))],
  ['containment', compared((tables, algebra) => names(containedInFirst(tables, algebra)))],
  ['twoWayContainment', (configs, { algebra }) => (
    { given: configs.length < 2 ? 0 : waysOfContainment(accessTablesOf(configs), algebra), found: [] })],
  ['permits', compared((tables, algebra) => names(notPermitted(tables, algebra)))],
  ['forbids', compared((tables, algebra) => names(notForbidden(tables, algebra)))],
  ['interferes', compared((tables, algebra) => names(interferingWithFirst(tables, algebra)))],
  ['pairwiseInterferes', compared((tables, algebra) => interferingPairs(tables, algebra).map(pairText))],
  ['emptiness', each((config, { mesh }) => emptyIn(config, mesh))],
  ['redundancy', each((config, { mesh }) => redundantIn(config, mesh))],
  ['vacuity', each((config, { mesh }) => (isVacuousAccess(config, mesh) ? [config.name] : []))],
  ['sanity', each((config, { mesh }) => oddIn(config, mesh))],
  ['disjointness', each((config) => overlappingIn(config))],
  ['allCaptured', each((config, _, output) => uncapturedIn(config, output.outputEndpoints === 'pods'))],
]);

function counted(found: readonly string[]): Answer {
  return { given: found.length, found };
}

function compared(find: (tables: Tables, algebra: SetAlgebra<RequestSet>, mesh: MeshSettings) => string[]): Ask {
  return (configs, { algebra, mesh }) => counted(configs.length < 2 ? [] : find(accessTablesOf(configs), algebra, mesh));
}

/** Between whom two sets differ first, and in what. */
function witness([a, b]: Tables, algebra: SetAlgebra<RequestSet>, mesh: MeshSettings): string | undefined {
  const beyond = (outer: PeerTable<RequestSet>, inner: PeerTable<RequestSet>) => {
    const i = inner.cells.findIndex((cell, index) => !algebra.contains(outer.cells[index], cell));
    return i < 0 ? undefined : `${inner.pairs[i]} ${requestBeyond(outer.cells[i], inner.cells[i], mesh)} may pass in ${inner.name} alone`;
  };
  return beyond(a, b) ?? beyond(b, a);
}

function each(find: (config: SuiteConfig, suite: Suite, output: Fields) => string[]): Ask {
  return (configs, suite, output) => counted(configs.flatMap((config) => find(config, suite, output)));
}

/** Sets whose policies differ in name or in what one of them does alone, or that let different things pass. */
function notStrongly(configs: readonly SuiteConfig[], { algebra }: Suite): string[] {
  const same = (pair: readonly AccessConfig[]) => unequalPairs(accessTablesOf(pair), algebra).length === 0;
  const differ = (a: SuiteConfig, b: SuiteConfig) => {
    const others = new Map(authorizationOf(b).map((policy) => [refText(refOf(policy)), policy]));
    return notStronglyEquivalent([a, b]).length > 0 || !same([a, b]) || authorizationOf(a).length !== others.size
      || authorizationOf(a).some((policy) => {
        const other = others.get(refText(refOf(policy)));
        return other === undefined || !same([withAuthorization(a, [policy]), withAuthorization(b, [other])]);
      });
  };
  return configs.flatMap((a, i) => configs.slice(i + 1).filter((b) => differ(a, b)).map((b) => `${a.name} and ${b.name}`));
}

function names(tables: Tables): string[] {
  return tables.map(({ name }) => name);
}

function pairText(pair: Tables): string {
  return names(pair).join(' and ');
}
