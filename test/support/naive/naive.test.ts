import { clusterTls, endpointTls } from './client';
import { NaiveEnd, naiveNetwork } from './network-policy';
import { ambientCases, clientCases, EXTERNALS, networkCases, policyCases, PORTS, recorded, unpackedRows } from './recorded';
import { naiveVerdict } from './verdict';
import { NaiveQuery, NaiveWorld, NotModelled, RefusedByProxy } from './world';
import { matchesPolicy, plaintextIsDenied } from './ztunnel';
import { boundTo, ZtunnelMatch, ZtunnelPolicy, ztunnelPolicies } from './ztunnel-policies';

/** What no verdict is given for, and why; a verdict for one of them, or none for another, fails. */
const NOT_MODELLED: Record<string, string> = {
  'gateways/edge-profile': 'profiles of connections answer with 307, which is no verdict about access',
  'gateways/claim-in-a-route': 'routes by claims of a token: routing is not what policies grant',
  'gateways-https/redirect-to-https': 'a redirection answers with 301, which is no verdict about access',
};

/** Hosts outside of the mesh are told from Services by a registry, which the naive client does not keep. */
const NOT_MODELLED_OF_CLIENTS: Record<string, string> = {
  'external/inside-the-mesh': 'endpoints of ServiceEntries that are inside of the mesh, with labels of their own',
};

/** What proxies do with request targets and headers before policies are asked; the random worlds hold nothing of it. */
const LEFT_TO_THE_REPLAY = 'targets';

const groupOf = (id: string) => id.replace(/#\d+$/, '');

function answer(world: NaiveWorld, query: NaiveQuery): string {
  try {
    return naiveVerdict(world, query);
  } catch (error) {
    if (error instanceof RefusedByProxy) {
      return 'rejected';
    }
    if (error instanceof NotModelled) {
      return 'not modelled';
    }
    throw error;
  }
}

/** What the recordings call a verdict; a banner of the server before the refusal is a refusal. */
function inOurWords(verdict: string): string {
  if (/^\d+$/.test(verdict)) {
    return `http-${verdict}`;
  }
  return verdict === 'reset' || verdict === 'banner-reset' ? 'connection-reset' : verdict;
}

describe('the naive evaluator before recorded engines', () => {
  test('says of every recorded request what Envoy did with it', async () => {
    const said = Object.fromEntries(Object.entries(recorded('policies')).filter(([id]) => !id.startsWith(`${LEFT_TO_THE_REPLAY}/`)));
    const cases = (await policyCases()).filter(({ id }) => !id.startsWith(`${LEFT_TO_THE_REPLAY}/`));
    const skipped = new Set<string>();
    const wrong = cases.flatMap(({ id, world, queries }) => {
      const verdicts: string[] = said[id].split(' ');
      return queries.flatMap((query, i) => {
        const expected = inOurWords(verdicts.length === 1 && verdicts[0] === 'rejected' ? 'rejected' : verdicts[i]);
        const own = answer(world, query);
        if (own === 'not modelled') {
          skipped.add(groupOf(id));
        }
        return own === 'not modelled' || own === expected ? [] : [`${id}[${i}] is ${own}, Envoy: ${expected}`];
      });
    });
    expect(wrong).toEqual([]);
    expect([...skipped].sort()).toEqual(Object.keys(NOT_MODELLED).sort());
    expect(cases.map(({ id }) => id).sort()).toEqual(Object.keys(said).sort());
  });

  test('lets the same pairs through as two engines of NetworkPolicy', () => {
    const said = recorded('network-policies');
    const cases = networkCases();
    const wrong = cases.flatMap(({ id, world }, i) => differingRows(world, said[id], i).map((row) => `${id} ${row}`));
    expect(wrong).toEqual([]);
    expect(cases.map(({ id }) => id).sort()).toEqual(Object.keys(said).sort());
  });

  test('sends ztunnel the same policies as istiod, bound to the same workloads', () => {
    const said = recorded('ambient');
    for (const { id, world } of ambientCases()) {
      const theirs = said[id].policies.filter(({ name }: any) => !isConverted(name)).map(readPolicy);
      const own = ztunnelPolicies(world).map(({ selector, ...policy }) => policy);
      expect([id, byName(own)]).toEqual([id, byName(theirs)]);
      expect([id, boundOf(world)]).toEqual([id, theirBound(said[id].bound)]);
    }
  });

  test('denies plaintext where ztunnel does, by what istiod makes of PeerAuthentications', () => {
    const said = recorded('ambient');
    for (const { id, world } of ambientCases()) {
      for (const workload of world.workloads) {
        for (const port of [8080, 9090, 7070, 6060, 1234]) {
          const bound: string[] = (said[id].bound[workload.id] ?? []).filter((name: string) => isConverted(name.split('/')[1]));
          const theirs = said[id].policies.filter(({ namespace, name }: any) => bound.includes(`${namespace}/${name}`)).map(readPolicy);
          const denied = theirs.some((policy: ZtunnelPolicy) => matchesPolicy(policy, { sourceIp: '10.9.9.9', ip: workload.ip, port }));
          expect([id, workload.id, port, plaintextIsDenied(world, workload, port)]).toEqual([id, workload.id, port, denied]);
        }
      }
    }
  });

  test('does as the proxy of a client does', () => {
    const said = recorded('client-tls');
    const skipped = new Set<string>();
    for (const { id, world, host, port, subset } of clientCases()) {
      if (groupOf(id) in NOT_MODELLED_OF_CLIENTS) {
        skipped.add(groupOf(id));
      } else {
        const external = !host.endsWith('.svc.cluster.local');
        const [client, server] = world.workloads;
        const destination = { host, namespace: external ? 'foo' : 'bar', port, external, subset };
        const endpoints = external ? said[id].endpoints.map(() => clusterTls(world, client, destination))
          : said[id].endpoints.map(() => endpointTls(world, client, destination, server, port === 80 ? 8080 : port));
        expect([id, clusterTls(world, client, destination), endpoints]).toEqual([id, said[id].tls, said[id].endpoints]);
      }
    }
    expect([...skipped].sort()).toEqual(Object.keys(NOT_MODELLED_OF_CLIENTS).sort());
  });
});

/** One source of so many is asked in each world, another one in the next: all of them would take most of a minute on a busy machine. */
const EVERY = 5;

/** Sources whose row is another one than the engines recorded, with the port. */
function differingRows(world: NaiveWorld, said: Record<string, Record<string, string>>, first: number): string[] {
  const pods: readonly NaiveEnd[] = world.workloads;
  const outside: readonly NaiveEnd[] = EXTERNALS.map((ip: string) => ({ ip }));
  const ends = { inside: [[...pods, ...outside], pods], outside: [pods, outside] };
  return Object.entries(ends).flatMap(([name, [sources, destinations]]) => PORTS.flatMap(({ port, protocol }: any) => {
    const rows = unpackedRows(said[name][`${protocol}/${port}`]);
    expect(rows).toHaveLength(sources.length);
    return sources.flatMap((from, i) => {
      const row = () => destinations.map((to) => (naiveNetwork(world, from, to, protocol, port) ? '1' : '0')).join('');
      return (i + first) % EVERY > 0 || row() === rows[i] ? [] : [`${name} ${protocol}/${port} from ${from.ip}`];
    });
  }));
}

function isConverted(name: string): boolean {
  return /^(istio_converted_static_strict$|converted_peer_authentication_)/.test(name);
}

/** A policy as istiod sends it, in the words of the naive evaluator. */
function readPolicy({ name, namespace, scope, action, groups }: any): ZtunnelPolicy {
  return {
    name,
    namespace,
    scope: scope ?? 'GLOBAL',
    action: action ?? 'ALLOW',
    groups: (groups ?? []).map(({ rules }: any) => (rules ?? []).map(({ matches }: any) => matches.map(readMatch))),
  };
}

function readMatch(match: any): ZtunnelMatch {
  return Object.fromEntries(Object.entries<any[]>(match).map(([field, values]) => [field, values.map(readValue)]));
}

function readValue(value: any): string {
  if (typeof value !== 'object') {
    return String(value);
  }
  if ('address' in value) {
    return `${addressText(Buffer.from(value.address, 'base64'))}/${value.length ?? 0}`;
  }
  if ('serviceAccount' in value) {
    return `${value.namespace}/${value.serviceAccount}`;
  }
  const { exact, prefix, suffix } = value;
  return exact ?? (prefix === undefined ? `*${suffix ?? ''}` : `${prefix}*`);
}

function addressText(bytes: Buffer): string {
  return bytes.length === 4 ? [...bytes].join('.') : bytes.toString('hex');
}

/** Addresses and patterns in the one form that both can be compared in. */
function canonical(value: string): string {
  const [address, length] = value.split('/');
  if (/^[0-9.]+$/.test(address)) {
    return `${address}/${length ?? 32}`;
  }
  if (/^2001:db8::/.test(address)) {
    return `20010db8${'0'.repeat(23)}${address.endsWith('1') ? 1 : 0}/${length ?? 128}`;
  }
  return value;
}

function byName(policies: Pick<ZtunnelPolicy, 'name' | 'namespace' | 'groups'>[]): unknown[] {
  const readable = policies.map((policy) => ({
    ...policy,
    groups: policy.groups.map((clauses) => clauses.map((matches) => matches.map((match) => Object.fromEntries(
      Object.entries(match).map(([field, values]) => [field, /Ips$/.test(field) ? values.map(canonical) : values]))))),
  }));
  return readable.sort((a, b) => (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1));
}

function boundOf(world: NaiveWorld): Record<string, string[]> {
  const all = world.workloads.map((workload): [string, string[]] => [workload.id, ztunnelPolicies(world)
    .filter((policy) => boundTo(world, policy, workload)).map(({ namespace, name }) => `${namespace}/${name}`).sort()]);
  return Object.fromEntries(all.filter(([, names]) => names.length > 0));
}

function theirBound(bound: Record<string, string[]>): Record<string, string[]> {
  const own = (names: string[]) => names.filter((name) => !isConverted(name.split('/')[1])).sort();
  const all = Object.entries(bound).map(([id, names]): [string, string[]] => [id, own(names)]);
  return Object.fromEntries(all.filter(([, names]) => names.length > 0));
}

