import { UnusableInput } from './load-model';
import { addressOf } from '../access/addresses';

/** One question, as options. */
export interface QuestionOptions {
  readonly from?: string;
  readonly to?: string;
  readonly port?: string;
  readonly service?: string;
  readonly podAddress?: boolean;
  readonly protocol: string;
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  readonly header: string[];
  readonly token?: string;
  readonly principal?: string;
  readonly plaintext?: boolean;
}

type Query = Readonly<Record<string, unknown>>;

/** The options as a query of a case file. */
export function oneQuery(options: QuestionOptions): Query {
  const { from, to, port } = options;
  if (from === undefined || to === undefined || port === undefined) {
    throw new UnusableInput('a question needs --from, --to and --port; or ask many with --queries FILE or --case FILE');
  }
  const number = Number(port);
  if (!Number.isInteger(number) || number < 1 || number > 65535) {
    throw new UnusableInput(`--port ${port} is no port; it is a number from 1 to 65535`);
  }
  const http = requestOf(options);
  return {
    from: from === 'node' ? { node: true } : addressOf(from) === undefined ? { workload: from } : { outside: true, ip: from },
    to: { ...targetOf(to), port: number, protocol: options.protocol, ...(http === undefined ? {} : { app: 'http' }) },
    conn: {
      ...(options.plaintext === true ? { mtls: false } : options.principal === undefined ? {}
        : { mtls: true, principal: options.principal }),
      ...(options.podAddress === true ? { via: 'pod-ip' } : { via: 'service' }),
      ...(options.service === undefined ? {} : { service: options.service }),
    },
    ...(http === undefined ? {} : { http }),
  };
}

function targetOf(to: string): Query {
  if (addressOf(to) !== undefined) {
    return { ip: to };
  }
  return to.includes('/') ? { workload: to } : { host: to };
}

function requestOf({ method, path, host, header, token }: QuestionOptions): Query | undefined {
  if ([method, path, host, token].every((part) => part === undefined) && header.length === 0) {
    return undefined;
  }
  return {
    method: method ?? 'GET',
    path: path ?? '/',
    host: host ?? '',
    headers: header.map(headerOf),
    tokens: token === undefined
      ? [] : [{ in: 'header', name: 'Authorization', prefix: 'Bearer ', state: 'valid', claims: claimsOf(token) }],
  };
}

function headerOf(line: string): [string, string] {
  const colon = line.indexOf(':', 1);
  if (colon < 0) {
    throw new UnusableInput(`--header ${JSON.stringify(line)} is no header line; it is written "name: value"`);
  }
  return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
}

function claimsOf(token: string): unknown {
  try {
    const claims: unknown = JSON.parse(token);
    if (claims !== null && typeof claims === 'object' && !Array.isArray(claims)) {
      return claims;
    }
  } catch {
    // said below
  }
  throw new UnusableInput(`--token ${JSON.stringify(token)} is no JSON object; it holds the claims, for example '{"iss":"https://idp.example","sub":"alice"}'`);
}
