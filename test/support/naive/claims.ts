import { textMatcher, TextMatcher } from './texts';

export type Payload = Record<string, any> | undefined;
export type PayloadMatcher = (payload: Payload) => boolean;

/** A text, or a list with such a text; nothing else ever matches. */
export function claimMatcher(path: readonly string[], matches: TextMatcher): PayloadMatcher {
  return (payload) => {
    const claim = path.reduce<any>((node, name) => (isObject(node) ? new Map(Object.entries(node)).get(name) : undefined), payload);
    const texts: any[] = Array.isArray(claim) ? claim : [claim];
    return texts.some((text) => typeof text === 'string' && matches(text));
  };
}

function isObject(node: any): boolean {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}

/** `ISSUER/SUBJECT`, parted at the last slash; only one star at one end means something. */
export function requestPrincipalMatcher(value: string): PayloadMatcher {
  const [issuer, subject] = partsOf(value);
  const matches = [claimMatcher(['iss'], issuer), claimMatcher(['sub'], subject)];
  return (payload) => matches.every((match) => match(payload));
}

function partsOf(value: string): [TextMatcher, TextMatcher] {
  const any = textMatcher('*');
  if (value === '*') {
    return [any, any];
  }
  const slash = value.lastIndexOf('/');
  if (slash < 0) {
    return value.startsWith('*') ? [any, textMatcher(value)]
      : value.endsWith('*') ? [textMatcher(value), any] : [exactly(value), exactly('')];
  }
  const [issuer, subject] = [value.slice(0, slash), value.slice(slash + 1)];
  if (value.startsWith('*')) {
    return [textMatcher(issuer), exactly(subject)];
  }
  return [exactly(issuer), value.endsWith('*') ? textMatcher(subject) : exactly(subject)];
}

function exactly(wanted: string): TextMatcher {
  return (text) => text === wanted;
}
