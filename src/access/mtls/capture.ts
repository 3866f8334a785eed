import { TransportProtocol, Workload } from '../workload';

const INCLUDE = 'traffic.sidecar.istio.io/includeInboundPorts';
const EXCLUDE = 'traffic.sidecar.istio.io/excludeInboundPorts';
const INTERCEPTION = 'sidecar.istio.io/interceptionMode';
const STATUS_PORT = 'status.sidecar.istio.io/port';
/** of the proxy: metrics and health; nothing there passes a policy */
const NEVER = [15090, 15021];
/** the tunnel of the mesh: redirected nowhere, and only proxies that speak it listen */
const TUNNEL = 15008;

/**
 * Whether the proxy of a workload takes what is sent to a port of its pod; `undefined` if its annotations cannot be read or the port is
 * the tunnel.
 */
export function isCaptured(workload: Workload, port: number, protocol: TransportProtocol = 'TCP'): boolean | undefined {
  const { annotations, mode } = workload;
  if (mode === 'none' || protocol !== 'TCP' || (mode === 'sidecar' && annotations[INTERCEPTION] === 'NONE')) {
    return false;
  }
  if (mode === 'ambient') {
    return true;
  }
  if (port === TUNNEL) {
    return undefined;
  }
  const included = annotations[INCLUDE] ?? '*';
  const excluded = portList(mode === 'sidecar' ? annotations[EXCLUDE] ?? '' : '');
  const status = Number(annotations[STATUS_PORT] ?? '15020');
  if (mode !== 'sidecar' || included === '*') {
    return excluded && ![...NEVER, status, ...excluded].includes(port);
  }
  return portList(included)?.includes(port);
}

/** Reads ports in a row; `undefined` for anything else. */
function portList(text: string): readonly number[] | undefined {
  const ports = text.split(',').map((port) => port.trim()).filter((port) => port !== '');
  return ports.every((port) => /^\d+$/.test(port)) ? ports.map(Number) : undefined;
}
