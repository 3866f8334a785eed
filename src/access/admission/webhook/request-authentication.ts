import { isRecord, itemsOf } from '../field-note';
import { parseUrl } from '../go-texts';
import type { Message } from './decode';
import { messagesAt, Opinion, textAt, textsAt, WebhookCheck } from './opinion';
import { checkAttachment } from './targets';
import { durationProblem } from './texts';

/** What the webhook says of a RequestAuthentication. */
export const checkRequestAuthentication: WebhookCheck = (spec, _, opinion) => {
  checkAttachment(spec, opinion);
  messagesAt(spec, 'jwtRules').forEach((rule) => checkJwtRule(rule, opinion));
};

function checkJwtRule(rule: Message, opinion: Opinion): void {
  const uri = textAt(rule, 'jwksUri');
  errorOnEmpty(textsAt(rule, 'audiences'), 'audience must be non-empty string', opinion);
  if (textAt(rule, 'issuer') === '' && uri === '') {
    opinion.error('issuer or jwksUri must be non-empty string');
  }
  opinion.errorIf(uri === '' ? undefined : jwksUriProblem(uri));
  checkKeys(textAt(rule, 'jwks'), opinion);
  errorOnEmpty(messagesAt(rule, 'fromHeaders').map((location) => textAt(location, 'name')), 'location header name must be non-empty string', opinion);
  errorOnEmpty(textsAt(rule, 'fromParams'), 'location query must be non-empty string', opinion);
  errorOnEmpty(textsAt(rule, 'fromCookies'), 'cookie name must be non-empty string', opinion);
  for (const claim of messagesAt(rule, 'outputClaimToHeaders')) {
    const header = textAt(claim, 'header');
    if (textAt(claim, 'claim') === '' || header === '') {
      opinion.error('outputClaimToHeaders header and claim value must be non-empty string');
    } else if (!/^[-_A-Za-z0-9]+$/.test(header)) {
      opinion.error(`header name ${header} is not a valid header name`);
    }
  }
  opinion.errorIf(rule.timeout === undefined ? undefined : durationProblem(rule.timeout as bigint));
}

function errorOnEmpty(values: readonly string[], problem: string, opinion: Opinion): void {
  values.filter((value) => value === '').forEach(() => opinion.error(problem));
}

function jwksUriProblem(uri: string): string | undefined {
  const url = parseUrl(uri);
  if (url === undefined) {
    return `parse "${uri}": not a URL`;
  }
  if (url.scheme !== 'http' && url.scheme !== 'https') {
    return `URI scheme "${url.scheme}" is not supported`;
  }
  return url.port !== '' && BigInt(url.port) > 2n ** 63n - 1n ? `port ${url.port} is out of range` : undefined;
}

/** The members that a key of each type has to have, as numbers in base64, and those that only the owner should know. */
const KEY_TYPES: Readonly<Record<string, { readonly needed: readonly string[]; readonly secret: readonly string[] }>> = {
  RSA: { needed: ['n', 'e'], secret: ['d', 'p', 'q', 'dp', 'dq', 'qi'] },
  EC: { needed: ['crv', 'x', 'y'], secret: ['d'] },
  OKP: { needed: ['crv', 'x'], secret: ['d'] },
  oct: { needed: ['k'], secret: [] },
};
const TEXT_MEMBERS = ['use', 'alg', 'kid', 'x5u', 'x5t', 'x5t#S256'];

function checkKeys(text: string, opinion: Opinion): void {
  if (text === '') {
    return;
  }
  const set = parsedObject(text);
  const keys = set === undefined ? undefined : !Object.hasOwn(set, 'keys') ? [set] : set.keys === null ? [] : Array.isArray(set.keys) ? set.keys : undefined;
  const bad = keys?.findIndex((key) => !isKey(key)) ?? 0;
  if (keys === undefined || bad >= 0) {
    opinion.error(`jwks parse error: ${keys === undefined ? 'not a set of keys' : `failed to decode key #${bad}`}`);
    return;
  }
  keys.forEach((key, i) => {
    if (isRecord(key) && (key.kty === 'oct' || Object.hasOwn(key, 'd'))) {
      opinion.warn(`jwks key at index ${i} contains private key material; only public keys are used for verification`);
    }
  });
}

/** The object in a text. What follows a set of keys is passed over. */
function parsedObject(text: string): Record<string, unknown> | undefined {
  const whole = parsed(text);
  if (whole !== undefined) {
    return isRecord(whole) ? whole : undefined;
  }
  const ends = [...text.matchAll(/\}/g)].map(({ index }) => text.slice(0, index + 1));
  return ends.map(parsed).find((set): set is Record<string, unknown> => isRecord(set) && Object.hasOwn(set, 'keys'));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isKey(key: unknown): boolean {
  if (!isRecord(key) || typeof key.kty !== 'string' || !Object.hasOwn(KEY_TYPES, key.kty)) {
    return false;
  }
  const { needed, secret } = KEY_TYPES[key.kty];
  const present = [...secret, ...TEXT_MEMBERS].filter((member) => Object.hasOwn(key, member));
  return [...needed, ...present].every((member) => typeof key[member] === 'string')
    && [...needed, ...secret].filter((member) => member !== 'crv' && Object.hasOwn(key, member)).every((member) => isBase64(key[member] as string))
    && (!Object.hasOwn(key, 'key_ops') || (Array.isArray(key.key_ops) && key.key_ops.every((one) => typeof one === 'string')))
    && (!Object.hasOwn(key, 'x5c') || itemsOf(key.x5c).every((one) => typeof one === 'string' && isBase64(one)));
}

/** Base64 of either alphabet, with its padding or without any. */
function isBase64(text: string): boolean {
  const bare = text.replace(/={1,2}$/, '');
  return /^(?:[A-Za-z0-9+/]*|[A-Za-z0-9_-]*)$/.test(bare) && bare.length % 4 !== 1 && (bare === text || text.length % 4 === 0);
}
