import { ApiObject, Duration, JsonPatch } from 'cdk8s';
import { emittedOnly, errorOf, shopChart, validationErrors } from './emit';
import { JwtRule, PolicyTargetReference, RequestAuthentication } from '../../src/resources';
import { JwtIssuer, TokenLocation } from '../../src/values';

const IDP = 'https://idp.example.com/realms/shop';
const PUBLIC_KEYS = JSON.stringify({ keys: [{ kty: 'RSA', kid: 'a', n: 'sXch', e: 'AQAB' }] });
const ISSUER = JwtIssuer.oidc(IDP, { audiences: ['orders'] });

describe('RequestAuthentication', () => {
  test('leaves the keys of an OpenID Connect issuer to discovery', () => {
    const chart = shopChart();
    new RequestAuthentication(chart, 'orders', { selector: { app: 'orders' }, issuers: [ISSUER] });
    expect(emittedOnly(chart)).toEqual({
      apiVersion: 'security.istio.io/v1',
      kind: 'RequestAuthentication',
      metadata: { name: 'orders', namespace: 'shop' },
      spec: { selector: { matchLabels: { app: 'orders' } }, jwtRules: [{ issuer: IDP, audiences: ['orders'] }] },
    });
  });

  test('writes everything that an issuer says, with jwksUri and not its deprecated spelling', () => {
    const chart = shopChart();
    new RequestAuthentication(chart, 'orders', {
      issuers: [JwtIssuer.jwksUri(IDP, 'https://idp.example.com/jwks', {
        audiences: ['orders', 'shop'],
        locations: [
          TokenLocation.bearer(), TokenLocation.header('x-token'), TokenLocation.cookie('session'),
          TokenLocation.queryParam('token', { reason: 'websocket clients' }),
        ],
        claimToHeaders: [{ claim: 'sub', header: 'x-user' }],
        payloadToHeader: 'x-claims',
        forwardOriginalToken: true,
        spaceDelimitedClaims: ['roles'],
        timeout: Duration.millis(1500),
      })],
    });
    expect(emittedOnly(chart).spec).toEqual({
      jwtRules: [{
        issuer: IDP,
        audiences: ['orders', 'shop'],
        jwksUri: 'https://idp.example.com/jwks',
        fromHeaders: [{ name: 'Authorization', prefix: 'Bearer ' }, { name: 'x-token' }],
        fromCookies: ['session'],
        fromParams: ['token'],
        outputClaimToHeaders: [{ claim: 'sub', header: 'x-user' }],
        outputPayloadToHeader: 'x-claims',
        forwardOriginalToken: true,
        spaceDelimitedClaims: ['roles'],
        timeout: '1.5s',
      }],
    });
  });

  test('writes inline keys as they are', () => {
    const chart = shopChart();
    new RequestAuthentication(chart, 'orders', { issuers: [JwtIssuer.inlineJwks(IDP, PUBLIC_KEYS, { audiences: ['orders'] })] });
    expect(emittedOnly(chart).spec.jwtRules).toEqual([{ issuer: IDP, audiences: ['orders'], jwks: PUBLIC_KEYS }]);
  });

  test('takes rules in the terms of Istio', () => {
    const chart = shopChart();
    const rule: JwtRule = {
      issuer: IDP,
      jwksUri: 'http://keys.shop/jwks',
      fromHeaders: [{ name: 'x-token', prefix: 'Token ' }],
      fromParams: ['token'],
      fromCookies: ['session'],
      outputPayloadToHeader: 'x-claims',
      outputClaimToHeaders: [{ claim: 'sub', header: 'x_user' }],
      forwardOriginalToken: false,
      spaceDelimitedClaims: ['roles'],
      timeout: Duration.millis(1),
    };
    new RequestAuthentication(chart, 'orders',
      { jwtRules: [rule, { jwksUri: 'https://keys.example/' }, { issuer: IDP, jwks: PUBLIC_KEYS }] });
    const { forwardOriginalToken, ...written } = rule;
    expect(forwardOriginalToken).toBe(false);
    expect(emittedOnly(chart).spec.jwtRules).toEqual([
      { ...written, timeout: '0.001s' }, { jwksUri: 'https://keys.example/' }, { issuer: IDP, jwks: PUBLIC_KEYS },
    ]);
  });

  test('can be attached to a waypoint', () => {
    const chart = shopChart();
    const authentication = new RequestAuthentication(chart, 'orders', { targetRefs: [PolicyTargetReference.service('orders')] });
    authentication.addIssuer(ISSUER);
    expect(authentication.targetRefs).toHaveLength(1);
    expect(authentication.selector).toBeUndefined();
    expect(emittedOnly(chart).spec.targetRefs).toEqual([{ group: '', kind: 'Service', name: 'orders' }]);
  });

  test('adds produced issuers to its own', () => {
    const chart = shopChart();
    const authentication = new RequestAuthentication(chart, 'orders');
    const late: JwtIssuer[] = [];
    authentication._produceIssuers(() => late);
    authentication.addJwtRule({ issuer: 'a' });
    late.push(ISSUER);
    expect(authentication.jwtRules.map((rule) => rule.issuer)).toEqual(['a', IDP]);
    expect(emittedOnly(chart).spec.jwtRules).toHaveLength(2);
  });

  test('keeps fields that a JSON patch adds', () => {
    const chart = shopChart();
    const authentication = new RequestAuthentication(chart, 'orders', { issuers: [ISSUER] });
    ApiObject.of(authentication).addJsonPatch(JsonPatch.add('/spec/jwtRules/0/timeout', '1s'));
    expect(emittedOnly(chart).spec.jwtRules[0].timeout).toBe('1s');
  });

  test('is not synthesised without a rule because it would look at no token', () => {
    const chart = shopChart();
    new RequestAuthentication(chart, 'a', { selector: { app: 'orders' } });
    expect(validationErrors(chart)).toEqual([expect.stringContaining('looks at no token')]);
  });

  test('is not synthesised with more rules than the API server takes', () => {
    const chart = shopChart();
    new RequestAuthentication(chart, 'a')._produceIssuers(() => Array(4097).fill(ISSUER));
    expect(validationErrors(chart)).toEqual([expect.stringContaining('too many rules, got 4097')]);
  });

  test.each([
    ['an empty list of issuers', { issuers: [] }, 'issuers must not be empty'],
    ['an empty list of rules', { jwtRules: [] }, 'jwtRules must not be empty'],
    ['an empty selector', { selector: {} }, 'selector must not be empty'],
    ['a selector beside targets', { selector: { a: 'b' }, targetRefs: [PolicyTargetReference.service('a')] }, 'exclude each other'],
    ['the annotation for dry runs', { metadata: { annotations: { 'istio.io/dry-run': 'true' } } }, 'no other kind has a dry run'],
  ])('refuses %s', (_, props, text) => {
    expect(errorOf(() => new RequestAuthentication(shopChart(), 'a', props))).toContain(text);
  });

  test.each<[string, JwtRule, string]>([
    ['neither issuer nor jwksUri', { audiences: ['a'] }, 'has neither issuer nor jwksUri'],
    ['inline keys without issuer', { jwks: PUBLIC_KEYS }, 'has neither issuer nor jwksUri'],
    ['two sources of keys', { issuer: 'i', jwks: PUBLIC_KEYS, jwksUri: 'https://a.example/' }, 'has both jwks and jwksUri'],
    ['an empty issuer', { issuer: '' }, 'jwtRules[0].issuer'],
    ['keys from ftp', { jwksUri: 'ftp://a.example/jwks' }, 'jwtRules[0].jwksUri'],
    ['keys from an address without scheme', { jwksUri: 'a.example/jwks' }, 'jwtRules[0].jwksUri'],
    ['an address of 2049 characters', { jwksUri: `https://a.example/${'x'.repeat(2031)}` }, 'longer than 2048'],
    ['keys that are no JSON', { issuer: 'i', jwks: 'secret-text' }, 'jwtRules[0].jwks'],
    ['an empty audience', { issuer: 'i', audiences: [''] }, 'jwtRules[0].audiences[0]'],
    ['no audience in a list', { issuer: 'i', audiences: [] }, 'jwtRules[0].audiences must not be empty'],
    ['an empty header name', { issuer: 'i', fromHeaders: [{ name: '' }] }, 'jwtRules[0].fromHeaders'],
    ['no header in a list', { issuer: 'i', fromHeaders: [] }, 'jwtRules[0].fromHeaders must not be empty'],
    ['an empty prefix', { issuer: 'i', fromHeaders: [{ name: 'a', prefix: '' }] }, 'the prefix of header a'],
    ['an empty parameter', { issuer: 'i', fromParams: [''] }, 'jwtRules[0].fromParams[0]'],
    ['an empty cookie', { issuer: 'i', fromCookies: [''] }, 'jwtRules[0].fromCookies[0]'],
    ['an output header with a dot', { issuer: 'i', outputClaimToHeaders: [{ claim: 'sub', header: 'a.b' }] }, 'got "a.b"'],
    ['an empty output claim', { issuer: 'i', outputClaimToHeaders: [{ claim: '', header: 'a' }] }, 'outputClaimToHeaders[0]'],
    ['no output in a list', { issuer: 'i', outputClaimToHeaders: [] }, 'outputClaimToHeaders must not be empty'],
    ['an empty payload header', { issuer: 'i', outputPayloadToHeader: '' }, 'a header that jwtRules[0] writes'],
    ['65 space delimited claims', { issuer: 'i', spaceDelimitedClaims: [...Array(65).keys()].map((n) => `c${n}`) }, 'got 65'],
    ['no space delimited claim in a list', { issuer: 'i', spaceDelimitedClaims: [] }, 'spaceDelimitedClaims must not be empty'],
    ['a timeout below a millisecond', { issuer: 'i', timeout: Duration.millis(0) }, 'jwtRules[0].timeout is too short'],
  ])('refuses a rule with %s', (_, rule, text) => {
    const authentication = new RequestAuthentication(shopChart(), 'a');
    const message = errorOf(() => authentication.addJwtRule(rule));
    expect(message).toContain(text);
    expect(message).not.toContain('secret-text');
    expect(authentication.jwtRules).toEqual([]);
  });

  test('keeps private keys out of the message that refuses them', () => {
    const jwks = JSON.stringify({ keys: [{ kty: 'RSA', n: 'sXch', e: 'AQAB', d: 'private-part' }] });
    const message = errorOf(() => new RequestAuthentication(shopChart(), 'a', { jwtRules: [{ issuer: 'i', jwks }] }));
    expect(message).toContain('jwtRules[0].jwks');
    expect(message).not.toContain('private-part');
  });

  test('keeps a rule as it was when its lists are changed afterwards', () => {
    const chart = shopChart();
    const audiences = ['orders'];
    const authentication = new RequestAuthentication(chart, 'a', { jwtRules: [{ issuer: 'i', audiences }] });
    audiences.length = 0;
    authentication.jwtRules.pop();
    expect(emittedOnly(chart).spec.jwtRules).toEqual([{ issuer: 'i', audiences: ['orders'] }]);
  });
});
