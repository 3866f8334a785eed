const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const PUBLIC_MEMBERS: { readonly [kty: string]: readonly string[] } = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
};

/** What is wrong with an inline key set; the answer never repeats what the set holds, since that may be a secret. */
export function jwksProblem(value: string): string | undefined {
  const set = parsedObject(value);
  if (set === undefined) {
    return 'is not a JSON object';
  }
  if (!Array.isArray(set.keys) || set.keys.length === 0) {
    return 'has no list "keys" with at least one key';
  }
  const problems = set.keys.map((key: unknown, index: number) => {
    const problem = keyProblem(key);
    return problem === undefined ? undefined : `has a key (number ${index + 1}) that ${problem}`;
  });
  return problems.find((problem) => problem !== undefined);
}

function keyProblem(key: unknown): string | undefined {
  if (!isObject(key)) {
    return 'is not a JSON object';
  }
  if (key.kty === 'oct') {
    return 'is a shared secret (kty "oct"), with which everybody who reads the manifest can sign tokens';
  }
  const secret = PRIVATE_MEMBERS.find((member) => member in key);
  if (secret !== undefined) {
    return `holds private key material ("${secret}"), with which everybody who reads the manifest can sign tokens`;
  }
  const needed = typeof key.kty === 'string' && Object.hasOwn(PUBLIC_MEMBERS, key.kty) ? PUBLIC_MEMBERS[key.kty] : undefined;
  if (needed === undefined) {
    return `has no "kty" out of ${Object.keys(PUBLIC_MEMBERS).join(', ')}`;
  }
  const missing = needed.find((member) => typeof key[member] !== 'string' || key[member] === '');
  return missing === undefined ? undefined : `lacks the member "${missing}"`;
}

function parsedObject(value: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(value);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
