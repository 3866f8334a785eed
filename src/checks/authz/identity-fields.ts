import { PolicyField, sourceFields } from './policy-values';
import { Policy } from '../../access/authorization/policy';

const OF_CERTIFICATE = ['principals', 'namespaces', 'serviceAccounts', 'trustDomains',
  'source.principal', 'source.namespace', 'source.serviceAccount', 'source.trustDomain'];

/** The fields of a policy that only the certificate of a peer can satisfy, or, `connection.sni`, its TLS. */
export function identityFields(policy: Policy): PolicyField[] {
  return sourceFields(policy).filter(({ field }) => OF_CERTIFICATE.includes(field) || field === 'connection.sni');
}

/** The field that is to blame: of a condition the whole, whichever values it has. */
export function pathOf({ path, part }: PolicyField): string {
  return part === 'condition' ? path.slice(0, path.lastIndexOf('.')) : path;
}
