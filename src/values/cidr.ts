import { invalid, requireReason, requireValid } from './errors';
import { addressProblem, blockContains, blocksOverlap, canonicalCidr, cidrProblem, coversAll, IpBlock, parseIpBlock } from './grammar/cidrs';

/**
 * Details of a block of addresses.
 */
export interface CidrOptions {
  /**
   * Blocks inside this one that do not belong to it. Each must be a real part of the block, of the same family.
   *
   * @default - the whole block
   */
  readonly except?: string[];
}

/**
 * Details of a very large block of addresses.
 */
export interface WideCidrOptions extends CidrOptions {
  /**
   * Why so many addresses are needed; one line, written where reviewers see it.
   */
  readonly reason: string;
}

const ALLOWED = 'canonical CIDRs such as "10.9.8.0/24" or "2001:db8::/64"';
const NARROWEST_WIDE = 8;

/**
 * A block of IP addresses, written the one way that every network plugin, API server and proxy reads alike.
 *
 * Addresses are no identities: whoever gets an address of the block gets its access. Inside a mesh prefer workloads. Text that is valid
 * somewhere but not canonical (host bits, leading zeros, IPv4 written as IPv6, zone ids) is refused, and the message holds the corrected
 * text.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/
 * @example
 * import { Cidr } from 'cdk8s-zero-trust';
 *
 * Cidr.of('10.20.0.0/16', { except: ['10.20.255.0/24'] });
 * Cidr.address('192.0.2.7');
 * Cidr.wide('0.0.0.0/0', { except: ['10.0.0.0/8'], reason: 'public web crawler' });
 */
export class Cidr {
  /**
   * A block of addresses with a prefix of /8 or longer.
   *
   * @param cidr an IPv4 or IPv6 block in canonical form, for example `10.9.8.0/24`
   * @throws when the text is not canonical, the prefix is shorter than /8 (use `Cidr.wide`), or an exception is not a real part of the
   * block
   */
  public static of(cidr: string, options: CidrOptions = {}): Cidr {
    const block = requireCidr('a CIDR', cidr);
    if (block.prefixLength < NARROWEST_WIDE) {
      throw invalid(
        'a CIDR admits a great part of the internet', cidr, `prefixes of /${NARROWEST_WIDE} or longer`,
        'name a smaller block, or use Cidr.wide with a reason',
      );
    }
    return new Cidr(cidr, block, options.except);
  }

  /**
   * A single address: /32 of IPv4, /128 of IPv6.
   *
   * @param ip the address in canonical form, without a prefix length
   * @throws when the text is not a canonical address
   */
  public static address(ip: string): Cidr {
    requireValid(
      'an address', ip, addressProblem, 'addresses such as "192.0.2.7" or "2001:db8::1"', 'write the address in this form, or use Cidr.of',
    );
    const block = parseIpBlock(ip)!;
    return new Cidr(canonicalCidr(block), block);
  }

  /**
   * A block with a prefix shorter than /8, up to the whole internet (`0.0.0.0/0`, `::/0`). This is the only way to get one.
   *
   * @throws when the prefix is /8 or longer (use `Cidr.of`), the reason says nothing, or anything that `Cidr.of` refuses
   */
  public static wide(cidr: string, options: WideCidrOptions): Cidr {
    const block = requireCidr('a CIDR', cidr);
    if (block.prefixLength >= NARROWEST_WIDE) {
      throw invalid('a CIDR is not wide', cidr, `prefixes shorter than /${NARROWEST_WIDE}`, 'use Cidr.of, which needs no reason');
    }
    return new Cidr(cidr, block, options.except, requireReason(options.reason, `the wide CIDR ${cidr}`));
  }

  /** The block in canonical form, for example `10.9.8.0/24`. */
  public readonly block: string;
  /** Why so many addresses are needed; only a wide block has one. */
  public readonly reason?: string;
  private readonly parsed: IpBlock;
  private readonly exceptions: IpBlock[];

  private constructor(cidr: string, block: IpBlock, except: string[] = [], reason?: string) {
    this.block = cidr;
    this.parsed = block;
    this.reason = reason;
    this.exceptions = except.map((exception) => requireException(block, exception));
  }

  /** The blocks inside that do not belong to this one, in the order in which they were given. */
  public get except(): string[] {
    return this.exceptions.map(canonicalCidr);
  }

  /** Whether this is IPv4; otherwise it is IPv6. */
  public get isIpv4(): boolean {
    return this.parsed.network.kind() === 'ipv4';
  }

  /**
   * Whether an address belongs to the block and to none of its exceptions. An address of the other family never does.
   *
   * @throws when the text is not a canonical address
   */
  public contains(ip: string): boolean {
    requireValid('an address', ip, addressProblem, 'addresses such as "192.0.2.7" or "2001:db8::1"', 'write the address in this form');
    const address = parseIpBlock(ip)!;
    return blockContains(this.parsed, address) && !this.exceptions.some((exception) => blockContains(exception, address));
  }

  /**
   * Whether every address of the other block, without its exceptions, belongs to this one and to none of its exceptions.
   */
  public covers(other: Cidr): boolean {
    return coversAll({ block: this.parsed, except: this.exceptions }, { block: other.parsed, except: other.exceptions });
  }

  /**
   * Whether some address may belong to both blocks. Exceptions count where one of them takes out the other block as a whole.
   */
  public overlaps(other: Cidr): boolean {
    const takenOut = this.exceptions.some((exception) => blockContains(exception, other.parsed))
      || other.exceptions.some((exception) => blockContains(exception, this.parsed));
    return blocksOverlap(this.parsed, other.parsed) && !takenOut;
  }

  /**
   * The block with its exceptions: `10.0.0.0/8` or `10.0.0.0/8 except 10.1.0.0/16, 10.2.0.0/16`.
   */
  public toString(): string {
    return this.exceptions.length === 0 ? this.block : `${this.block} except ${this.except.join(', ')}`;
  }
}

function requireCidr(what: string, cidr: string): IpBlock {
  requireValid(what, cidr, cidrProblem, ALLOWED, 'write the block in this form');
  return parseIpBlock(cidr)!;
}

function requireException(block: IpBlock, exception: string): IpBlock {
  const inner = requireCidr('an exception of a CIDR', exception);
  if (!blockContains(block, inner) || inner.prefixLength === block.prefixLength) {
    throw invalid(
      'an exception of a CIDR is not a real part of it', exception, `smaller blocks inside ${canonicalCidr(block)}`,
      'leave the exception out, or name the part that is meant',
    );
  }
  return inner;
}
