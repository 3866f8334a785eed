import { Manifest } from '../../access/objects';
import { labels, list, mapping, mappings, text } from '../../access/snapshot/fields';
import { Snapshot } from '../../access/snapshot/snapshot';
import { defineRule } from '../rule';

const OPT_OUT = 'networking.istio.io/enable-autoallocate-ip';

/** A ServiceEntry has a TCP port and no address, and gets none. */
export const serviceEntryWithoutAddress = defineRule({
  id: 'egress/service-entry-without-address',
  severity: 'warning',
  effect: 'a TCP port is found by its address alone: without one the whole port is open to every address',
  fix: 'list addresses, or use resolution DNS or STATIC, for which istiod allocates one, or name the protocol of the port (TLS, HTTP)',
  aliases: ['IST0134'],
}, (snapshot) => snapshot.kind('networking.istio.io', 'ServiceEntry').filter((manifest) => !hasAddress(manifest, snapshot)).flatMap((manifest) => (
  mappings(mapping(manifest.object.spec).ports).flatMap(({ protocol, number }, i) => {
    const isTcp = ['', 'tcp'].includes((text(protocol) ?? '').toLowerCase());
    return isTcp ? [{ manifest, path: `spec.ports[${i}]`, message: `the TCP port ${String(number)} has no address of its own` }] : [];
  }))));

/** istiod allocates addresses unless it is told not to; with resolution NONE the proxy could not use them. */
function hasAddress({ object }: Manifest, { mesh }: Snapshot): boolean {
  const spec = mapping(object.spec);
  const resolution = text(spec.resolution) ?? 'NONE';
  const allocates = mesh.flags.PILOT_ENABLE_IP_AUTOALLOCATE !== false && resolution !== 'NONE'
    && (labels(object.metadata.labels)[OPT_OUT] ?? '').toLowerCase() !== 'false';
  return list(spec.addresses).length > 0 || list(mapping(object.status).addresses).length > 0 || allocates;
}
