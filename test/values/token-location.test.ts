import { TokenLocation } from '../../src/values';

test('the bearer location keeps the blank behind the scheme', () => {
  const bearer = TokenLocation.bearer();
  expect(bearer).toMatchObject({ headerName: 'Authorization', prefix: 'Bearer ' });
  expect(bearer.toString()).toBe('header Authorization "Bearer "');
});

test('headers, cookies and query parameters are told apart', () => {
  expect(TokenLocation.header('x-jwt')).toMatchObject({ headerName: 'x-jwt' });
  expect(TokenLocation.header('x-jwt').prefix).toBeUndefined();
  expect(TokenLocation.header('x-jwt', 'JWT ').prefix).toBe('JWT ');
  expect(TokenLocation.header('x-jwt').toString()).toBe('header x-jwt');
  expect(TokenLocation.cookie('session')).toMatchObject({ cookieName: 'session' });
  expect(TokenLocation.cookie('session').toString()).toBe('cookie session');
  const param = TokenLocation.queryParam('token', { reason: ' web sockets of browsers ' });
  expect(param).toMatchObject({ queryParamName: 'token', reason: 'web sockets of browsers' });
  expect(param.toString()).toBe('query parameter token');
});

test('a token in the URL needs a reason because logs keep URLs', () => {
  expect(() => TokenLocation.queryParam('token', { reason: '' })).toThrow('a token in the query parameter token needs a reason');
});

test.each([
  [() => TokenLocation.header(''), 'is empty'],
  [() => TokenLocation.header('x jwt'), 'no header name can have'],
  [() => TokenLocation.header(':path'), 'pseudo-header'],
  [() => TokenLocation.header('x', ''), 'the prefix of a token is empty'],
  [() => TokenLocation.header('x', ' Bearer'), 'begins with a blank'],
  [() => TokenLocation.cookie(''), 'is empty'],
  [() => TokenLocation.cookie('a=b'), 'no header name can have'],
  [() => TokenLocation.queryParam('', { reason: 'because' }), 'is empty'],
  [() => TokenLocation.queryParam('a=b', { reason: 'because' }), 'no parameter name has'],
  [() => TokenLocation.queryParam('a&b', { reason: 'because' }), 'no parameter name has'],
])('refuses a name that no request has (%s)', (create, problem) => {
  expect(create).toThrow(problem);
});
