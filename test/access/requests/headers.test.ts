import { headerLines } from '../../../src/access/requests/headers';

const lines = (headers: [string, string][], options: { http2?: boolean; joined?: boolean } = {}) => (
  Object.fromEntries(headerLines({ method: 'GET', path: '/', host: 'h', headers, tokens: [] }, { http2: false, joined: false, ...options })));

// oracle-recorded: headers/inline, headers/cookies, headers/repeated-lines-over-http2
test('lines of inline headers are joined, others stay apart', () => {
  expect(lines([['Accept', 'a'], ['accept', 'b'], ['x-a', '1'], ['X-A', ' 2 ']])).toEqual({ 'accept': ['a,b'], 'x-a': ['1', '2'] });
});

test('cookies are joined over HTTP/2 alone', () => {
  const cookies: [string, string][] = [['cookie', 'a=1'], ['cookie', 'b=2']];
  expect(lines(cookies)).toEqual({ cookie: ['a=1', 'b=2'] });
  expect(lines(cookies, { http2: true })).toEqual({ cookie: ['a=1; b=2'] });
});

test('older proxies join all lines', () => {
  expect(lines([['x-a', '1'], ['x-a', '2']], { joined: true })).toEqual({ 'x-a': ['1,2'] });
});

test('what concerns the connection ends at the proxy, unless it becomes a websocket', () => {
  expect(lines([['connection', 'close'], ['te', 'trailers'], ['keep-alive', '5']])).toEqual({ te: ['trailers'] });
  expect(lines([['connection', 'Upgrade'], ['upgrade', 'websocket']])).toEqual({ connection: ['Upgrade'], upgrade: ['websocket'] });
});
