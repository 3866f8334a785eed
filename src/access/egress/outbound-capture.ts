import { addressOf, inRange, rangeOf } from '../addresses';
import { Workload } from '../workload';

const PREFIX = 'traffic.sidecar.istio.io/';

/** Whether the proxy of a sidecar takes a call of its application; `undefined` if that hangs on an address that is not known. */
export function isCapturedOutbound({ annotations, mode }: Workload, port: number, address?: string): boolean | undefined {
  if (mode !== 'sidecar') {
    return mode === 'ambient';
  }
  const said = (name: string): readonly string[] | undefined => annotations[PREFIX + name]?.split(',').map((part) => part.trim()).filter((part) => part !== '');
  if (annotations['sidecar.istio.io/interceptionMode'] === 'NONE' || said('excludeOutboundPorts')?.includes(String(port)) === true) {
    return false;
  }
  const excluded = isWithin(said('excludeOutboundIPRanges') ?? [], address);
  if (excluded !== false) {
    return excluded === true ? false : undefined;
  }
  return said('includeOutboundPorts')?.includes(String(port)) === true || isWithin(said('includeOutboundIPRanges') ?? ['*'], address);
}

/** Whether the address lies in one of the ranges. */
function isWithin(ranges: readonly string[], address: string | undefined): boolean | undefined {
  if (ranges.length === 0 || ranges.includes('*')) {
    return ranges.length > 0;
  }
  const known = address === undefined ? undefined : addressOf(address);
  return known === undefined ? undefined : ranges.some((range) => {
    const block = rangeOf(range);
    return block !== undefined && inRange(block, known);
  });
}
