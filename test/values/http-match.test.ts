import * as fc from 'fast-check';
import { HostPattern, HttpMatch } from '../../src/values';

describe('shorthands', () => {
  test.each([
    [HttpMatch.get('/a'), ['GET']], [HttpMatch.head('/a'), ['HEAD']], [HttpMatch.post('/a'), ['POST']], [HttpMatch.put('/a'), ['PUT']],
    [HttpMatch.patch('/a'), ['PATCH']], [HttpMatch.delete('/a'), ['DELETE']], [HttpMatch.options('/a'), ['OPTIONS']],
    [HttpMatch.anyMethod('/a'), []],
  ])('%s names its method', (match, methods) => {
    expect(match.methods).toEqual(methods);
    expect(match.paths).toEqual(['/a']);
    expect(match.hosts).toEqual([]);
    expect(match.headers).toEqual([]);
  });

  test('refuse no path at all because that would mean every path', () => {
    for (const create of [
      () => HttpMatch.get(), () => HttpMatch.head(), () => HttpMatch.post(), () => HttpMatch.put(), () => HttpMatch.patch(),
      () => HttpMatch.delete(),
      () => HttpMatch.options(), () => HttpMatch.anyMethod(), () => HttpMatch.grpc(),
    ]) {
      expect(create).toThrow('the paths of an HTTP match are an empty list, which would mean any');
    }
  });

  test('gRPC calls are POST', () => {
    const match = HttpMatch.grpc('/shop.v1.Orders/Place', '/Health/*');
    expect(match.methods).toEqual(['POST']);
    expect(match.paths).toEqual(['/shop.v1.Orders/Place', '/Health/*']);
  });

  test.each([
    'shop.Orders/Place', '/shop.Orders', '/shop.Orders/', '/*', '/shop.*/Place', '/shop.Orders/Pl*', '/shop.Orders/Place/x',
    '/shop..Orders/Place', '//Place',
  ])(
    'refuses %s because it is no gRPC method', (path) => {
      expect(() => HttpMatch.grpc(path)).toThrow(/^a gRPC path (is not the path of a gRPC method|does not begin with "\/")/);
    },
  );
});

describe('criteria', () => {
  test('are shown on one line', () => {
    expect(HttpMatch.of({ methods: ['GET', 'POST'], paths: ['/v1/*'] }).toString()).toBe('GET,POST /v1/*');
    expect(HttpMatch.anyMethod('/healthz').toString()).toBe('any method /healthz');
    const headers = [{ name: 'x-v', values: ['1', '2'] }];
    expect(HttpMatch.of({ methods: ['GET'], hosts: [HostPattern.exact('orders')], headers }).toString())
      .toBe('GET any path host orders,orders:* header x-v=1,2');
  });

  test('refuses none because it would mean every request', () => {
    expect(() => HttpMatch.of({})).toThrow('an HTTP match has no criterion, which would mean every request');
  });

  test.each(['methods', 'paths', 'hosts', 'headers'])('refuses an empty list of %s because it would mean any', (list) => {
    expect(() => HttpMatch.of({ [list]: [] })).toThrow(`the ${list} of an HTTP match are an empty list, which would mean any`);
    expect(() => HttpMatch.of({ methods: ['GET'], paths: ['/a'], [list]: [] })).toThrow('an empty list');
  });

  test('are copies, so that changing them changes nothing', () => {
    const paths = ['/a'];
    const headers = [{ name: 'x', values: ['1'] }];
    const match = HttpMatch.of({ paths, headers });
    paths.push('/b');
    headers[0].values.push('2');
    match.paths.push('/c');
    match.methods.push('GET');
    match.headers[0].values.push('3');
    match.hosts.push(HostPattern.exact('a'));
    expect(match.toString()).toBe('any method /a header x=1');
  });
});

describe('methods', () => {
  test.each(['GET', 'PURGE', 'M-SEARCH', 'VERSION-CONTROL', 'X_Y'])('accepts %s', (method) => {
    expect(HttpMatch.of({ methods: [method] }).methods).toEqual([method]);
  });

  test.each([
    ['get', 'is not in upper case'], ['Get', 'is not in upper case'], ['*', 'has a "*"'], ['P*', 'has a "*"'], ['', 'is empty'],
    ['GET POST', 'no method has'],
    ['GET,POST', 'no method has'],
  ])('refuses %j because it %s', (method, problem) => {
    expect(() => HttpMatch.of({ methods: [method] })).toThrow(problem);
  });
});

describe('paths', () => {
  test.each([
    '/', '/a', '/a/', '/a/*', '/*', '/a*', '*.png', '*/healthz', '/.well-known/jwks.json', '/a/.hidden', '/a/...', '/a%20b', '/caf%C3%A9',
    '/a;v=1', '/a:b',
    "/a!$&'()+,=@~", '/items[0]', '/a/{*}', '/a/{*}/b', '/a/{**}', '/{**}', '/{*}/{**}', '/a/{**}/b', '/a/{*}/', '/a%2Ab',
  ])('accepts %s', (path) => {
    expect(HttpMatch.get(path).paths).toEqual([path]);
  });

  test.each([
    ['', 'is empty'],
    ['a', 'does not begin with "/", so that it never matches'],
    ['http://h/a', 'does not begin with "/"'],
    ['*', 'is only a wildcard, which means every path'],
    ['**', 'is only a wildcard'],
    ['/a/*/b', 'has a "*" that Istio takes literally'],
    ['/a*b', 'has a "*" that Istio takes literally'],
    ['/a/**', 'has a "*" that Istio takes literally'],
    ['*a*', 'has a "*" that Istio takes literally'],
    ['**.png', 'has a "*" that Istio takes literally'],
    ['/a?x=1', 'the query is cut off'],
    ['/a#top', 'the fragment is cut off'],
    ['/a\\b', 'is normalised to "/"'],
    ['/a/./b', 'has the segment ".", which is resolved'],
    ['/a/../b', 'has the segment "..", which is resolved'],
    ['/a/..', 'has the segment ".."'],
    ['/.', 'has the segment "."'],
    ['/a/..;x/b', 'has the segment "..;x"'],
    ['//a', 'an empty segment'],
    ['/a//b', 'an empty segment'],
    ['/a//', 'an empty segment'],
    ['/%61dmin', '"%61", which is decoded to "a"'],
    ['/a%2Db', '"%2D", which is decoded to "-"'],
    ['/a%2e', '"%2e", which is decoded to "."'],
    ['/a%5Fb', '"%5F", which is decoded to "_"'],
    ['/a%7Eb', '"%7E", which is decoded to "~"'],
    ['/a%39', '"%39", which is decoded to "9"'],
    ['/a%2Fb', '"%2F", which is decoded before paths are compared where the mesh decodes slashes'],
    ['/a%5cb', '"%5c", which is decoded'],
    ['/a%00', '"%00", which Envoy answers with 400'],
    ['/a%', 'begins no percent-escape'],
    ['/a%zz', 'begins no percent-escape'],
    ['/a%2*', 'begins no percent-escape'],
    ['/a b', 'write it as "%20"'],
    ['/a"b', 'write it as "%22"'],
    ['/a|b', 'write it as "%7C"'],
    ['/é', 'write it as "%C3%A9"'],
    ['/a\tb', 'has a control character'],
    ['/a\n', 'has a control character'],
    ['{**}', 'a template that does not begin with "/": Istio accepts it and Envoy aborts'],
    ['{*}/a', 'Envoy aborts'],
    ['a/{*}', 'does not begin with "/"'],
    ['//{*}', 'an empty segment'],
    ['/a{*}', 'only the whole segments'],
    ['/{id}', 'only the whole segments'],
    ['/a/}', 'only the whole segments'],
    ['/{*}/{id}', 'has the segment "{id}"'],
    ['/{*}/b[0]', 'has the segment "b[0]"'],
    ['/{*}/*', 'mixes a template with other wildcards'],
    ['*/{*}', 'mixes a template with other wildcards'],
    ['/{*}/b*', 'mixes a template with other wildcards'],
    ['/{**}/{*}', 'after "{**}", which must be the last one'],
    ['/{**}/a/{**}', 'after "{**}"'],
    [`/{*}/${'a'.repeat(253)}`, 'more than 256 characters'],
  ])('refuses %j because it %s', (path, problem) => {
    expect(() => HttpMatch.get(path)).toThrow(problem);
  });

  test('a template may have 256 characters, a plain path more', () => {
    expect(HttpMatch.get(`/{*}/${'a'.repeat(251)}`).paths[0]).toHaveLength(256);
    expect(HttpMatch.get(`/${'a'.repeat(300)}`).paths[0]).toHaveLength(301);
  });

  test('an accepted path has at most one "*" outside of templates, at an end, and nothing that normalisation takes away', () => {
    const piece = fc.constantFrom('/', '*', 'a', '.', '..', '%41', '%2F', '{*}', '{**}', '?', '#', ';', '\\', '[', '-');
    const text = fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join(''));
    fc.assert(fc.property(fc.oneof(text, text.map((t) => `/${t}`)), (path) => {
      try {
        HttpMatch.get(path);
      } catch {
        return;
      }
      const literal = path.replaceAll('/{**}', '/x').replaceAll('/{*}', '/x');
      expect(literal).toMatch(/^(\/[^*]*\*?|\*[^*]+)$/);
      expect(literal).not.toMatch(/[?#\\{}]|\/\/|%41|%2F/);
      expect(literal.split('/').slice(1)).not.toContain('..');
    }), { numRuns: 2000 });
  });
});

describe('headers', () => {
  test.each(['1', '2*', '*-beta', '*', 'a b', 'x,y'])('accepts the value %s', (value) => {
    expect(HttpMatch.of({ headers: [{ name: 'X-Api-Version', values: [value] }] }).headers)
      .toEqual([{ name: 'X-Api-Version', values: [value] }]);
  });

  test.each([
    ['', 'is empty'], ['a*b', 'takes literally'], ['*a*', 'takes literally'], ['**', 'takes literally'],
    [' a', 'begins or ends with a blank'], ['a\n', 'control character'],
  ])('refuses the value %j because it %s', (value, problem) => {
    expect(() => HttpMatch.of({ headers: [{ name: 'x', values: [value] }] })).toThrow(problem);
  });

  test.each([
    ['', 'is empty'], [':authority', 'pseudo-header'], ['x y', 'no header name can have'], ['x[y]', 'no header name can have'],
    ['x:', 'no header name can have'],
    ['Host', 'use "hosts" with a HostPattern'],
  ])('refuses the name %j because it %s', (name, problem) => {
    expect(() => HttpMatch.of({ headers: [{ name, values: ['1'] }] })).toThrow(problem);
  });

  test('refuses a header without values and one that is named twice', () => {
    expect(() => HttpMatch.of({ headers: [{ name: 'x', values: [] }] })).toThrow('the values of the header x are an empty list');
    expect(() => HttpMatch.of({ headers: [{ name: 'x', values: ['1'] }, { name: 'X', values: ['2'] }] }))
      .toThrow('a header is named twice');
  });
});
