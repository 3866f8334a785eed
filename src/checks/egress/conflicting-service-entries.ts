import { texts } from '../../access/egress/registry';
import { namespaceOf } from '../../access/mtls/precedence';
import { Manifest, refOf, refText } from '../../access/objects';
import { mapping, mappings, text } from '../../access/snapshot/fields';
import { Snapshot } from '../../access/snapshot/snapshot';
import { defineRule, Found } from '../rule';

/** ServiceEntries disagree about what a port of one host speaks. */
export const conflictingServiceEntries = defineRule({
  id: 'egress/conflicting-service-entries',
  severity: 'warning',
  effect: 'clients that see both get one listener or route at random: calls may leave in plaintext that were to be TLS, or fail',
  fix: 'give the port of the host one protocol, or export the entries to different namespaces',
  aliases: ['IST0177', 'KIA1212'],
}, (snapshot) => {
  const found = new Map<Manifest, Found>();
  for (const [name, statements] of statementsByPort(snapshot)) {
    for (const { manifest, path, protocol, scopes } of statements) {
      const other = statements.find((one) => one.manifest !== manifest && one.protocol !== protocol && meet(one.scopes, scopes));
      if (other !== undefined && !found.has(manifest)) {
        found.set(manifest, { manifest, path, message: `${name} is ${protocol} here and ${other.protocol} in ${refText(refOf(other.manifest))}` });
      }
    }
  }
  return [...found.values()];
});

interface Statement {
  readonly manifest: Manifest;
  readonly path: string;
  readonly protocol: string;
  readonly scopes: ReadonlySet<string>;
}

function statementsByPort(snapshot: Snapshot): Map<string, Statement[]> {
  const statements = new Map<string, Statement[]>();
  for (const manifest of snapshot.kind('networking.istio.io', 'ServiceEntry')) {
    const spec = mapping(manifest.object.spec);
    const exported = texts(spec.exportTo);
    const scopes = new Set(exported.length === 0 || exported.includes('*') ? ['*']
      : exported.map((name) => (name === '.' ? namespaceOf(manifest.object.metadata) : name)));
    mappings(spec.ports).forEach(({ number, protocol }, i) => texts(spec.hosts).forEach((host) => {
      const key = `${host}:${String(number)}`;
      const statement = { manifest, path: `spec.ports[${i}].protocol`, protocol: (text(protocol) ?? '').toUpperCase() || 'of no stated protocol', scopes };
      statements.set(key, [...statements.get(key) ?? [], statement]);
    }));
  }
  return statements;
}

function meet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.has('*') || b.has('*') || [...a].some((scope) => b.has(scope));
}
