import { answerQuery } from '../../../src/access/cases/access-case';
import { RowResult } from '../../../src/access/cases/case-file';
import { snapshotOfCase } from '../../../src/access/cases/world-of-case';
import { AccessModel } from '../../../src/access/model/access-model';
import { Step } from '../../../src/access/question';

/** Small worlds for questions: pods are named, objects are written as they stand in manifests. */

export interface SmallWorld {
  readonly mesh?: object;
  readonly objects?: readonly object[];
  readonly workloads: readonly object[];
}

export interface Answer {
  readonly verdict: string;
  readonly reason: string;
  readonly trail: readonly Step[];
  readonly ifProvidersAgree?: readonly string[];
}

/** A pod: `shop/web` with the label app=web, the account web and an address of its own. */
export function pod(id: string, mode: string, more: object = {}): object {
  const [namespace, name] = id.split('/');
  const last = 1 + ([...id].reduce((sum, character) => sum + character.charCodeAt(0), 0) % 250);
  return { id, namespace, name, labels: { app: name }, serviceAccount: name, ip: `10.0.0.${last}`, mode, ports: [], ...more };
}

/** An object of Istio; `kind` tells its group. */
export function istio(kind: string, id: string, spec: object, metadata: object = {}): object {
  const [namespace, name] = id.split('/');
  const security = ['AuthorizationPolicy', 'PeerAuthentication', 'RequestAuthentication'].includes(kind);
  return { apiVersion: `${security ? 'security' : 'networking'}.istio.io/v1`, kind, metadata: { name, namespace, ...metadata }, spec };
}

export function networkPolicy(id: string, spec: object): object {
  const [namespace, name] = id.split('/');
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, namespace }, spec };
}

/** A Service before the pods with the label app. */
export function service(id: string, ports: readonly object[], spec: object = {}, labels: object = {}): object {
  const [namespace, name] = id.split('/');
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace, labels }, spec: { clusterIP: '10.96.0.1', selector: { app: name }, ports, ...spec } };
}

/** A request of a browser or another service. */
export const GET = { method: 'GET', path: '/', host: 'shop.example' };

/** What the model says of one query, written as in a case file. */
export function ask(world: SmallWorld, query: object): Answer {
  const model = new AccessModel(snapshotOfCase({ name: 'small', kind: 'access', objects: [], ...world } as never));
  return answerQuery(model, { conn: { mtls: 'auto', via: 'service' }, ...query } as never, 0) as RowResult & Answer;
}

/** The steps of a trail in short: what each layer did, by which object. */
export function stepsOf({ trail }: Answer): string[] {
  return trail.map(({ layer, where, outcome, object, rule, clause }) => [
    layer, where, outcome, ...(object === undefined ? [] : [`${object.kind} ${object.namespace}/${object.name}`]),
    ...(rule === undefined ? [] : [`rule ${rule}`]), ...(clause === undefined ? [] : [clause]),
  ].join(' '));
}
