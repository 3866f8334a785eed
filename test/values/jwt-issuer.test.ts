import { Duration } from 'cdk8s';
import { JwtIssuer, JwtIssuerOptions, TokenLocation } from '../../src/values';

const ISSUER = 'https://idp.example.com/realms/shop';
const options: JwtIssuerOptions = { audiences: ['orders'] };
const RSA = { kty: 'RSA', kid: '1', n: 'n', e: 'AQAB' };
const jwks = (...keys: unknown[]): string => JSON.stringify({ keys });

describe('where the keys come from', () => {
  test('discovery writes neither an address nor keys', () => {
    const issuer = JwtIssuer.oidc(ISSUER, options);
    expect(issuer.issuer).toBe(ISSUER);
    expect(issuer.keySetUri).toBeUndefined();
    expect(issuer.keySet).toBeUndefined();
    expect(issuer.toString()).toBe(ISSUER);
  });

  test('an address may belong to an issuer that is no URL', () => {
    const issuer = JwtIssuer.jwksUri('accounts.google.com', 'https://www.googleapis.com/oauth2/v3/certs', options);
    expect(issuer.issuer).toBe('accounts.google.com');
    expect(issuer.keySetUri).toBe('https://www.googleapis.com/oauth2/v3/certs');
  });

  test('inline keys are written as they were given', () => {
    const text = jwks(RSA, { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }, { kty: 'OKP', crv: 'Ed25519', x: 'x' });
    expect(JwtIssuer.inlineJwks('tests', text, options).keySet).toBe(text);
  });
});

describe('defaults and options', () => {
  test('forward nothing and leave the rest to Istio', () => {
    expect(JwtIssuer.oidc(ISSUER, options))
      .toMatchObject({ audiences: ['orders'], locations: [], claimToHeaders: [], spaceDelimitedClaims: [], forwardOriginalToken: false });
    expect(JwtIssuer.oidc(ISSUER, options).timeout).toBeUndefined();
    expect(JwtIssuer.oidc(ISSUER, options).payloadToHeader).toBeUndefined();
  });

  test('are readable', () => {
    const location = TokenLocation.cookie('session');
    const issuer = JwtIssuer.oidc(ISSUER, {
      audiences: ['orders', 'carts'],
      locations: [location],
      claimToHeaders: [{ claim: 'sub', header: 'x-user' }],
      payloadToHeader: 'x-claims',
      forwardOriginalToken: true,
      spaceDelimitedClaims: ['roles'],
      timeout: Duration.seconds(2),
    });
    expect(issuer.audiences).toEqual(['orders', 'carts']);
    expect(issuer.locations).toEqual([location]);
    expect(issuer.claimToHeaders).toEqual([{ claim: 'sub', header: 'x-user' }]);
    expect(issuer.payloadToHeader).toBe('x-claims');
    expect(issuer.forwardOriginalToken).toBe(true);
    expect(issuer.spaceDelimitedClaims).toEqual(['roles']);
    expect(issuer.timeout?.toSeconds()).toBe(2);
  });

  test('are copies, so that changing them changes nothing', () => {
    const audiences = ['orders'];
    const issuer = JwtIssuer.oidc(ISSUER, { audiences, claimToHeaders: [{ claim: 'sub', header: 'x-user' }] });
    audiences.push('other');
    issuer.audiences.push('other');
    issuer.locations.push(TokenLocation.bearer());
    issuer.claimToHeaders.pop();
    issuer.spaceDelimitedClaims.push('x');
    expect(issuer)
      .toMatchObject({ audiences: ['orders'], locations: [], spaceDelimitedClaims: [] });
    expect(issuer.claimToHeaders).toEqual([{ claim: 'sub', header: 'x-user' }]);
  });
});

test('the request principal is any subject of exactly this issuer, also where the issuer ends in a slash', () => {
  expect(JwtIssuer.oidc(ISSUER, options).requestPrincipal).toBe('https://idp.example.com/realms/shop/*');
  const pattern = JwtIssuer.oidc('https://tenant.eu.auth0.com/', options).requestPrincipal;
  // Istio splits at the last slash into issuer and subject
  expect([pattern.slice(0, pattern.lastIndexOf('/')), pattern.slice(pattern.lastIndexOf('/') + 1)])
    .toEqual(['https://tenant.eu.auth0.com/', '*']);
});

describe('issuers and addresses', () => {
  test.each([
    ['', 'is empty'], ['https://*.example.com', 'has a "*"'], ['idp.example.com', 'absolute http or https URL'],
    ['ftp://idp.example.com', 'absolute http or https URL'],
    ['https://idp.example.com/.well-known/openid-configuration', 'not the issuer in it'],
    ['https://idp.example.com?x=1', 'a query or a fragment'],
    ['https://idp.example.com/#x', 'a query or a fragment'], ['https://a:b@idp.example.com', 'has credentials'],
    ['https://idp example.com', 'has a blank'], ['https://', 'absolute http'],
  ])('refuses the OpenID Connect issuer %j because it %s', (issuer, problem) => {
    expect(() => JwtIssuer.oidc(issuer, options)).toThrow(problem);
  });

  test.each([
    ['', 'is empty'], ['*', 'has a "*"'], ['https://idp.example.com/*', 'has a "*"'], ['a b', 'has a blank'], ['a\n',
      'control character'],
  ])(
    'refuses the issuer %j because it %s', (issuer, problem) => {
      expect(() => JwtIssuer.jwksUri(issuer, 'https://a.com/keys', options)).toThrow(problem);
      expect(() => JwtIssuer.inlineJwks(issuer, jwks(RSA), options)).toThrow(problem);
    },
  );

  test.each([
    ['', 'is empty'], ['/keys', 'absolute http or https URL'], ['file:///keys', 'absolute http or https URL'],
    ['https://a:b@c.com/keys', 'has credentials'],
    [`https://a.com/${'a'.repeat(2048)}`, 'longer than 2048'], ['HTTPS://a.com/keys', 'absolute http or https URL'],
  ])('refuses the jwksUri %j because it %s', (uri, problem) => {
    expect(() => JwtIssuer.jwksUri('a', uri, options)).toThrow(problem);
  });

  test('refuses plain http without a reason because anybody on the way could put in keys', () => {
    const uri = 'http://keycloak.idp.svc.cluster.local/keys';
    expect(() => JwtIssuer.jwksUri('a', uri, options)).toThrow('whoever is on the way can put in keys of his own');
    expect(() => JwtIssuer.oidc('http://keycloak.idp.svc.cluster.local', options)).toThrow('insecureJwksReason');
    expect(() => JwtIssuer.jwksUri('a', uri, { ...options, insecureJwksReason: ' ' })).toThrow(`the key set at ${uri} needs a reason`);
    expect(JwtIssuer.jwksUri('a', uri, { ...options, insecureJwksReason: ' inside the mesh ' }).insecureJwksReason).toBe('inside the mesh');
    expect(JwtIssuer.jwksUri('http://issuer', 'https://a.com/keys', options).insecureJwksReason).toBeUndefined();
  });

  test('refuses a reason for what is not done', () => {
    const withReason = { ...options, insecureJwksReason: 'inside the mesh' };
    expect(() => JwtIssuer.jwksUri('a', 'https://a.com/keys', withReason)).toThrow('no key set is fetched over http');
    expect(() => JwtIssuer.inlineJwks('a', jwks(RSA), withReason)).toThrow('no key set is fetched over http');
  });
});

describe('inline keys', () => {
  test.each([
    ['', 'is not a JSON object'], ['[]', 'is not a JSON object'], ['{', 'is not a JSON object'], ['{}', 'no list "keys"'],
    ['{"keys":[]}', 'no list "keys"'],
    ['{"keys":{}}', 'no list "keys"'], [jwks(5), 'number 1) that is not a JSON object'], [jwks({ n: 'n', e: 'e' }), 'has no "kty"'],
    [jwks({ kty: 'toString' }), 'has no "kty"'],
    [jwks({ kty: 'RSA', n: 'n' }), 'lacks the member "e"'],
    [jwks(RSA, { kty: 'EC', crv: 'P-256', x: 'x' }), 'number 2) that lacks the member "y"'],
  ])('refuses %s because it %s', (text, problem) => {
    expect(() => JwtIssuer.inlineJwks('a', text, options)).toThrow(problem);
  });

  test.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])('refuses the private member %s and keeps it out of the message', (member) => {
    const text = jwks({ ...RSA, [member]: 'TOP-SECRET' });
    expect(() => JwtIssuer.inlineJwks('a', text, options)).toThrow(`private key material ("${member}")`);
    expect(() => JwtIssuer.inlineJwks('a', text, options)).not.toThrow('TOP-SECRET');
  });

  test('refuses shared secrets', () => {
    expect(() => JwtIssuer.inlineJwks('a', jwks({ kty: 'oct', k: 'TOP-SECRET' }), options)).toThrow('is a shared secret');
  });

  test('refuses what is no string', () => {
    expect(() => JwtIssuer.inlineJwks('a', { keys: [RSA] } as unknown as string, options)).toThrow('an inline key set is not a string');
  });

  test('refuses a timeout because nothing is fetched', () => {
    expect(() => JwtIssuer.inlineJwks('a', jwks(RSA), { ...options, timeout: Duration.seconds(1) }))
      .toThrow('a timeout has no effect on an inline key set');
  });
});

describe('options that would be unsafe or without effect', () => {
  test.each<[Partial<JwtIssuerOptions>, string]>([
    [{ audiences: [] }, 'tokens that were issued for any other application'],
    [{ audiences: undefined }, 'tokens that were issued for any other application'],
    [{ audiences: [''] }, 'an audience is empty'],
    [{ audiences: ['*'] }, 'audiences are compared literally'],
    [{ audiences: [' orders'] }, 'begins or ends with a blank'],
    [{ locations: [] }, 'an empty list, which would mean the defaults'],
    [{ claimToHeaders: [{ claim: '', header: 'x' }] }, 'a claim for a header is empty'],
    [{ claimToHeaders: [{ claim: 'sub', header: '' }] }, 'a header for claims is empty'],
    [{ claimToHeaders: [{ claim: 'sub', header: 'x.user' }] }, 'a header for claims may hold letters, digits, "-" and "_" only'],
    [{ claimToHeaders: [{ claim: 'sub', header: 'x-user' }, { claim: 'email', header: 'X-User' }] }, 'a header gets two claims'],
    [{ claimToHeaders: [{ claim: 'sub', header: 'x-user' }], payloadToHeader: 'x-user' }, 'a header gets two claims'],
    [{ payloadToHeader: 'x user' }, 'a header for claims may hold'],
    [{ spaceDelimitedClaims: [''] }, 'a space-delimited claim is empty'],
    [{ spaceDelimitedClaims: Array.from({ length: 65 }, (_, i) => `c${i}`) }, 'too many space-delimited claims, got 65'],
    [{ timeout: Duration.millis(0) }, 'the timeout of an issuer is too short'],
  ])('refuses %p', (wrong, problem) => {
    expect(() => JwtIssuer.oidc(ISSUER, { ...options, ...wrong } as JwtIssuerOptions)).toThrow(problem);
  });

  test('accepts the limits', () => {
    const issuer = JwtIssuer.oidc(ISSUER, {
      ...options, timeout: Duration.millis(1), spaceDelimitedClaims: Array.from({ length: 64 }, (_, i) => `c${i}`), claimToHeaders: [],
    });
    expect(issuer.spaceDelimitedClaims).toHaveLength(64);
  });
});
