import { rangeOf } from '../../../src/access/addresses';
import * as values from '../../../src/access/authorization/values';
import { all, any, Condition, FALSE, not, TRUE } from '../../../src/access/condition';
import { ClaimRow, RequestRow, Requests } from '../../../src/access/map/requests';
import { MeshSettings } from '../../../src/access/mesh-settings';
import { stringPattern } from '../../../src/access/text-pattern';

/** What a description says, read anew as Istio reads such values. */
export function conditionOf(requests: Exclude<Requests, 'conditional'>, mesh: MeshSettings): Condition {
  return requests === 'any' ? TRUE : any(requests.map((row) => rowCondition(row, mesh)));
}

function rowCondition(row: RequestRow, mesh: MeshSettings): Condition {
  const context = { chain: 'http' as const, namespace: '', mesh, refuse: () => undefined };
  const oneOf = (list: readonly string[] | undefined, translate: values.Translate) =>
    (list === undefined ? [] : [any(list.map((text) => translate(text, context) as Condition))]);
  const noneOf = (list: readonly string[] | undefined, translate: values.Translate) => oneOf(list, translate)
    .map((condition) => not(condition as Condition));
  return all([
    ...oneOf(row.methods, values.method),
    ...noneOf(row.notMethods, values.method),
    ...oneOf(row.paths, values.path),
    ...noneOf(row.notPaths, values.path),
    ...oneOf(row.hosts, values.host),
    ...noneOf(row.notHosts, values.host),
    ...oneOf(row.remoteIps, (text) => address(text)),
    ...noneOf(row.notRemoteIps, (text) => address(text)),
    ...(row.headers ?? []).flatMap(({ name, values: wanted, notValues }) => [
      ...oneOf(wanted, values.header('request.headers', name)), ...noneOf(notValues, values.header('request.headers', name)),
    ]),
    ...(row.token === undefined ? [] : [
      ...(row.token.issuers.includes('*') ? [] : [any(row.token.issuers.map((issuer) => claim({ path: ['iss'], values: [issuer] })))]),
      ...row.token.claims.map(claim),
    ]),
    ...(row.notClaims ?? []).map((one) => not(claim(one))),
    ...(row.except === undefined ? [] : [not(any(row.except.map((one) => rowCondition(one, mesh))))]),
  ]);
}

function address(text: string): Condition {
  const range = rangeOf(text);
  return range === undefined ? FALSE : { is: 'address', of: 'remote', range, text };
}

function claim({ path, values: wanted }: ClaimRow): Condition {
  return any(wanted.map((text): Condition => ({ is: 'claim', path, pattern: stringPattern(text) })));
}
