import { Address, addressOf } from '../addresses';
import { HeaderLines } from './headers';

/** How a proxy learns the address of the client from X-Forwarded-For. */
export interface ForwardedRules {
  readonly kind: 'sidecar' | 'gateway' | 'waypoint';
  readonly numTrustedProxies: number;
}

/**
 * Decides the `remote` address: at a sidecar and a waypoint the last entry of X-Forwarded-For, which the client writes; at a gateway the
 * peer, or the entry that as many trusted proxies have appended.
 */
export function remoteAddress(
  lines: HeaderLines, direct: Address | undefined, { kind, numTrustedProxies }: ForwardedRules,
): Address | undefined {
  const forwarded = lines.get('x-forwarded-for');
  if (forwarded === undefined) {
    return direct;
  }
  const entries = forwarded.join(',').split(',').map((entry) => entry.trim());
  const fromEnd = kind === 'gateway' ? numTrustedProxies : 1;
  const entry = fromEnd === 0 ? undefined : entries.at(-fromEnd);
  return (entry === undefined ? undefined : addressOf(entry)) ?? direct;
}

/** A gateway appends the peer to X-Forwarded-For before anything is matched. */
export function appendPeer(lines: HeaderLines, peer: string | undefined): void {
  const known = lines.get('x-forwarded-for')?.[0];
  lines.set('x-forwarded-for', [[known, peer ?? 'unknown'].filter((part) => part !== undefined).join(',')]);
}
