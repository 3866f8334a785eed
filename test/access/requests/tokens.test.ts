import { HttpRequest, Token } from '../../../src/access/question';
import { SeenRequest } from '../../../src/access/requests/arrival';
import { carryTokens, DEFAULT_PLACES } from '../../../src/access/requests/token-places';
import { judgeTokens, TokenProvider } from '../../../src/access/requests/tokens';

const provider = (more: Partial<TokenProvider> = {}): TokenProvider => ({
  object: { kind: 'RequestAuthentication', name: 'jwt' },
  rule: 0,
  issuer: 'i',
  audiences: [],
  places: DEFAULT_PLACES,
  forwards: false,
  claimHeaders: [],
  words: ['scope'],
  hasKeys: true,
  ...more,
});
const token = (more: Partial<Token> = {}): Token => ({ in: 'header', name: 'authorization', prefix: 'Bearer ', claims: { iss: 'i', sub: 'a' }, state: 'valid', ...more });
const inQuery = (more: Partial<Token> = {}) => token({ in: 'query', name: 'access_token', ...more });

function judge(tokens: Token[], providers: TokenProvider[] = [provider()], headers: [string, string][] = []) {
  const request: HttpRequest = carryTokens({ method: 'GET', path: '/x', host: 'h', headers, tokens });
  const seen: SeenRequest = {
    method: 'GET', host: 'h', scheme: 'http', path: request.path, lines: new Map(request.headers.map(([name, value]) => [name, [value]])),
  };
  return { ...judgeTokens(providers, seen, request, 1000), seen };
}

// asked of Envoy 1.39, beside what is recorded
test('of two good tokens of one provider the one in the header counts', () => {
  expect(judge([token({ claims: { iss: 'i', sub: 'b' } }), inQuery()]).claims).toMatchObject({ sub: 'b' });
});

test('a header for a claim passes from the client if the provider that would remove it is not asked', () => {
  const places = (name: string) => ({ headers: [{ name, prefix: '' }], params: [], cookies: [] });
  const providers = [provider({ places: places('x-i') }), provider({ issuer: 'j', places: places('x-j'), claimHeaders: [{ header: 'x-c', claim: 'g' }] })];
  const forged: [string, string][] = [['x-c', 'admin']];
  expect(judge([token({ name: 'x-i', prefix: '' })], providers, forged).seen.lines.get('x-c')).toEqual(['admin']);
  expect(judge([], providers, forged).seen.lines.has('x-c')).toBe(false);
});

test('the audience is looked at before the signature, the time before the audience', () => {
  const providers = [provider({ audiences: ['a'] })];
  expect(judge([token({ state: 'forged' })], providers).answer).toBe('http-403');
  expect(judge([token({ state: 'expired' })], providers).answer).toBe('http-401');
  expect(judge([token({ state: 'forged', claims: { iss: 'i', aud: 'a' } })], providers).answer).toBe('http-401');
});

test('a token outside of its time is not valid whatever its state says', () => {
  expect(judge([token({ claims: { iss: 'i', exp: 900 } })]).answer).toBe('http-401');
  expect(judge([token({ claims: { iss: 'i', exp: 950 } })]).answer).toBe('pass');
  expect(judge([token({ claims: { iss: 'i', nbf: 1100 } })]).answer).toBe('http-401');
});

test('what a client writes as a header itself may be a token that is signed: nobody can tell', () => {
  const jwt = `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.${Buffer.from('{}').toString('base64url')}.c2ln`;
  expect(judge([], [provider()], [['authorization', `Bearer ${jwt}`]]).answer).toBe('unknown');
  expect(judge([], [provider()], [['authorization', 'Bearer junk']]).answer).toBe('http-401');
});

test('a good token is used up unless it is forwarded', () => {
  expect(judge([inQuery()]).seen.path).toBe('/x');
  expect(judge([inQuery()], [provider({ forwards: true })]).seen.path).toMatch(/^\/x\?access_token=/);
});
