import { loadAll } from 'js-yaml';
import { KubeObject, refText } from '../../src/access/objects';
import { snapshotOf, SnapshotOptions } from '../../src/access/snapshot/snapshot';
import { Rule } from '../../src/checks/rule';

/** The objects of a YAML text. */
export function objectsOf(yaml: string): KubeObject[] {
  return loadAll(yaml).filter((object) => object !== null) as KubeObject[];
}

/** What a rule finds in the objects of a YAML text: `Kind namespace/name path`. */
export function found(rule: Rule, yaml: string, options: SnapshotOptions = {}): string[] {
  return findings(rule, yaml, options).map(({ object, path }) => `${refText(object)} ${path}`);
}

export function findings(rule: Rule, yaml: string, options: SnapshotOptions = {}) {
  return rule.find(snapshotOf(objectsOf(yaml).map((object) => ({ object, origin: {} })), options));
}

/** A namespace whose pods get a sidecar. */
export function meshed(name: string): string {
  return `---\n{apiVersion: v1, kind: Namespace, metadata: {name: ${name}, labels: {istio-injection: enabled}}}\n`;
}

/** A pod with the label `app`. */
export function pod(namespace: string, name: string, more = ''): string {
  return `---\n{apiVersion: v1, kind: Pod, metadata: {name: ${name}, namespace: ${namespace}, labels: {app: ${name}}${more}}, spec: {containers: [{name: a, image: a}]}}\n`;
}

/** A Service for the pods of that label. */
export function service(namespace: string, name: string, ports = '[{name: http, port: 80}]'): string {
  return `---\n{apiVersion: v1, kind: Service, metadata: {name: ${name}, namespace: ${namespace}}, spec: {selector: {app: ${name}}, ports: ${ports}}}\n`;
}

export function authorization(namespace: string, name: string, spec: string): string {
  return `---\n{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: ${name}, namespace: ${namespace}}, spec: ${spec}}\n`;
}

export function peers(namespace: string, name: string, spec: string): string {
  return `---\n{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: ${name}, namespace: ${namespace}}, spec: ${spec}}\n`;
}

export function networking(kind: string, namespace: string, name: string, spec: string): string {
  return `---\n{apiVersion: networking.istio.io/v1, kind: ${kind}, metadata: {name: ${name}, namespace: ${namespace}}, spec: ${spec}}\n`;
}

/** A DestinationRule that says a mode of TLS. */
export function tls(namespace: string, name: string, host: string, mode: string): string {
  return networking('DestinationRule', namespace, name, `{host: '${host}', trafficPolicy: {tls: {mode: ${mode}}}}`);
}
