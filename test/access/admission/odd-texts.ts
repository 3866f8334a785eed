import * as fs from 'node:fs';
import * as path from 'node:path';
import type { KubeObject } from '../../../src/access/objects';

/** Objects with an odd text in them, by what the text is. */
export const ODD_TEXTS: Record<string, (text: string) => KubeObject[]> = {
  regex: (text) => [route({ match: [{ uri: { regex: text } }] })],
  expression: (text) => [object('telemetry.istio.io/v1', 'Telemetry', { accessLogging: [{ filter: { expression: text } }] })],
  url: (text) => [rule({ jwksUri: text }), object('extensions.istio.io/v1alpha1', 'WasmPlugin', { url: text })],
  duration: (text) => [rule({ timeout: text }), route({ timeout: text }), route({ retries: { attempts: 1, perTryTimeout: text } })],
  host: (text) => [
    entry({ hosts: [text] }), entry({ hosts: ['a.example'], addresses: [text] }),
    object('networking.istio.io/v1', 'Gateway', { servers: [{ port: { number: 80, name: 'a', protocol: 'HTTP' }, hosts: [text] }] }),
    route({}, { hosts: [text] }), route({}, { hosts: [text], gateways: ['g'] }), route({}, { gateways: [text] }),
    route({ route: [{ destination: { host: text } }] }), route({}, { exportTo: [text] }), sidecar({ egress: [{ hosts: [text] }] }),
    sidecar({ ingress: [{ port: { number: 80 }, defaultEndpoint: text }] }), sidecar({ ingress: [{ port: { number: 80 }, bind: text }] }),
  ],
  headerValue: (text) => [route({ headers: { request: { set: { 'x-a': text } } } })],
  retryOn: (text) => [route({ retries: { attempts: 1, retryOn: text } })],
  headerName: (text) => [
    route({ match: [{ headers: { [text]: { exact: 'a' } } }] }), route({ match: [{ headers: { [text]: { exact: 'a' } } }] }, { gateways: ['g'] }),
    route({ headers: { request: { set: { [text]: 'a' } } } }), route({ headers: { request: { remove: [text] } } }),
    route({ headers: { response: { add: { [text]: 'a' } } } }), route({ corsPolicy: { allowHeaders: [text] } }),
    route({ headers: { request: { set: { [text]: 'a' } } }, rewrite: { authority: 'x' } }),
  ],
  jwks: (text) => [rule({ jwks: text })],
};

/** What istiod's webhook and its validator of definitions said of them: `a`ccepted, `w`arned, `r`efused, one letter each. */
export function recordedTexts(): Record<string, [text: string, ...verdicts: string[]][]> {
  return JSON.parse(fs.readFileSync(path.join(__dirname, 'recorded-texts.json'), 'utf8')).texts;
}

function object(apiVersion: string, kind: string, spec: object): KubeObject {
  return { apiVersion, kind, metadata: { name: 'a', namespace: 'foo' }, spec };
}

function route(http: object, spec: object = {}): KubeObject {
  return object('networking.istio.io/v1', 'VirtualService', { hosts: ['a.example'], http: [{ route: [{ destination: { host: 'a' } }], ...http }], ...spec });
}

function rule(jwtRule: object): KubeObject {
  return object('security.istio.io/v1', 'RequestAuthentication', { jwtRules: [{ issuer: 'i', ...jwtRule }] });
}

function entry(spec: object): KubeObject {
  return object('networking.istio.io/v1', 'ServiceEntry', { ports: [{ number: 443, name: 'tls', protocol: 'TLS' }], resolution: 'NONE', ...spec });
}

function sidecar(spec: object): KubeObject {
  return object('networking.istio.io/v1', 'Sidecar', spec);
}
