import { mapping, mappings, text } from '../../access/snapshot/fields';
import { defineRule } from '../rule';

type Fields = Readonly<Record<string, unknown>>;

/** A DestinationRule begins TLS without saying who may vouch for the server. */
export const unverifiedTls = defineRule({
  id: 'egress/unverified-tls',
  severity: 'warning',
  effect: 'any public authority of the image may vouch for the server, and with insecureSkipVerify anybody can pose as it',
  fix: 'name the authority (caCertificates, or credentialName together with workloadSelector) and the subjectAltNames',
  aliases: ['IST0128', 'IST0129'],
}, (snapshot) => snapshot.kind('networking.istio.io', 'DestinationRule').flatMap((manifest) => {
  const spec = mapping(manifest.object.spec);
  const selecting = spec.workloadSelector !== undefined && spec.workloadSelector !== null;
  const ofPolicy = (policy: Fields, at: string, [whole, ofPort]: readonly (readonly string[])[]) => [
    { tls: mapping(policy.tls), path: `${at}.tls`, aliases: whole },
    ...mappings(policy.portLevelSettings).map((level, i) => ({ tls: mapping(level.tls), path: `${at}.portLevelSettings[${i}].tls`, aliases: ofPort })),
  ];
  const settings = [
    ...ofPolicy(mapping(spec.trafficPolicy), 'spec.trafficPolicy', [['IST0128'], ['IST0129']]),
    ...mappings(spec.subsets).flatMap((subset, i) => ofPolicy(mapping(subset.trafficPolicy), `spec.subsets[${i}].trafficPolicy`, [[], []])),
  ];
  return settings.flatMap(({ tls, path, aliases }) => {
    const message = problem(tls, selecting);
    return message === undefined ? [] : [{ manifest, path, message, aliases: isUnnamed(tls, selecting) ? aliases : [] }];
  });
}));

function problem(tls: Fields, selecting: boolean): string | undefined {
  const mode = text(tls.mode);
  if (mode !== 'SIMPLE' && mode !== 'MUTUAL') {
    return undefined;
  }
  if (tls.insecureSkipVerify === true) {
    return `TLS of mode ${mode} verifies nothing: insecureSkipVerify`;
  }
  return isUnnamed(tls, selecting) ? `TLS of mode ${mode} names no authority that may vouch for the server` : undefined;
}

/** A sidecar reads a credential only if the rule selects it; a ConfigMap may be named without that. */
function isUnnamed({ caCertificates, credentialName }: Fields, selecting: boolean): boolean {
  const credential = text(credentialName) ?? '';
  return (text(caCertificates) ?? '') === '' && !(credential !== '' && (selecting || credential.startsWith('configmap://')));
}
