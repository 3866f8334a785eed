import * as fc from 'fast-check';
import { originProblem } from '../../../src/values/grammar/origins';

/** What a browser would send for a page at this address, by the URL standard. */
const sent = (url: string) => new URL(url).origin;

test.each([
  'https://shop.example.com', 'http://localhost:3000', 'https://shop.example.com:8443', 'http://shop.example.com:443', 'https://shop.example.com:80',
  'http://10.0.0.1:8080', 'https://xn--mnchen-3ya.example', 'https://a', 'https://a-b.c-d.example',
])('%s is what a browser sends', (origin) => {
  expect(sent(origin)).toBe(origin);
  expect(originProblem(origin)).toBeUndefined();
});

test.each(['http://[::1]:5173', 'https://[2001:db8::1]'])('%s is what a browser sends', (origin) => {
  expect(sent(origin)).toBe(origin);
  expect(originProblem(origin)).toBeUndefined();
});

test.each([
  ['a slash at the end', 'https://shop.example.com/'], ['a path', 'https://shop.example.com/cart'], ['a query', 'https://shop.example.com?x'],
  ['a fragment', 'https://shop.example.com#x'], ['a user', 'https://me@shop.example.com'], ['a password', 'https://me:pw@shop.example.com'],
  ['capital letters in its host', 'https://Shop.example.com'], ['a capital scheme', 'HTTPS://shop.example.com'],
  ['the default port of https', 'https://shop.example.com:443'], ['the default port of http', 'http://shop.example.com:80'],
  ['a colon and no port', 'https://shop.example.com:'],
  ['letters that travel encoded', 'https://münchen.example'], ['an address in long form', 'http://[0:0:0:0:0:0:0:1]'],
  ['an escape in its host', 'https://shop%2eexample.com'], ['a backslash', 'https:\\\\shop.example.com'], ['no slashes', 'https:shop.example.com'],
  ['a third slash', 'https:///shop.example.com'], ['a blank before', ' https://shop.example.com'], ['a blank after', 'https://shop.example.com '],
  ['a line break', 'https://shop.example.com\n'],
])('%s is never sent: %s', (_, text) => {
  expect(sent(text)).not.toBe(text);
  expect(originProblem(text)).toBeDefined();
});

test.each([
  ['a port with a leading zero', 'https://shop.example.com:08443'], ['an octal address', 'http://010.0.0.1'],
  ['a short address', 'http://10.1'], ['a hexadecimal address', 'http://0x7f000001'],
])('%s is never sent: %s', (_, text) => {
  expect(sent(text)).not.toBe(text);
  expect(originProblem(text)).toBeDefined();
});

test.each([
  '', 'shop.example.com', '//shop.example.com', 'https://', 'https', 'https://shop.example.com:x', 'https://a b.example', 'https://[::1',
])('%j, which is no address, is refused', (text) => {
  expect(() => sent(text)).toThrow();
  expect(originProblem(text)).toBeDefined();
});

test.each(['https://shop.example.com:65536', 'https://1.2.3.256'])('%j, which is no address, is refused', (text) => {
  expect(() => sent(text)).toThrow();
  expect(originProblem(text)).toBeDefined();
});

test.each(['null', 'data:text/html,x', 'file:///index.html', 'about:blank', 'javascript:x', 'blob:https://shop.example.com/1'])(
  '%s stands for no page that can be told from others', (text) => {
    expect(originProblem(text)).toBeDefined();
  });

// Istio reads a "*" at either end as a pattern, and one in the middle as itself, which no browser sends
test.each(['*', 'https://*', 'https://*.example.com', '*.example.com', 'https://shop.example.com*', 'https://shop.example.com:*', 'https://sh*p.example'])(
  'the pattern %s is no origin', (text) => {
    expect(originProblem(text)).toBeDefined();
  });

test('a list of origins in one text is none: browsers send one', () => {
  expect(originProblem('https://a.example https://b.example')).toBeDefined();
  expect(originProblem('https://a.example,https://b.example')).toBeDefined();
});

test('the origin of any page on the web is accepted, and its address only where both are the same', () => {
  const url = fc.webUrl({ withQueryParameters: true, withFragments: true, validSchemes: ['http', 'https', 'HTTP', 'Https'] });
  fc.assert(fc.property(url, (text) => {
    expect([sent(text), originProblem(sent(text))]).toEqual([sent(text), undefined]);
    expect([text, originProblem(text) === undefined]).toEqual([text, sent(text) === text]);
  }), { numRuns: 300 });
});

test('ports are accepted as numbers of their own and refused where the scheme implies them', () => {
  fc.assert(fc.property(fc.constantFrom('http', 'https'), fc.oneof(fc.constantFrom(80, 443), fc.integer({ min: 1, max: 65535 })), (scheme, port) => {
    const text = `${scheme}://shop.example.com:${port}`;
    expect([text, originProblem(text) === undefined]).toEqual([text, port !== { http: 80, https: 443 }[scheme]]);
  }), { numRuns: 200 });
});
