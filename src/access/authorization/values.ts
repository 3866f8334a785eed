import { rangeOf } from '../addresses';
import { all, Condition, TextField } from '../condition';
import { MeshSettings } from '../mesh-settings';
import { stringPattern, TextPattern } from '../text-pattern';
import {
  namespacePattern, principalPattern, requestPrincipalPatterns, serviceAccountPattern, trustDomainPattern,
} from './identity-patterns';
import { isTemplate, readTemplate } from './path-templates';

/** A value that istiod makes nothing of, on this chain: an ALLOW rule with it is dropped, any other loses the value. */
export interface BadValue {
  readonly bad: string;
}

/** Where a rule is translated for. */
export interface TranslationContext {
  readonly chain: 'http' | 'tcp';
  /** of the policy */
  readonly namespace: string;
  readonly mesh: MeshSettings;
  /** takes what makes Envoy refuse the listener */
  readonly refuse: (why: string) => void;
}

/** Makes a condition of one value. */
export type Translate = (value: string, context: TranslationContext) => Condition | BadValue;

const text = (field: TextField, pattern: TextPattern): Condition => ({ is: 'text', field, pattern });

/** bounded, for processes that compare many policies in one mesh */
export const MOST_SHARED = 100_000;
const patterns = new WeakMap<MeshSettings, Map<string, TextPattern>>();

/** Equal values of one mesh share a pattern, so that it is compiled once and told apart by what it is. */
function shared(name: string, value: string, { mesh }: TranslationContext, make: () => TextPattern): TextPattern {
  let known = patterns.get(mesh);
  if (known === undefined || known.size >= MOST_SHARED) {
    known = new Map();
    patterns.set(mesh, known);
  }
  const key = `${name} ${value}`;
  let pattern = known.get(key);
  if (pattern === undefined) {
    pattern = make();
    known.set(key, pattern);
  }
  return pattern;
}

/** Something that only requests have. */
function ofRequests(name: string, translate: Translate): Translate {
  return (value, context) => {
    if (context.chain === 'tcp') {
      return { bad: `${name} is a property of HTTP requests, and this is a TCP chain` };
    }
    return translate(value, context);
  };
}

const address = (of: 'direct' | 'remote' | 'destination'): Translate => (value) => {
  // istiod takes a zone, and Envoy finds no address in it
  if (/^[0-9a-f]*:[0-9a-f:.]*%[^/]+$/i.test(value)) {
    return { is: 'constant', value: false };
  }
  const range = rangeOf(value);
  if (range === undefined) {
    return { bad: `${value} is no address and no CIDR` };
  }
  return { is: 'address', of, range, text: value };
};

/** A header that is there, whatever it says, satisfies `*`. */
function headerPattern(value: string, ignoreCase?: boolean): TextPattern {
  return value === '*' ? { text: value, parts: [{ repeat: 'any', atLeast: 0 }] } : stringPattern(value, { ignoreCase });
}

export const directAddress = address('direct');
export const remoteAddress = address('remote');
export const destinationAddress = address('destination');
export const principal: Translate = (value, context) => text('principal', shared('principal', value, context, () => principalPattern(value)));
export const namespace: Translate = (value) => text('principal', namespacePattern(value));
export const serviceAccount: Translate = (value, context) => text('principal', serviceAccountPattern(value, context.namespace));
export const trustDomain: Translate = (value) => text('principal', trustDomainPattern(value));
export const serverName: Translate = (value) => text('sni', stringPattern(value));
export const host = ofRequests('hosts', (value, context) => text('host', shared('host', value, context, () => headerPattern(value, true))));
export const method = ofRequests('methods', (value, context) => text('method', shared('method', value, context, () => headerPattern(value))));

export const port: Translate = (value) => {
  if (!/^\d+$/.test(value) || Number(value) > 65535) {
    return { bad: `${value} is no port` };
  }
  return { is: 'port', number: Number(value) };
};

export const path = ofRequests('paths', (value, context) => {
  if (!isTemplate(value)) {
    return text('path', shared('path', value, context, () => stringPattern(value)));
  }
  const read = readTemplate(value);
  if ('refused' in read) {
    context.refuse(read.refused);
    return { is: 'unknown', why: read.refused };
  }
  return text('path', read.pattern);
});

export const requestPrincipal = ofRequests('requestPrincipals', (value) => {
  const { iss, sub } = requestPrincipalPatterns(value);
  return all([{ is: 'claim', path: ['iss'], pattern: iss }, { is: 'claim', path: ['sub'], pattern: sub }]);
});

/** A claim by its path: a text, or a list that holds it. */
export function claim(key: string, claimPath: readonly string[] | undefined): Translate {
  return ofRequests(key, (value, { refuse }) => {
    if (claimPath === undefined) {
      return { bad: `${key} names no claim in brackets` };
    }
    if (claimPath.includes('')) {
      refuse(`${key} names a claim without a name`);
    }
    return { is: 'claim', path: claimPath, pattern: stringPattern(value) };
  });
}

/** A header by its name; pseudo headers have fields of their own. */
export function header(key: string, name: string | undefined): Translate {
  return ofRequests(key, (value, { refuse }) => {
    if (name === undefined) {
      return { bad: `${key} names no header in brackets` };
    }
    if (name === '') {
      refuse(`${key} names a header without a name`);
    }
    return text(headerField(name.toLowerCase()), headerPattern(value));
  });
}

function headerField(name: string): TextField {
  if (name === ':authority' || name === 'host') {
    return 'host';
  }
  return name === ':method' ? 'method' : `header:${name}`;
}

/** What a filter of Envoy says about a connection. The one for MySQL is not there unless istiod is told to put it there. */
export function filterMetadata(key: string): Translate {
  const [filter, name] = key.slice('experimental.'.length).replace(/\]$/, '').split(/\[([^]*)/);
  return (_, { mesh, refuse }) => {
    if (name === undefined) {
      return { bad: `${key} names nothing in brackets` };
    }
    if (name === '') {
      refuse(`${key} names something without a name`);
    }
    return filter === 'envoy.filters.network.mysql_proxy' && String(mesh.flags.PILOT_ENABLE_MYSQL_FILTER) !== 'true'
      ? { is: 'constant', value: false } : { is: 'unknown', why: `${filter} says it, and its filters are not modelled` };
  };
}
