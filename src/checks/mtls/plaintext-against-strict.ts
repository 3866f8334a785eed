import { refOf, refText } from '../../access/objects';
import { defineRule, Found } from '../rule';
import { meetings } from './conflicts';

/** A DestinationRule keeps clients from sending the mutual TLS that servers insist on. */
export const plaintextAgainstStrict = defineRule({
  id: 'mtls/plaintext-against-strict',
  severity: 'error',
  effect: 'the servers reset these connections: they take nothing but the mutual TLS of the mesh',
  fix: 'remove tls from the DestinationRule (clients then send mutual TLS by themselves), or say ISTIO_MUTUAL',
  aliases: ['KIA0207', 'KIA0208'],
}, (snapshot) => {
  const found = new Map<string, Found>();
  for (const { rule, sends, takes, peer, server, scope } of meetings(snapshot)) {
    const ofMesh = scope === 'mesh' && peer?.object.metadata.namespace === snapshot.mesh.rootNamespace;
    const key = refText(refOf(rule));
    if (takes === 'STRICT' && sends !== 'mesh-mtls' && sends !== 'nothing' && (!found.has(key) || ofMesh)) {
      const says = peer === undefined ? 'which is STRICT' : `which ${refText(refOf(peer))} makes STRICT`;
      found.set(key, {
        manifest: rule,
        path: 'spec.trafficPolicy.tls.mode',
        message: `clients send ${sends === 'plaintext' ? 'plaintext' : 'TLS of their own'} to ${server}, ${says}`,
        aliases: [ofMesh ? 'KIA0208' : 'KIA0207'],
      });
    }
  }
  return [...found.values()];
});
