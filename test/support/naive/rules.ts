import { blockOf, inBlock } from './addresses';
import { claimMatcher, requestPrincipalMatcher } from './claims';
import { accountMatcher, Names, namespaceMatcher, principalMatcher, trustDomainMatcher } from './identities';
import { pathMatcher } from './paths';
import { Request, valuesOf } from './request';
import { textMatcher } from './texts';
import { listOf, Manifest, namespaceOf, NaiveWorld, RefusedByProxy } from './world';

/** What a policy sees of a request or connection. */
export interface Seen {
  readonly names: Names;
  readonly sourceIp: string;
  readonly remoteIp: string;
  readonly ip: string;
  readonly port: number;
  readonly sni?: string;
  /** Absent where the proxy takes the bytes for TCP. */
  readonly request?: Request;
}

type Test = (seen: Seen) => boolean;

/** Makes the test of one value; a value that means nothing is undefined. */
interface Field {
  readonly of: (value: string) => Test | undefined;
  readonly http?: boolean;
}

class BadValue extends Error {}
class UnknownKey extends Error {}

/**
 * Whether a rule of a policy matches; null is read as a rule that says nothing.
 * Where a rule cannot be carried out, ALLOW drops it and the other actions enforce the rest.
 */
export function ruleMatches(world: NaiveWorld, policy: Manifest, rule: Manifest, seen: Seen): boolean {
  const strict = (policy.spec?.action ?? 'ALLOW') === 'ALLOW';
  const context = { world, home: namespaceOf(policy), strict, tcp: seen.request === undefined };
  try {
    const clauses = clausesOf(context, rule ?? {});
    return clauses.every((alternatives) => alternatives.length === 0 || alternatives.some((tests) => tests.every((test) => test(seen))));
  } catch (error) {
    if (error instanceof BadValue || error instanceof UnknownKey) {
      return false;
    }
    throw error;
  }
}

interface Context {
  readonly world: NaiveWorld;
  readonly home: string;
  readonly strict: boolean;
  readonly tcp: boolean;
}

/** All of them have to hold: one of the sources, one of the operations, every condition. */
function clausesOf(context: Context, rule: Manifest): Test[][][] {
  const from = listOf<Manifest>(rule.from).map((one) => testsOf(context, sourceFields(context), one?.source ?? {}));
  const to = listOf<Manifest>(rule.to).map((one) => testsOf(context, OPERATION, one?.operation ?? {}));
  const when = listOf<Manifest>(rule.when).map(({ key, values, notValues }) => {
    const field = conditionField(context, key);
    return [[...valuesTests(context, field, values), ...negated(valuesTests(context, field, notValues))]];
  });
  return [from, to, ...when];
}

function testsOf(context: Context, fields: Record<string, Field>, spec: Manifest): Test[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const opposite = `not${name[0].toUpperCase()}${name.slice(1)}`;
    return [...valuesTests(context, field, spec[name]), ...negated(valuesTests(context, field, spec[opposite]))];
  });
}

/** No test for an empty list, and one for all of its values together. */
function valuesTests({ strict, tcp }: Context, { of, http }: Field, values: readonly string[] | null | undefined): Test[] {
  const tests = listOf(values).map((value) => (http === true && tcp ? undefined : of(value)));
  if (strict && tests.includes(undefined)) {
    throw new BadValue();
  }
  const good = tests.filter((test): test is Test => test !== undefined);
  return good.length === 0 ? [] : [(seen) => good.some((test) => test(seen))];
}

function negated(tests: Test[]): Test[] {
  return tests.map((test) => (seen) => !test(seen));
}

const byNames = (make: (value: string) => (names: Names) => boolean): Field => ({
  of: (value) => {
    const matches = make(value);
    return ({ names }) => matches(names);
  },
});

const byAddress = (which: (seen: Seen) => string): Field => ({
  of: (value) => (blockOf(value) === undefined ? undefined : (seen) => inBlock(which(seen), value)),
});

const byPort: Field = {
  of: (value) => (/^\d+$/.test(value) && Number(value) <= 65535 ? ({ port }) => port === Number(value) : undefined),
};

const REQUEST_PRINCIPAL: Field = {
  http: true,
  of: (value) => {
    const matches = requestPrincipalMatcher(value);
    return ({ request }) => matches(request?.payload);
  },
};

function sourceFields({ world, home }: Context): Record<string, Field> {
  return {
    principals: byNames((value) => principalMatcher(world, value)),
    namespaces: byNames(namespaceMatcher),
    serviceAccounts: byNames((value) => accountMatcher(value, home)),
    trustDomains: byNames((value) => trustDomainMatcher(world, value)),
    ipBlocks: byAddress(({ sourceIp }) => sourceIp),
    remoteIpBlocks: byAddress(({ remoteIp }) => remoteIp),
    requestPrincipals: REQUEST_PRINCIPAL,
  };
}

/** A header matches if one of its values does; `*` asks only whether it is there. */
function byHeader(name: string, fold = (text: string) => text): Field {
  return {
    http: true,
    of: (value) => {
      const matches = value === '*' ? () => true : textMatcher(fold(value));
      return ({ request }) => (valuesOf(request as Request, name) ?? []).some((text) => matches(fold(text)));
    },
  };
}

const OPERATION: Record<string, Field> = {
  hosts: byHeader(':authority', (text) => text.toLowerCase()),
  methods: byHeader(':method'),
  paths: {
    http: true,
    of: (value) => {
      const matches = pathMatcher(value);
      return ({ request }) => matches((request as Request).target.split('?')[0]);
    },
  },
  ports: byPort,
};

/** What a key of `when` is about; keys that nobody knows take their rule away. */
function conditionField(context: Context, key: string): Field {
  const source = sourceFields(context);
  switch (key) {
    case 'source.principal': return source.principals;
    case 'source.namespace': return source.namespaces;
    case 'source.serviceAccount': return source.serviceAccounts;
    case 'source.trustDomain': return source.trustDomains;
    case 'source.ip': return source.ipBlocks;
    case 'remote.ip': return source.remoteIpBlocks;
    case 'destination.ip': return byAddress(({ ip }) => ip);
    case 'destination.port': return byPort;
    case 'connection.sni': return {
      of: (value) => {
        const matches = textMatcher(value);
        return ({ sni }) => sni !== undefined && matches(sni);
      },
    };
    case 'request.auth.principal': return REQUEST_PRINCIPAL;
    case 'request.auth.audiences': return byClaim(['aud']);
    case 'request.auth.presenter': return byClaim(['azp']);
    default: return prefixedField(key);
  }
}

function byClaim(path: readonly string[]): Field {
  return {
    http: true,
    of: (value) => {
      const matches = claimMatcher(path, textMatcher(value));
      return ({ request }) => matches(request?.payload);
    },
  };
}

/** Of these keys only the beginning is looked at, so what follows may make them mean nothing. */
function prefixedField(key: string): Field {
  const [, rest, named] = /^(?:request\.headers|request\.auth\.claims|experimental\.envoy\.filters\.)(.*?)(\[.*\])?$/s.exec(key) ?? [];
  if (rest === undefined) {
    throw new UnknownKey();
  }
  if (key.startsWith('experimental.')) {
    // no filter that would say anything of itself is modelled, so nothing is ever there
    return { of: () => () => false };
  }
  const brackets = rest === '' ? named : undefined;
  if (brackets === undefined) {
    return { http: true, of: () => undefined };
  }
  const inner = brackets.slice(1, -1);
  if (key.startsWith('request.headers') && inner === '') {
    throw new RefusedByProxy('no proxy takes a header without a name');
  }
  if (!key.startsWith('request.headers') && inner.split('][').includes('')) {
    throw new RefusedByProxy('no proxy takes a claim without a name');
  }
  return key.startsWith('request.headers') ? byHeader(inner) : byClaim(inner.split(']['));
}
