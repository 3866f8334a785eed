import { deployedPorts, WrittenPort } from './services-of';
import { protocolOfPort } from '../../access/mtls/protocols';
import { text } from '../../access/snapshot/fields';
import { protocolOf } from '../../access/snapshot/services';
import { defineRule } from '../rule';

/** Services disagree about what one port of a workload speaks. */
export const conflictingProtocols = defineRule({
  id: 'workload/conflicting-protocols',
  severity: 'warning',
  effect: 'the oldest Service says what the port speaks: rules about requests are dropped or widened where that is TCP',
  fix: 'give the port one protocol in all Services that select the pods',
  aliases: ['IST0116'],
}, (snapshot) => deployedPorts(snapshot).flatMap(({ manifest, ports }) => {
  const byNumber = new Map<number, WrittenPort[]>();
  for (const port of ports) {
    if (typeof port.fields.port === 'number') {
      byNumber.set(port.fields.port, [...byNumber.get(port.fields.port) ?? [], port]);
    }
  }
  return [...byNumber].flatMap(([number, same]) => {
    const transports = new Set(same.map(({ fields }) => text(fields.protocol) ?? 'TCP'));
    const applications = new Set(same.map(({ fields }) => application(number, fields)));
    return transports.size < 2 && applications.size < 2 ? [] : [{
      manifest,
      path: 'metadata.name',
      message: `port ${number} has ${[...new Set([...transports, ...applications])].sort().join(' and ')} in ${servicesText(same)}`,
      // istioctl compares the protocol of the port alone
      ...(transports.size < 2 ? { aliases: [] } : {}),
    }];
  });
}));

/** One port of TCP and one of UDP may have the same number. */
function application(port: number, { protocol, appProtocol, name }: WrittenPort['fields']): string {
  return protocolOfPort({ port, targetPort: port, protocol: protocolOf(protocol), appProtocol: text(appProtocol), name: text(name) });
}

function servicesText(ports: readonly WrittenPort[]): string {
  return [...new Set(ports.map(({ service }) => service))].sort().join(', ');
}
