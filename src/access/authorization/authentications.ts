import { MeshSettings } from '../mesh-settings';
import { Manifest, ObjectRef, refOf } from '../objects';
import { Attachment, attachmentOf, widestAttachment } from './attach';
import { fieldsAt, listAt, textAt, textsAt, Unreadable } from './reading';
import { DEFAULT_PLACES, TokenPlaces } from '../requests/token-places';
import { TokenProvider } from '../requests/tokens';

/** A RequestAuthentication that has been read. */
export interface Authentication {
  readonly ref: ObjectRef;
  readonly attachment: Attachment;
  readonly providers: readonly TokenProvider[];
  /** why Envoy refuses the whole configuration */
  readonly refusals: readonly string[];
  /** what no API server stores; nobody can tell what such an object does */
  readonly unreadable?: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads a RequestAuthentication of any shape. */
export function readAuthentication(manifest: Manifest, mesh: MeshSettings): Authentication {
  const ref = refOf(manifest);
  const namespace = manifest.object.metadata.namespace ?? 'default';
  try {
    const spec = fieldsAt(manifest.object.spec, 'spec');
    const rules = listAt(spec.jwtRules, 'jwtRules').map((rule, i) => fieldsAt(rule, `jwtRules[${i}]`));
    return {
      ref,
      attachment: attachmentOf(namespace, spec),
      providers: rules.map((rule, i) => readRule(rule, ref, i, mesh)),
      refusals: rules.filter((rule) => hasKeysInline(rule) && !areKeys(rule.jwks as string)).map(() => `${ref.name} has no keys in its jwks`),
    };
  } catch (error) {
    if (error instanceof Unreadable) {
      return { ref, attachment: widestAttachment(namespace, manifest.object.spec), providers: [], refusals: [], unreadable: error.message };
    }
    throw error;
  }
}

function readRule(rule: Fields, object: ObjectRef, index: number, mesh: MeshSettings): TokenProvider {
  const at = `jwtRules[${index}]`;
  const issuer = textAt(rule.issuer, `${at}.issuer`) ?? '';
  const jwksUri = textAt(rule.jwksUri, `${at}.jwksUri`) ?? '';
  textAt(rule.jwks, `${at}.jwks`);
  return {
    object,
    rule: index,
    issuer,
    audiences: textsAt(rule.audiences, `${at}.audiences`),
    places: placesOf(rule, at),
    forwards: rule.forwardOriginalToken === true,
    payloadHeader: (textAt(rule.outputPayloadToHeader, `${at}.outputPayloadToHeader`) || undefined)?.toLowerCase(),
    claimHeaders: listAt(rule.outputClaimToHeaders, `${at}.outputClaimToHeaders`).map((item, i) => {
      const where = `${at}.outputClaimToHeaders[${i}]`;
      const { header, claim } = fieldsAt(item, where);
      return { header: (textAt(header, `${where}.header`) ?? '').toLowerCase(), claim: textAt(claim, `${where}.claim`) ?? '' };
    }),
    words: ['scope', 'permission', ...textsAt(rule.spaceDelimitedClaims, `${at}.spaceDelimitedClaims`)],
    hasKeys: hasKeysInline(rule) || [jwksUri, issuer].every((url) => (mesh.jwks[url] ?? 'ok') === 'ok'),
  };
}

/** A rule that names any place is looked for in the named places alone. */
function placesOf(rule: Fields, at: string): TokenPlaces {
  const headers = listAt(rule.fromHeaders, `${at}.fromHeaders`).map((item, i) => {
    const where = `${at}.fromHeaders[${i}]`;
    const { name, prefix } = fieldsAt(item, where);
    return { name: (textAt(name, `${where}.name`) ?? '').toLowerCase(), prefix: textAt(prefix, `${where}.prefix`) ?? '' };
  });
  const params = textsAt(rule.fromParams, `${at}.fromParams`);
  const cookies = textsAt(rule.fromCookies, `${at}.fromCookies`);
  return headers.length + params.length + cookies.length === 0 ? DEFAULT_PLACES : { headers, params, cookies };
}

function hasKeysInline({ jwks }: Fields): boolean {
  return typeof jwks === 'string' && jwks !== '';
}

function areKeys(jwks: string): boolean {
  try {
    const { keys } = JSON.parse(jwks) as { keys?: unknown };
    return Array.isArray(keys) && keys.some((key) => typeof (key as { kty?: unknown } | null)?.kty === 'string');
  } catch {
    return false;
  }
}
