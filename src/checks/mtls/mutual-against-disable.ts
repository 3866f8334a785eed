import { refOf, refText } from '../../access/objects';
import { defineRule, Found } from '../rule';
import { meetings } from './conflicts';

/** A PeerAuthentication switches mutual TLS off that a DestinationRule makes clients send. */
export const mutualAgainstDisable = defineRule({
  id: 'mtls/mutual-against-disable',
  severity: 'error',
  effect: 'the servers do not end TLS: requests are reset, and on other ports the application gets bytes that it does not understand',
  fix: 'let the servers take mutual TLS, or add a DestinationRule with tls mode DISABLE for exactly these hosts',
  aliases: ['KIA0505', 'KIA0506'],
}, (snapshot) => {
  const found = new Map<string, Found>();
  for (const { rule, sends, takes, peer, server, scope } of meetings(snapshot)) {
    const key = peer === undefined ? '' : refText(refOf(peer));
    if (peer === undefined || takes !== 'DISABLE' || sends !== 'mesh-mtls' || (found.has(key) && scope === 'host')) {
      continue;
    }
    const ofMesh = peer.object.metadata.namespace === snapshot.mesh.rootNamespace;
    // Kiali looks at rules for a namespace or the mesh, not at those for one host
    const aliases = scope === 'host' ? [] : ofMesh ? ['KIA0506'] : ['KIA0505'];
    if (!found.has(key) || aliases.length > 0) {
      found.set(key, { manifest: peer, path: 'spec.mtls', message: `${refText(refOf(rule))} makes clients send mutual TLS to ${server}`, aliases });
    }
  }
  return [...found.values()];
});
