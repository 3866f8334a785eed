import { texts } from '../../access/egress/registry';
import { mapping } from '../../access/snapshot/fields';
import { defineRule } from '../rule';
import { shownNamespaces } from '../shown';

/** An object is exported to a namespace that does not exist. */
export const exportToUnknownNamespace = defineRule({
  id: 'egress/export-to-unknown-namespace',
  severity: 'warning',
  effect: 'nobody sees the object by this name: clients of the namespace that was meant do without it',
  fix: 'correct the name, or show the Namespace among the objects',
  aliases: ['KIA0005'],
}, (snapshot) => {
  const known = shownNamespaces(snapshot);
  return ['DestinationRule', 'ServiceEntry', 'VirtualService'].flatMap((kind) => snapshot.kind('networking.istio.io', kind)).flatMap((manifest) => (
    texts(mapping(manifest.object.spec).exportTo).flatMap((name, i) => (['.', '*', '~'].includes(name) || known.has(name) ? [] : [
      { manifest, path: `spec.exportTo[${i}]`, message: `there is no namespace ${name}` },
    ]))));
});
