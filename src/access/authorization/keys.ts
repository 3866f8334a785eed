import * as values from './values';

/** How a `when` key is read; `undefined` for a key that istiod does not know, which drops its rule. */
export function keyTranslation(key: string, knowsTrustDomains: boolean): values.Translate | undefined {
  switch (key) {
    case 'destination.ip': return values.destinationAddress;
    case 'destination.port': return values.port;
    case 'connection.sni': return values.serverName;
    case 'source.ip': return values.directAddress;
    case 'remote.ip': return values.remoteAddress;
    case 'source.namespace': return values.namespace;
    case 'source.trustDomain': return knowsTrustDomains ? values.trustDomain : undefined;
    case 'source.serviceAccount': return values.serviceAccount;
    case 'source.principal': return values.principal;
    case 'request.auth.principal': return values.requestPrincipal;
    case 'request.auth.audiences': return values.claim(key, ['aud']);
    case 'request.auth.presenter': return values.claim(key, ['azp']);
    default: return prefixedKey(key);
  }
}

/** Only the beginning of these keys is compared. */
function prefixedKey(key: string): values.Translate | undefined {
  if (key.startsWith('experimental.envoy.filters.')) {
    return values.filterMetadata(key);
  }
  if (key.startsWith('request.headers')) {
    return values.header(key, inBrackets(key.slice('request.headers'.length)));
  }
  return key.startsWith('request.auth.claims') ? values.claim(key, claimPath(key.slice('request.auth.claims'.length))) : undefined;
}

function inBrackets(text: string): string | undefined {
  return text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : undefined;
}

/** `[a][b]` is a path; what is not made of such pairs is one name. */
function claimPath(text: string): string[] | undefined {
  if (/^(\[[^[\]]*\])*$/.test(text)) {
    return [...text.matchAll(/\[([^[\]]*)\]/g)].map(([, name]) => name);
  }
  const name = inBrackets(text);
  return name === undefined ? undefined : [name];
}
