import * as path from 'node:path';
import { conditionOf } from './row-conditions';
import { compileAuthorization, proxyOf } from '../../../src/access/authorization/compile';
import { all, any, Condition, not } from '../../../src/access/condition';
import { Gate, gateOf, namedPrincipals, Seen } from '../../../src/access/map/proxy-gate';
import { Requests } from '../../../src/access/map/requests';
import { requestsOf } from '../../../src/access/map/rows';
import { bounded, junction } from '../../../src/access/map/settle';
import { MeshSettings } from '../../../src/access/mesh-settings';
import { KubeObject } from '../../../src/access/objects';
import { RequestDimensions } from '../../../src/access/relation/dimensions';
import { solve } from '../../../src/access/relation/solve';
import { tokenWorlds } from '../../../src/access/relation/token-worlds';
import { meshSettings, completeMesh } from '../../../src/access/snapshot/mesh-config';
import { snapshotOf } from '../../../src/access/snapshot/snapshot';
import { CASES } from '../authorization/recorded-cases';

const ROOT = path.join(__dirname, '../../..');
const { filled } = jest.requireActual<any>(path.join(ROOT, 'oracle/lib/cases'));
const { objectsOf, targetOf } = jest.requireActual<any>(path.join(ROOT, 'oracle/lib/policy-case'));

const ADDRESS = '127.88.0.1';

interface Described {
  readonly text: string;
  readonly mesh: MeshSettings;
  readonly gate: Gate;
}

/** What the policies of a case ask of requests by everybody whom they name, and of nobody. */
async function described(written: any): Promise<Described[]> {
  const one = filled(written, { address: ADDRESS });
  const target = targetOf(one, ADDRESS);
  const objects: KubeObject[] = await objectsOf(one, target, async () => '{"keys":[{"kty":"RSA"}]}');
  const mesh = completeMesh(meshSettings({ ...one.common.mesh, ...one.mesh }), {});
  const workload = { ...target, id: 'w', kind: 'Pod', annotations: {}, addresses: [ADDRESS], hostNetwork: false, mode: target.kind, ports: [] };
  const snapshot = snapshotOf(objects.map((object) => ({ object, origin: {} })), { mesh, workloads: [workload], hypothetical: false });
  const { http, refusals } = compileAuthorization(snapshot, proxyOf(workload));
  const named = [...http.deny, ...http.allow ?? []].flatMap(({ condition }) => principalsIn(condition));
  const clients = [undefined, 'spiffe://cluster.local/ns/foo/sa/somebody', ...new Set(named)].slice(0, 4);
  const kind = target.kind === 'gateway' || target.kind === 'waypoint' ? target.kind : 'sidecar';
  return refusals.length > 0 ? [] : clients.map((principal) => {
    const seen: Seen = { principal, peers: ['127.0.0.1'], destinations: [ADDRESS], port: target.ports[0].number, kind, numTrustedProxies: mesh.numTrustedProxies };
    return { text: `${one.id} from ${principal}`, mesh, gate: gateOf(http, 'http', seen) };
  });
}

function principalsIn(condition: Condition): readonly string[] {
  return condition.is === 'all' || condition.is === 'any' ? condition.of.flatMap(principalsIn) : condition.is === 'not' ? principalsIn(condition.of)
    : namedPrincipals(condition) ?? [];
}

/** A request on which the description and the condition do not agree. */
function difference(requests: Exclude<Requests, 'conditional'>, { gate, mesh }: Described, well: boolean): unknown {
  const admitted = bounded(gate.admitted, well);
  const is = all([admitted, not(any(gate.refused.map((one) => bounded(one, !well))))]);
  const said = conditionOf(requests, mesh);
  return tokenWorlds(gate.tokens).map((world) => {
    const dimensions = new RequestDimensions(mesh);
    const differs = any([all([is, not(said)]), all([said, not(is)])]);
    return solve(all([world.within(differs), world.within(world.accepted)]), (leaf) => dimensions.of(leaf)).found;
  }).find((found) => found !== undefined);
}

test('requests that are described by rows are exactly those that the policies of the recorded cases let pass', async () => {
  const cases = (await Promise.all(CASES.map(described))).flat();
  const wrong: string[] = [];
  let [rows, conditional] = [0, 0];
  const seen = new Set<string>();
  for (const one of cases) {
    const text = JSON.stringify([one.gate, one.mesh], (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    if (!seen.has(text)) {
      seen.add(text);
      for (const well of [false, true]) {
        const refused = one.gate.refused.map((condition) => bounded(condition, !well));
        const requests = requestsOf(junction('all', [bounded(one.gate.admitted, well)]), refused, { mesh: one.mesh, tokens: one.gate.tokens });
        if (requests === 'conditional') {
          conditional += 1;
        } else {
          rows += 1;
          const found = difference(requests, one, well);
          if (found !== undefined) {
            wrong.push(`${one.text}: ${JSON.stringify(requests)} differs at ${JSON.stringify([...found as Map<string, unknown>])}`);
          }
        }
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(rows).toBeGreaterThan(1000);
  expect(conditional / (rows + conditional)).toBeLessThan(0.05);
});
