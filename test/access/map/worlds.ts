import { AccessModel } from '../../../src/access/model/access-model';
import { readText } from '../../../src/access/reading/read';
import { snapshotOf } from '../../../src/access/snapshot/snapshot';

/** A model of manifests that are written as YAML. */
export function modelOf(...documents: string[]): AccessModel {
  return new AccessModel(snapshotOf(readText(documents.join('\n---\n')).manifests));
}

/** A namespace whose pods get sidecars and mutual TLS. */
export function meshed(name: string, mode = 'STRICT'): string {
  return `
apiVersion: v1
kind: Namespace
metadata: { name: ${name}, labels: { istio-injection: enabled } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: ${name} }
spec: { mtls: { mode: ${mode} } }`;
}

/** A Deployment with its own account, and a Service for a port. */
export function app(namespace: string, name: string, port = 8080, protocol = 'http'): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  template:
    metadata: { labels: { app: ${name} } }
    spec: { serviceAccountName: ${name}, containers: [{ name: app, ports: [{ containerPort: ${port} }] }] }
---
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: ${namespace} }
spec: { selector: { app: ${name} }, ports: [{ name: ${protocol}, port: 80, targetPort: ${port} }] }`;
}

/** A NetworkPolicy or AuthorizationPolicy. */
export function policy(kind: 'NetworkPolicy' | 'AuthorizationPolicy' | 'RequestAuthentication', namespace: string, name: string, spec: unknown): string {
  const version = kind === 'NetworkPolicy' ? 'networking.k8s.io/v1' : 'security.istio.io/v1';
  return JSON.stringify({ apiVersion: version, kind, metadata: { name, namespace }, spec });
}

export const SELECT = (name: string) => ({ selector: { matchLabels: { app: name } } });

export const IDENTITY = (namespace: string, account: string) => `cluster.local/ns/${namespace}/sa/${account}`;
