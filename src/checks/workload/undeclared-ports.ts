import { protocolOfPort } from '../../access/mtls/protocols';
import { Manifest } from '../../access/objects';
import { mapping, mappings, text } from '../../access/snapshot/fields';
import { protocolOf } from '../../access/snapshot/services';
import { Snapshot } from '../../access/snapshot/snapshot';
import { ServicePort } from '../../access/workload';
import { isIstios } from '../shown';

/** A port of a Service whose protocol nothing states. */
export interface UndeclaredPort {
  readonly manifest: Manifest;
  readonly path: string;
  readonly port: ServicePort;
  /** of a Service that stands for a name outside of the cluster; there a port of TCP counts as well */
  readonly external: boolean;
}

/** The ports of users' Services that istiod has to guess about. */
export function undeclaredPorts(snapshot: Snapshot): UndeclaredPort[] {
  return snapshot.kind('', 'Service').filter((manifest) => !isIstios(manifest)).flatMap((manifest) => {
    const spec = mapping(manifest.object.spec);
    const external = spec.type === 'ExternalName';
    return mappings(spec.ports).flatMap((fields, i) => {
      const port = portOf(fields);
      return protocolOfPort(port) === 'UNKNOWN' || (external && port.name === 'tcp') ? [{ manifest, path: `spec.ports[${i}]`, port, external }] : [];
    });
  });
}

function portOf({ port, name, protocol, appProtocol, targetPort }: Readonly<Record<string, unknown>>): ServicePort {
  const number = typeof port === 'number' ? port : 0;
  const target = typeof targetPort === 'number' || typeof targetPort === 'string' ? targetPort : number;
  return { port: number, targetPort: target, protocol: protocolOf(protocol), name: text(name), appProtocol: text(appProtocol) };
}
