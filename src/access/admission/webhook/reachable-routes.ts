import type { Message } from './decode';
import { entriesAt, messageAt, messagesAt, numberAt, Opinion, textAt } from './opinion';

/** Warns about routes and matches that others before them leave nothing to. */
export function checkReachable(routes: readonly Message[], protocol: 'http' | 'tcp' | 'tls', opinion: Opinion): void {
  const seen = new Set<string>();
  const prefixes: PrefixMatch[] = [];
  let catchAll = false;
  routes.forEach((route, i) => {
    const matches = messagesAt(route, 'match');
    const name = protocol === 'http' && textAt(route, 'name') !== '' ? `"${textAt(route, 'name')}"` : `#${i}`;
    if (matches.length === 0) {
      if (catchAll) {
        opinion.warn(`virtualService rule ${name} not used (only the last rule can have no matches)`);
      }
      catchAll = true;
      return;
    }
    let duplicates = 0;
    matches.forEach((match, j) => {
      if (catchAll) {
        opinion.warn(`virtualService rule ${name} not used (route without matches defined before)`);
        return;
      }
      const text = canonical(match);
      if (seen.has(text)) {
        opinion.warn(`virtualService rule ${name} match #${j} is not used (duplicate/overlapping match in a rule before)`);
        duplicates += 1;
        return;
      }
      seen.add(text);
      prefixes.push(...prefixMatch(match, protocol));
    });
    if (duplicates === matches.length) {
      opinion.warn(`virtualService rule ${name} not used (all matches used by prior rules)`);
    }
  });
  prefixes.forEach((one, i) => prefixes.slice(i + 1).filter((other) => other.prefix !== one.prefix && covers(one, other))
    .forEach((other) => opinion.warn(`virtualService match of prefix ${other.prefix} is not used (overlapping match of prefix ${one.prefix})`)));
}

const MAPS = ['headers', 'queryParams', 'withoutHeaders', 'sourceLabels'];

/** A text that is the same for equal matches; names, and fields that hold nothing, do not count. */
function canonical(match: Message): string {
  const fields = Object.entries(match).filter(([field, value]) => field !== 'name' && value !== '' && value !== 0 && value !== false
    && !(MAPS.includes(field) && Object.keys(value as object).length === 0));
  return JSON.stringify(Object.fromEntries(fields), (_, inner: unknown) => (typeof inner === 'object' && inner !== null && !Array.isArray(inner)
    ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner));
}

interface PrefixMatch {
  readonly prefix: string;
  readonly port: number;
  readonly method: string;
  readonly authority: string;
  readonly maps: readonly ReadonlyMap<string, string>[];
}

function prefixMatch(match: Message, protocol: string): PrefixMatch[] {
  const prefix = textAt(messageAt(match, 'uri'), 'prefix');
  if (protocol !== 'http' || prefix === '') {
    return [];
  }
  const method = exactOrPrefix(messageAt(match, 'method'));
  return [{
    prefix,
    port: numberAt(match, 'port'),
    method: method === '' ? 'exact:GET' : method,
    authority: exactOrPrefix(messageAt(match, 'authority')),
    maps: ['headers', 'queryParams', 'withoutHeaders'].map((field) => new Map(entriesAt(match, field)
      .map(([name, value]) => [name, exactOrPrefix(value as Message)]))),
  }];
}

function exactOrPrefix(match: Message | undefined): string {
  const [exact, prefix] = [textAt(match, 'exact'), textAt(match, 'prefix')];
  return exact !== '' ? `exact:${exact}` : prefix !== '' ? `prefix:${prefix}` : '';
}

/** Whether istiod finds that the first match leaves nothing to the second one. */
function covers(first: PrefixMatch, second: PrefixMatch): boolean {
  return second.prefix.startsWith(first.prefix) && first.port === second.port && first.method.startsWith(second.method)
    && first.authority.startsWith(second.authority)
    && first.maps.every((map, i) => map.size === second.maps[i].size
      && [...map].every(([name, value]) => second.maps[i].has(name) && value.startsWith(second.maps[i].get(name)!)));
}
