import { isAddressText } from '../go-addresses';
import type { Message } from './decode';
import { entriesAt, messageAt, messagesAt, numberAt, Opinion, textAt, textsAt, WebhookCheck } from './opinion';
import { fqdnProblem, labelProblems, portNameProblem, portProblem, socketProblem, UNIX } from './texts';

/** What the webhook says of a WorkloadEntry. */
export const checkWorkloadEntry: WebhookCheck = (spec, _, opinion) => checkEntry(spec, undefined, opinion);

/** Checks an entry. As an endpoint of a ServiceEntry, its address is none of a name and its ports have to be those of the entry. */
export function checkEntry(entry: Message, servicePorts: ReadonlySet<string> | undefined, opinion: Opinion): void {
  const address = textAt(entry, 'address');
  const ports = entriesAt(entry, 'ports');
  if (address === '' && textAt(entry, 'network') === '') {
    opinion.error('address is required');
    return;
  }
  if (address === '') {
    opinion.warn(`address is unset with network "${textAt(entry, 'network')}"`);
  } else if (address.startsWith(UNIX)) {
    opinion.errorIf(socketProblem(address.slice(UNIX.length)));
    opinion.errorIf(ports.length > 0 ? `unix endpoint ${address} must not include ports` : undefined);
  } else if (!isAddressText(address) && (servicePorts !== undefined || fqdnProblem(address) !== undefined)) {
    opinion.error(`endpoint address "${address}" is not a valid ${servicePorts === undefined ? 'FQDN or an ' : ''}IP address`);
  }
  checkEndpointPorts(entry, servicePorts, opinion);
  if (address.startsWith(UNIX) && servicePorts !== undefined && servicePorts.size !== 1) {
    opinion.error('exactly 1 service port required for unix endpoints');
  }
}

/** Checks ports and labels of an endpoint. */
export function checkEndpointPorts(entry: Message, servicePorts: ReadonlySet<string> | undefined, opinion: Opinion): void {
  for (const [name, port] of entriesAt(entry, 'ports')) {
    opinion.errorIf(servicePorts?.has(name) === false ? `endpoint port ${String(port)} is not defined by the service entry` : undefined);
    opinion.errorIf(portNameProblem(name));
    opinion.errorIf(portProblem(port as number));
  }
  labelProblems(entriesAt(entry, 'labels')).forEach((problem) => opinion.error(problem));
}

/** What the webhook says of a WorkloadGroup. */
export const checkWorkloadGroup: WebhookCheck = (spec, _, opinion) => {
  if (spec.template === undefined) {
    opinion.error('template is required');
    return;
  }
  const labels = labelProblems(entriesAt(messageAt(spec, 'metadata'), 'labels'));
  if (labels.length > 0) {
    opinion.error(`invalid labels: ${labels.join(', ')}`);
    return;
  }
  const probe = messageAt(spec, 'probe');
  if (probe !== undefined) {
    checkProbe(probe, opinion);
  }
};

function checkProbe(probe: Message, opinion: Opinion): void {
  ['periodSeconds', 'initialDelaySeconds', 'timeoutSeconds', 'successThreshold', 'failureThreshold'].filter((field) => numberAt(probe, field) < 0)
    .forEach((field) => opinion.error(`${field} must be non-negative`));
  const [http, tcp, exec] = ['httpGet', 'tcpSocket', 'exec'].map((field) => messageAt(probe, field));
  if (http !== undefined) {
    opinion.errorIf(portProblem(numberAt(http, 'port')));
    opinion.errorIf(['', 'HTTP', 'HTTPS'].includes(textAt(http, 'scheme')) ? undefined : 'httpGet.scheme must be one of "HTTPS", "HTTP"');
    messagesAt(http, 'httpHeaders').map((header) => textAt(header, 'name')).filter((name) => !/^[-A-Za-z0-9]+$/.test(name))
      .forEach((name) => opinion.error(name === '' ? 'header name cannot be empty' : `header name ${name} is not a valid header name`));
  } else if (tcp !== undefined) {
    opinion.errorIf(portProblem(numberAt(tcp, 'port')));
  } else if (exec !== undefined) {
    opinion.errorIf(textsAt(exec, 'command').length === 0 ? 'exec.command is required' : undefined);
  } else {
    opinion.error('unknown health check method');
  }
}
