import { exactPattern, PatternPart, stringPattern, TextPattern } from '../text-pattern';

const SPIFFE = 'spiffe://';
const ANY = { repeat: 'any', atLeast: 0 } as const;
const SOMETHING = { repeat: 'any', atLeast: 1 } as const;

/** `principals`: istiod puts `spiffe://` before the value, so that one which has it never matches. `*` is every peer with a certificate. */
export function principalPattern(value: string): TextPattern {
  return value === '*' ? { text: value, parts: [SOMETHING] } : stringPattern(value, { before: SPIFFE });
}

/** `namespaces`: every `*` is a wildcard, also over slashes. */
export function namespacePattern(value: string): TextPattern {
  const literals = value.split('*');
  const inner = literals.flatMap((literal, i): PatternPart[] => (i === 0 ? [{ literal }] : [ANY, { literal }]));
  return { text: value, parts: [ANY, { literal: '/ns/' }, ...inner, { literal: '/' }, ANY] };
}

/** `serviceAccounts`: `namespace/account`, or an account of the namespace of the policy; of any trust domain, and no wildcards. */
export function serviceAccountPattern(value: string, home: string): TextPattern {
  const slash = value.indexOf('/');
  const [namespace, account] = slash < 0 ? [home, value] : [value.slice(0, slash), value.slice(slash + 1)];
  return {
    text: value,
    parts: [
      { literal: SPIFFE }, SOMETHING, { literal: `/ns/${namespace}/` },
      { choice: [[SOMETHING, { literal: '/' }], []] }, { literal: `sa/${account}` }, { choice: [[{ literal: '/' }, SOMETHING], []] },
    ],
  };
}

/** `trustDomains`: one `*`, which stays inside of the domain. */
export function trustDomainPattern(value: string): TextPattern {
  const star = value.indexOf('*');
  if (value === '*') {
    return { text: value, parts: [{ literal: SPIFFE }, ANY] };
  }
  if (star < 0) {
    return { text: value, parts: [{ literal: `${SPIFFE}${value}/` }, ANY] };
  }
  const [before, after] = [value.slice(0, star), value.slice(star + 1)];
  return { text: value, parts: [{ literal: SPIFFE + before }, { repeat: 'segment', atLeast: 0 }, { literal: `${after}/` }, ANY] };
}

/** `requestPrincipals`: the last slash separates issuer and subject. */
export function requestPrincipalPatterns(value: string): { readonly iss: TextPattern; readonly sub: TextPattern } {
  const slash = value.lastIndexOf('/');
  const [iss, sub] = slash < 0 ? [value, ''] : [value.slice(0, slash), value.slice(slash + 1)];
  const any = { text: value, parts: [SOMETHING] };
  const exact = (text: string) => ({ ...exactPattern(text), text: value });
  const suffix = (text: string) => ({ text: value, parts: [ANY, { literal: text }] });
  const prefix = (text: string) => ({ text: value, parts: [{ literal: text }, ANY] });
  if (value === '*') {
    return { iss: any, sub: any };
  }
  if (value.startsWith('*')) {
    return slash < 0 ? { iss: any, sub: suffix(value.slice(1)) } : { iss: iss === '*' ? any : suffix(iss.slice(1)), sub: exact(sub) };
  }
  if (value.endsWith('*')) {
    return slash < 0 ? { iss: prefix(value.slice(0, -1)), sub: any }
      : { iss: exact(iss), sub: sub === '*' ? any : prefix(sub.slice(0, -1)) };
  }
  return { iss: exact(iss), sub: exact(sub) };
}
