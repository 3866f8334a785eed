import { model, pod, policy, says, tcp } from './worlds';
import { portsText } from '../../../src/access/network/port-sets';
import { Workload } from '../../../src/access/workload';

const web = pod('shop/web', { ports: [tcp(8080, 'http')], addresses: ['10.0.0.1'] });
const db = pod('shop/db', { ports: [tcp(5432, 'sql')], addresses: ['10.0.0.2'] });
const DENY = policy('shop/deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
const OPEN_OUT = policy('shop/out', { podSelector: {}, policyTypes: ['Egress'], egress: [{}] });
const fromBlock = (...blocks: object[]) => policy('shop/block', { podSelector: { matchLabels: { app: 'db' } }, ingress: [{ from: blocks.map((ipBlock) => ({ ipBlock })) }] });

describe('whom policies are about', () => {
  test('a pod that no policy selects reaches and is reached', () => {
    expect(says(model([web, db], []), web, db, 1)).toBe(true);
    expect(says(model([web, db], [policy('bar/deny', { podSelector: {} })]), web, db, 1)).toBe(true);
  });

  test('a policy without a selector, or a namespace, is one of every pod of its namespace, or of default', () => {
    expect(says(model([web, db], [policy('shop/deny', {})]), web, db, 1)).toBe(false);
    const other = pod('default/x');
    const nowhere = { ...DENY, object: { ...DENY.object, metadata: { name: 'deny' } } };
    expect(says(model([web, other], [nowhere]), web, other, 1)).toBe(false);
  });

  test('the label of a namespace\'s name is what its name is, whatever a manifest says', () => {
    const peer = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } } };
    const at = model([web, db], [policy('shop/named', { podSelector: {}, ingress: [{ from: [peer] }] })],
      { namespaces: new Map([['shop', { 'kubernetes.io/metadata.name': 'other' }]]) });
    expect(says(at, web, db, 1)).toBe(true);
  });

  test('objects of other kinds are passed over', () => {
    const foreign = { ...DENY, object: { ...DENY.object, apiVersion: 'crd.projectcalico.org/v1' } };
    expect(says(model([web, db], [foreign]), web, db, 1)).toBe(true);
  });

  test('a workload that the world does not show is judged by its labels', () => {
    const stranger = pod('shop/stranger');
    const at = model([web], [DENY]);
    expect(says(at, web, stranger, 1)).toBe(false);
    expect(at.policiesOf(stranger, 'ingress').map(({ ref }) => ref.name)).toEqual(['deny']);
    expect(at.ingressOf(stranger)).toEqual([]);
    expect(model([web], []).ingressOf(stranger).map(({ from }) => from.among)).toEqual([[web]]);
  });
});

describe('named ports', () => {
  const named = policy('shop/named', { podSelector: {}, ingress: [{ ports: [{ port: 'sql' }] }] });

  test('of several containers all count', () => {
    const two = pod('shop/two', { ports: [tcp(1, 'sql'), tcp(2, 'sql'), { name: 'sql', number: 3, protocol: 'UDP' }] });
    expect(portsText(model([web, two], [named]).connections({ workload: web }, { workload: two }).allowed)).toBe('tcp/1-2');
  });

  test('that nobody has seen are unknown at a hypothetical workload', () => {
    const guess = pod('shop/guess', { kind: 'Hypothetical' });
    const { allowed, unknown } = model([web, guess], [named]).connections({ workload: web }, { workload: guess });
    expect([portsText(allowed), portsText(unknown)]).toEqual(['none', 'tcp/all']);
  });

  test('mean nothing where the destination is an address', () => {
    const out = policy('shop/out', { podSelector: {}, policyTypes: ['Egress'], egress: [{ ports: [{ port: 'http' }] }] });
    const { allowed } = model([web], [out]).connections({ workload: web }, { address: '203.0.113.1' });
    expect(portsText(allowed)).toBe('none');
  });
});

describe('blocks of addresses', () => {
  test('match pods by the addresses that they have', () => {
    const at = model([web, db], [fromBlock({ cidr: '10.0.0.0/24', except: ['10.0.0.0/31'] })]);
    expect(says(at, web, db, 1)).toBe(false);
    expect(at.verdict({ from: { address: '10.0.0.9' }, to: { workload: db }, protocol: 'TCP', port: 1 }).allowed).toBe(true);
    // the address of a pod that is known is that pod
    expect(at.verdict({ from: { address: '10.0.0.1' }, to: { address: '10.0.0.2' }, protocol: 'TCP', port: 1 }).allowed).toBe(false);
  });

  test('leave it open for a workload of which only some addresses are inside', () => {
    const mixed = pod('shop/mixed', { kind: 'Deployment', addresses: ['10.0.0.5', '10.9.0.5'] });
    expect(says(model([mixed, db], [fromBlock({ cidr: '10.0.0.0/24' })]), mixed, db, 1)).toBeUndefined();
    expect(says(model([mixed, db], [fromBlock({ cidr: '10.0.0.0/24' }, { cidr: '10.9.0.0/24' })]), mixed, db, 1)).toBe(true);
    expect(says(model([mixed, db], [fromBlock({ cidr: '10.1.0.0/24' })]), mixed, db, 1)).toBe(false);
  });

  test('are asked in the family that both ends have', () => {
    const both = pod('shop/both', { addresses: ['10.0.0.5', 'fd00::5'] });
    expect(says(model([both, db], [fromBlock({ cidr: '10.0.0.0/24' })]), both, db, 1)).toBe(true);
    const fresh = { ...db, addresses: ['fd00::2'] };
    expect(says(model([both, fresh], [fromBlock({ cidr: '10.0.0.0/24' })]), both, fresh, 1)).toBe(false);
  });

  describe('and a pod without a known address', () => {
    const nowhere = pod('shop/nowhere');

    test('leave it open, unless they hold every address or none that pods may have', () => {
      expect(says(model([nowhere, db], [fromBlock({ cidr: '10.0.0.0/8' })]), nowhere, db, 1)).toBeUndefined();
      const fresh = { ...db, addresses: [] };
      expect(says(model([nowhere, fresh], [fromBlock({ cidr: '0.0.0.0/0' })]), nowhere, fresh, 1)).toBeUndefined();
      expect(says(model([nowhere, fresh], [fromBlock({ cidr: '0.0.0.0/0' }, { cidr: '::/0' })]), nowhere, fresh, 1)).toBe(true);
      expect(says(model([nowhere, db], [fromBlock({ cidr: '0.0.0.0/0' })]), nowhere, db, 1)).toBe(true);
    });

    test('are decided where it is known which addresses pods have', () => {
      const at = (podAddresses: string[], cidr: string) => {
        return says(model([nowhere, db], [fromBlock({ cidr })], { podAddresses }), nowhere, db, 1);
      };
      expect([at(['10.0.0.0/16'], '10.0.0.0/8'), at(['10.0.0.0/16'], '192.168.0.0/16'), at(['10.0.0.0/16'], '10.0.0.0/17')]).toEqual([true, false, undefined]);
      expect(at([], '0.0.0.0/0')).toBe(false);
    });

    test('do not matter where another rule decides', () => {
      const pods = policy('shop/pods', { podSelector: {}, ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80 }] }] });
      const at = model([nowhere, db], [fromBlock({ cidr: '10.0.0.0/8' }), pods]);
      expect([80, 81].map((port) => says(at, nowhere, db, port))).toEqual([true, undefined]);
    });
  });
});

describe('traffic that policies do not touch', () => {
  test('is that of a pod with itself, but not that of two pods of one workload', () => {
    expect(says(model([db], [DENY]), db, db, 1)).toBe(true);
    const set: Workload = { ...db, kind: 'StatefulSet' };
    expect(says(model([set], [DENY]), set, set, 1)).toBe(false);
  });

  test('is that of the node of a pod', () => {
    const { allowed, steps } = model([db], [DENY]).verdict({ from: { nodeLocal: true }, to: { workload: db }, protocol: 'TCP', port: 1 });
    expect([allowed, steps.map(({ outcome, text }) => `${outcome}: ${text}`)])
      .toEqual([true, ['pass: a pod always accepts connections from the node it runs on']]);
  });

  test('is that between addresses outside', () => {
    expect(model([db], [DENY]).verdict({ from: { address: '192.0.2.1' }, to: { address: '192.0.2.2' }, protocol: 'UDP', port: 1 }).allowed).toBe(true);
  });
});

describe('pods in the network of their node', () => {
  const agent = pod('shop/agent', { hostNetwork: true, addresses: ['192.0.2.1'] });

  test('pass where every plugin lets them pass, and otherwise it is open', () => {
    expect(says(model([agent, db], []), agent, db, 1)).toBe(true);
    expect(says(model([agent, db], [DENY]), agent, db, 1)).toBeUndefined();
    expect(says(model([agent, db], [DENY]), db, agent, 1)).toBeUndefined();
  });

  test('are a pod for some plugins and an address for others', () => {
    const peers = [{ podSelector: {} }, { ipBlock: { cidr: '192.0.2.0/24' } }];
    const admits = (from: object[]) => says(model([agent, db], [policy('shop/in', { podSelector: {}, ingress: [{ from }] })]), agent, db, 1);
    expect([admits([peers[0]]), admits([peers[1]]), admits(peers)]).toEqual([undefined, true, true]);
  });
});

describe('policies that the API server refuses', () => {
  const broken = (spec: object) => policy('shop/broken', { podSelector: { matchLabels: { app: 'db' } }, ...spec });

  test.each([
    [{ ingress: [{ ports: [{ port: 0 }] }] }, 'ingress[0].ports[0].port'],
    [{ ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.1/8' } }] }] }, 'ingress[0].from[0].ipBlock.cidr'],
    [{ ingress: [{ from: [{}] }] }, 'ingress[0].from[0]'],
    [{ ingress: 'all' }, 'ingress'],
    [{ policyTypes: ['ingress'] }, 'policyTypes'],
    [{ ingres: [] }, 'spec.ingres'],
  ])('leave what they select open, and say why: %j', (spec, field) => {
    const { allowed, steps } = model([web, db], [broken(spec)]).verdict({ from: { workload: web }, to: { workload: db }, protocol: 'TCP', port: 1 });
    expect(allowed).toBeUndefined();
    expect(steps).toContainEqual(expect.objectContaining({ outcome: 'unknown', where: 'destination', clause: field }));
    expect(steps.map(({ text }) => text).join()).toContain('NetworkPolicy shop/broken is refused by the API server');
  });

  test('change nothing for others, for other directions, and for what a sound policy lets pass', () => {
    const at = model([web, db], [broken({ ingress: [{ ports: [{ port: 0 }] }] }), policy('shop/in', { podSelector: {}, ingress: [{ ports: [{ port: 80 }] }] })]);
    expect([80, 81].map((port) => says(at, db, web, port))).toEqual([true, false]);
    expect([80, 81].map((port) => says(at, web, db, port))).toEqual([true, undefined]);
  });

  test('with an unreadable selector may select anybody of the namespace', () => {
    const at = model([web, db, pod('bar/x')], [policy('shop/broken', { podSelector: 'db' })]);
    expect([says(at, db, web, 1), says(at, web, pod('bar/x'), 1)]).toEqual([undefined, true]);
  });

  test.each([undefined, null, 'x', 7, [], { podSelector: 7 }, { ingress: [7, null, []] }, { egress: [{ to: 'x', ports: 'y' }] }, { policyTypes: 'Ingress' },
    { ingress: [{ from: [null, 7, { ipBlock: 7 }, { ipBlock: { cidr: 7, except: 'x' } }], ports: [null, 7, { port: {}, endPort: [] }] }] }])(
    'never crash the model: %j', (spec) => {
      const at = model([web, db], [policy('shop/odd', spec)]);
      expect(() => [says(at, web, db, 1), at.edges()]).not.toThrow();
    });
});

describe('the trail', () => {
  const steps = (policies: ReturnType<typeof policy>[], port = 8080) => model([web, db], policies)
    .verdict({ from: { workload: web }, to: { workload: db }, protocol: 'TCP', port }).steps
    .map(({ where, outcome, object, rule, clause, text }) => [where, outcome, object?.name, rule, clause, text]);

  test('says on each side what lets a connection pass', () => {
    const rules = [{ from: [{ podSelector: { matchLabels: { app: 'x' } } }] }, { from: [{ namespaceSelector: {} }, { podSelector: { matchLabels: { app: 'web' } } }] }];
    expect(steps([policy('shop/in', { podSelector: {}, ingress: rules })])).toEqual([
      ['source', 'pass', undefined, undefined, undefined, 'no policy restricts egress of shop/web'],
      ['destination', 'pass', 'in', 1, 'ingress[1].from[0]', 'NetworkPolicy shop/in lets it pass: ingress[1].from[0] matches pods of every namespace'],
    ]);
  });

  test('says of a refusal what every policy lacks, the nearest one first', () => {
    const policies = [
      DENY, OPEN_OUT,
      policy('shop/a-other', { podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels: { app: 'api' } } }] }] }),
      policy('shop/b-port', { podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ port: 5432 }] }] }),
      policy('shop/c-space', { podSelector: {}, ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'a' } } }] }] }),
    ];
    expect(steps(policies).slice(1)).toEqual([
      ['destination', 'refuse', 'b-port', 0, 'ingress[0].ports', 'NetworkPolicy shop/b-port: ingress[0].ports is not open for TCP 8080'],
      ['destination', 'refuse', 'a-other', 0, 'ingress[0].from[0]', 'NetworkPolicy shop/a-other: ingress[0].from[0].podSelector wants app=api, which shop/web has not'],
      ['destination', 'refuse', 'c-space', 0, 'ingress[0].from[0]', 'NetworkPolicy shop/c-space: ingress[0].from[0] wants a namespace with team=a, not shop'],
      ['destination', 'refuse', 'deny', undefined, undefined, 'NetworkPolicy shop/deny has no ingress rule, which lets nothing pass'],
    ]);
  });

  test('says which address would pass and which would not', () => {
    const nowhere = pod('shop/nowhere');
    const said = model([nowhere, db], [fromBlock({ cidr: '10.0.0.0/8' })]).verdict({ from: { workload: nowhere }, to: { workload: db }, protocol: 'TCP', port: 1 });
    expect(said.steps.map(({ text }) => text)).toContain('it depends on what the source looks like: 10.0.0.0 would pass, 0.0.0.0 would not');
  });
});
