import { compileRegistry, isCovered, isVisible, RegistryEntry } from '../../access/egress/registry';
import { fullHost } from '../../access/mtls/destination-rules';
import { namespaceOf } from '../../access/mtls/precedence';
import { mapping, text } from '../../access/snapshot/fields';
import { defineRule } from '../rule';
import { shownNamespaces } from '../shown';

/** A DestinationRule speaks of a host that nobody knows. */
export const unknownDestinationHost = defineRule({
  id: 'egress/unknown-destination-host',
  severity: 'warning',
  effect: 'the rule changes nothing: if it was to secure calls by TLS, they are not',
  fix: 'correct the host, or show its Service or ServiceEntry among the objects',
  aliases: ['IST0174', 'KIA0202'],
}, (snapshot) => {
  const { entries, named } = compileRegistry(snapshot);
  const wildcards = entries.filter(({ hostname }) => hostname.startsWith('*'));
  const { clusterDomain } = snapshot.mesh;
  const namespaces = [...shownNamespaces(snapshot)];
  return snapshot.kind('networking.istio.io', 'DestinationRule').flatMap((manifest) => {
    const namespace = namespaceOf(manifest.object.metadata);
    const written = text(mapping(manifest.object.spec).host) ?? '';
    const host = fullHost(written, namespace, snapshot.mesh);
    const wide = host.startsWith('*');
    // whoever writes a rule for a whole namespace or cluster means Services to come as well
    const isForAll = wide && namespaces.some((name) => isCovered(`*.${name}.svc.${clusterDomain}`, host));
    const isSeen = (entry: RegistryEntry) => isVisible(entry, namespace);
    const isKnown = named(host).some(isSeen) || wildcards.some((entry) => isCovered(host, entry.hostname) && isSeen(entry))
      || (wide && entries.some((entry) => isCovered(entry.hostname, host) && isSeen(entry)));
    return written === '' || isForAll || isKnown ? [] : [{ manifest, path: 'spec.host', message: `no Service and no ServiceEntry that namespace ${namespace} sees has the host ${host}` }];
  });
});
