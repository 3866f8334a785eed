import * as ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

function addressOf(text: string): Address | undefined {
  return ipaddr.isValid(text) ? ipaddr.process(text) : undefined;
}

/** An address alone or with the length of its network; undefined if it is neither. */
export function blockOf(text: string): [Address, number] | undefined {
  const [address, length, ...rest] = text.split('/');
  const base = /^\d+$/.test(address) ? undefined : addressOf(address);
  if (base === undefined || rest.length > 0) {
    return undefined;
  }
  const longest = base.kind() === 'ipv4' ? 32 : 128;
  if (length === undefined) {
    return [base, longest];
  }
  return /^\d+$/.test(length) && Number(length) <= longest ? [base, Number(length)] : undefined;
}

/** Whether an address is in a block of its own version; a block whose length is 0 still has a version. */
export function inBlock(ip: string, block: string): boolean {
  const address = addressOf(ip);
  const network = blockOf(block);
  if (address === undefined || network === undefined || address.kind() !== network[0].kind()) {
    return false;
  }
  return address.match(network as any);
}
