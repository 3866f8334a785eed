import { agrees, questionOf } from '../../src/access/cases/access-case';
import { snapshotOfCase } from '../../src/access/cases/world-of-case';
import { AccessModel } from '../../src/access/model/access-model';
import { servicePortsOf } from '../support/naive/ports';
import { naiveVerdict } from '../support/naive/verdict';
import { NaiveQuery, NaiveToken, NaiveWorld, NotModelled, RefusedByProxy } from '../support/naive/world';

/** One question put to the access model and to the naive evaluator, and whether they say the same. */

export interface Compared {
  readonly naive: string;
  readonly verdict: string;
  readonly reason: string;
  readonly outcome: 'same' | 'different' | 'unknown' | 'not modelled';
}

/** What the model may not know, because no object tells; everything else has an answer. */
const MAY_BE_UNKNOWN: readonly RegExp[] = [
  /^of several PeerAuthentications of one level the oldest counts, and nothing tells which is the oldest$/,
  /^rules of one issuer disagree, and which of them is asked is chance$/,
  /^DestinationRule \S+ says (SIMPLE|MUTUAL); whether the server speaks TLS is not shown$/,
];

/** A world that both have read. */
export class BothReadings {
  private readonly model: AccessModel;

  public constructor(private readonly world: NaiveWorld) {
    this.model = new AccessModel(snapshotOfCase({ name: 'random', kind: 'access', queries: [], ...world } as never));
  }

  public compare(asked: NaiveQuery): Compared {
    const query = plainly(this.world, asked);
    const question = questionOf(this.model.world, query as never);
    if (typeof question === 'string') {
      throw new Error(question);
    }
    const { verdict, reason } = this.model.verdict(question);
    const naive = naively(this.world, query);
    if (naive === 'not modelled') {
      return { naive, verdict, reason, outcome: 'not modelled' };
    }
    if (verdict === 'unknown') {
      const isFair = naive === 'rejected' ? /^Envoy does not take the configuration/.test(reason) : MAY_BE_UNKNOWN.some((known) => known.test(reason));
      return { naive, verdict, reason, outcome: isFair ? 'unknown' : 'different' };
    }
    return { naive, verdict, reason, outcome: agrees(naive, verdict) ? 'same' : 'different' };
  }
}

function naively(world: NaiveWorld, query: NaiveQuery): string {
  try {
    return naiveVerdict(world, query);
  } catch (error) {
    if (error instanceof NotModelled) {
      return 'not modelled';
    }
    if (error instanceof RefusedByProxy) {
      return 'rejected';
    }
    throw error;
  }
}

/** The query with all that each of both would otherwise add in its own way. */
function plainly(world: NaiveWorld, query: NaiveQuery): NaiveQuery {
  const { conn, http } = query;
  const principal = conn.principal === '' ? 'cluster.local/ns/foo/sa/a' : conn.principal;
  const sni = conn.mtls === true ? conn.sni ?? `outbound_.${query.to.servicePort ?? query.to.port}_._.w.foo.svc.cluster.local` : conn.sni;
  return withoutStrangeService(world, {
    ...query,
    conn: { ...conn, ...(principal === undefined ? {} : { principal }), ...(sni === undefined ? {} : { sni }) },
    ...(http === undefined ? {} : { http: { ...http, tokens: (http.tokens ?? []).map(inPlace) } }),
  });
}

const USUAL_PLACES = { header: 'Authorization', query: 'access_token', cookie: 'token' };

/** A token with the name of its place; one that is out of date says so itself. */
function inPlace(token: NaiveToken): NaiveToken {
  const { in: place, state, claims, name, prefix = place === 'header' && name === undefined ? 'Bearer ' : undefined } = token;
  return {
    ...token,
    name: name ?? USUAL_PLACES[place],
    ...(prefix === undefined ? {} : { prefix }),
    claims: state === 'expired' ? { ...claims, exp: 1 } : claims,
  };
}

/** A port of a Service that does not lead to the pod is none that the pod can be called by. */
function withoutStrangeService(world: NaiveWorld, query: NaiveQuery): NaiveQuery {
  const { servicePort, ...to } = query.to;
  const workload = world.workloads.find(({ id }) => id === to.workload);
  const leads = workload === undefined || servicePortsOf(world, workload, to.port).some(({ port }) => port.port === servicePort);
  return servicePort === undefined || leads ? query : { ...query, to, conn: { ...query.conn, via: 'pod-ip' } };
}
