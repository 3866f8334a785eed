/** How strict a reader of addresses is. */
export interface AddressRules {
  /** `fe80::1%eth0` */
  readonly zones: boolean;
  /** `::ffff:10.0.0.1` */
  readonly mapped: boolean;
}

/** A CIDR as 16 or 4 bytes and a length. */
export interface Prefix {
  readonly bytes: readonly number[];
  readonly length: number;
}

/** The bytes of an address as Go's `netip` reads it, without its zone, or `undefined`. */
export function addressBytes(text: string): number[] | undefined {
  return text.includes(':') ? bytes6(text) : bytes4(text);
}

/** Whether the text is an address. */
export function isAddressText(text: string, { zones, mapped }: AddressRules = { zones: true, mapped: true }): boolean {
  const zone = text.indexOf('%');
  if (zone >= 0 && (!zones || !text.includes(':') || zone === text.length - 1)) {
    return false;
  }
  const bytes = addressBytes(zone < 0 ? text : text.slice(0, zone));
  return bytes !== undefined && (mapped || bytes.length === 4 || !isMapped(bytes));
}

/** Whether an IPv6 address stands for an IPv4 one. */
export function isMapped(bytes: readonly number[]): boolean {
  return bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
}

/** A CIDR as Go's `netip.ParsePrefix` reads it, or `undefined`; bits beyond the length are kept. */
export function prefixOf(text: string): Prefix | undefined {
  const slash = text.lastIndexOf('/');
  const length = text.slice(slash + 1);
  const bytes = slash < 0 ? undefined : addressBytes(text.slice(0, slash));
  if (bytes === undefined || !/^(?:0|[1-9]\d{0,2})$/.test(length) || Number(length) > bytes.length * 8) {
    return undefined;
  }
  return { bytes, length: Number(length) };
}

/** Whether no bit is set beyond the length. */
export function hasNoHostBits({ bytes, length }: Prefix): boolean {
  return bytes.every((byte, i) => byte % 2 ** Math.min(8, Math.max(0, 8 * (i + 1) - length)) === 0);
}

/** Whether the inner block lies within the outer one. */
export function prefixContains(outer: Prefix, inner: Prefix): boolean {
  return outer.bytes.length === inner.bytes.length && outer.length <= inner.length
    && outer.bytes.every((byte, i) => {
      const free = 2 ** Math.min(8, Math.max(0, 8 * (i + 1) - outer.length));
      return Math.floor(byte / free) === Math.floor(inner.bytes[i] / free);
    });
}

function bytes4(text: string): number[] | undefined {
  const parts = text.split('.');
  const sound = parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  return sound ? parts.map(Number) : undefined;
}

function bytes6(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) {
    return undefined;
  }
  const [front, back] = halves.map((half, i) => (half === '' ? [] : groupBytes(half, i === halves.length - 1)));
  if (front === undefined || halves.length === 1) {
    return front?.length === 16 ? front : undefined;
  }
  if (back === undefined) {
    return undefined;
  }
  const missing = 16 - front.length - back.length;
  return missing >= 2 ? [...front, ...new Array<number>(missing).fill(0), ...back] : undefined;
}

function groupBytes(text: string, last: boolean): number[] | undefined {
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [i, group] of groups.entries()) {
    const tail = last && i === groups.length - 1 && group.includes('.') ? bytes4(group) : undefined;
    if (tail !== undefined) {
      bytes.push(...tail);
    } else if (/^[0-9A-Fa-f]{1,4}$/.test(group)) {
      const value = parseInt(group, 16);
      bytes.push(Math.floor(value / 256), value % 256);
    } else {
      return undefined;
    }
  }
  return bytes;
}
