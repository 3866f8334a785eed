import { readTarget } from '../../../src/access/requests/target';

const read = (path: string, { method = 'GET', host = 'h', headers = [], http2 = false }: any = {}) => (
  readTarget({ method, path, host, headers, tokens: [] }, http2));

// asked of Envoy 1.39 with istiod's inbound listener
describe('over HTTP/1', () => {
  test.each([
    ['/a', { target: '/a', host: 'h' }],
    ['http://a.com/x', { target: '/x', host: 'a.com', scheme: 'http' }],
    ['HTTPS://a.com', { target: '/', host: 'a.com', scheme: 'https' }],
    ['http://u@a.com/x', { target: '/x', host: 'a.com' }],
    ['http://a.com?x', { answer: 'http-404' }],
    ['ftp://a.com/x', { answer: 'http-400' }],
    ['admin', { answer: 'http-400' }],
    ['*', { answer: 'http-400' }],
    ['/a b', { answer: 'http-400' }],
    ['/é', { answer: 'http-400' }],
  ])('the target %s is read', (path, expected) => {
    expect(read(path)).toMatchObject(expected);
  });

  test.each([['GET', true], ['PURGE', true], ['M-SEARCH', false], ['GETX', false], ['get', false]])('the method %s is let in: %s', (method, known) => {
    expect('answer' in read('/', { method })).toBe(!known);
  });

  test('asterisk and CONNECT have no route, and upgrades are for websocket alone', () => {
    expect(read('*', { method: 'OPTIONS' })).toMatchObject({ answer: 'http-404' });
    expect(read('w:80', { method: 'CONNECT' })).toMatchObject({ host: 'w:80', unrouted: expect.any(String) });
    const upgrade = (to: string) => read('/', { headers: [['Connection', 'keep-alive, Upgrade'], ['upgrade', to]] });
    expect(upgrade('foo')).toMatchObject({ answer: 'http-403' });
    expect(upgrade('WebSocket')).toMatchObject({ target: '/' });
    expect(read('/', { headers: [['upgrade', 'foo']] })).toMatchObject({ target: '/' });
  });
});

test('over HTTP/2 methods of any case pass, and what nobody has seen is unknown', () => {
  expect(read('/', { method: 'get', http2: true })).toMatchObject({ target: '/' });
  expect(read('a', { http2: true })).toHaveProperty('unknown');
});
