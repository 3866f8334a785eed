import { splitHostPort } from '../go-texts';
import type { Message } from './decode';
import { checkDestination } from './destinations';
import { checkListenerHost } from './listener-hosts';
import { messageAt, messagesAt, numberAt, Opinion, textAt, textsAt, WebhookCheck, WebhookMetadata } from './opinion';
import { isHttp, isTls, protocolProblem } from './protocols';
import { checkServerTls, serverTlsMode } from './server-tls';
import { checkWorkloadSelector } from './targets';
import { addressProblem, fqdnProblem, portNameProblem, portProblem, socketProblem, UNIX } from './texts';
import { checkConnectionPool } from './traffic-policy';

/** What the webhook says of a Sidecar. */
export const checkSidecar: WebhookCheck = (spec, metadata, opinion) => {
  if (!checkWorkloadSelector(messageAt(spec, 'workloadSelector'), 'sidecar', opinion)) {
    return;
  }
  const [ingress, egress] = [messagesAt(spec, 'ingress'), messagesAt(spec, 'egress')];
  const pool = messageAt(spec, 'inboundConnectionPool');
  const outbound = messageAt(spec, 'outboundTrafficPolicy');
  if (ingress.length === 0 && egress.length === 0 && outbound === undefined && pool === undefined) {
    opinion.error('sidecar: empty configuration provided');
    return;
  }
  checkIngress(ingress, opinion);
  checkConnectionPool(pool, opinion);
  checkEgress(egress, metadata, opinion);
  checkOutbound(outbound, opinion);
};

function checkIngress(listeners: readonly Message[], opinion: Opinion): void {
  const numbers = new Set<number>();
  for (const listener of listeners) {
    const port = messageAt(listener, 'port');
    if (port === undefined) {
      opinion.error('sidecar: port is required for ingress listeners');
      continue;
    }
    const number = numberAt(port, 'number');
    opinion.errorIf(numberAt(port, 'targetPort') > 0 ? 'targetPort has no impact on Sidecars' : undefined);
    checkPortAndBind(port, textAt(listener, 'bind'), opinion);
    opinion.errorIf(numbers.has(number) ? 'sidecar: ports on IP bound listeners must be unique' : undefined);
    numbers.add(number);
    checkDefaultEndpoint(textAt(listener, 'defaultEndpoint'), opinion);
    checkIngressTls(messageAt(listener, 'tls'), textAt(port, 'protocol'), opinion);
    const pool = messageAt(listener, 'connectionPool');
    checkConnectionPool(pool, opinion);
    if (messageAt(pool ?? {}, 'http') !== undefined && !isHttp(textAt(port, 'protocol'))) {
      opinion.warn(`sidecar: HTTP connection pool settings are configured for port ${number} but its protocol is not HTTP; only TCP settings will apply`);
    }
  }
}

function checkPortAndBind(port: Message, bind: string, opinion: Opinion): void {
  opinion.errorIf(textAt(port, 'name') === '' ? undefined : portNameProblem(textAt(port, 'name')));
  opinion.errorIf(protocolProblem(textAt(port, 'protocol')));
  opinion.errorIf(portProblem(numberAt(port, 'number')));
  opinion.errorIf(bind === '' ? undefined : addressProblem(bind));
}

function checkDefaultEndpoint(endpoint: string, opinion: Opinion): void {
  if (endpoint === '') {
    return;
  }
  if (endpoint.startsWith(UNIX)) {
    opinion.errorIf(socketProblem(endpoint.slice(UNIX.length)));
    return;
  }
  const split = splitHostPort(endpoint);
  if (split === undefined) {
    opinion.error(`address ${endpoint}: missing port in address`);
  } else if (!['', '127.0.0.1', '0.0.0.0', '::1', '::'].includes(split.host)) {
    opinion.error('sidecar: defaultEndpoint must be of form 127.0.0.1:<port>,0.0.0.0:<port>,[::1]:port,[::]:port,unix://filepath or unset');
  }
  const port = split?.port ?? '';
  opinion.errorIf(/^[+-]?\d+$/.test(port) ? portProblem(Number(port)) : `sidecar: defaultEndpoint port (${port}) is not a number`);
}

function checkIngressTls(tls: Message | undefined, protocol: string, opinion: Opinion): void {
  if (tls === undefined) {
    return;
  }
  const refused = [...['subjectAltNames', 'credentialNames'].filter((field) => textsAt(tls, field).length > 0),
    ...(tls.httpsRedirect === true ? ['httpsRedirect'] : []), ...(textAt(tls, 'credentialName') === '' ? [] : ['credentialName']),
    ...(messagesAt(tls, 'tlsCertificates').length > 0 ? ['tlsCertificates'] : [])];
  refused.forEach((field) => opinion.error(`sidecar: ${field} is not supported in ingress tls`));
  if (['ISTIO_MUTUAL', 'AUTO_PASSTHROUGH'].includes(serverTlsMode(tls))) {
    opinion.error(`configuration is invalid: cannot set mode to ${serverTlsMode(tls)} in sidecar ingress tls`);
  }
  opinion.errorIf(isTls(protocol) ? undefined : 'server cannot have TLS settings for non HTTPS/TLS ports');
  checkServerTls(tls, opinion);
}

function checkEgress(listeners: readonly Message[], metadata: WebhookMetadata, opinion: Opinion): void {
  const numbers = new Set<number>();
  const sockets = new Set<string>();
  let catchAll = false;
  listeners.forEach((listener, i) => {
    const port = messageAt(listener, 'port');
    if (port === undefined) {
      if (catchAll) {
        opinion.error('sidecar: egress can have only one listener with empty port');
        return;
      }
      catchAll = i === listeners.length - 1;
      opinion.errorIf(catchAll ? undefined : 'sidecar: the egress listener with empty port should be the last listener in the list');
    } else {
      checkEgressPort(port, listener, opinion);
      const [seen, key] = numberAt(port, 'number') === 0 ? [sockets, textAt(listener, 'bind')] : [numbers, numberAt(port, 'number')];
      opinion.errorIf((seen as Set<unknown>).has(key) ? 'sidecar: listeners must be unique' : undefined);
      (seen as Set<unknown>).add(key);
    }
    checkHosts(textsAt(listener, 'hosts'), metadata.namespace, opinion);
  });
}

function checkEgressPort(port: Message, listener: Message, opinion: Opinion): void {
  const bind = textAt(listener, 'bind');
  opinion.errorIf(numberAt(port, 'targetPort') > 0 ? 'targetPort has no impact on Sidecars' : undefined);
  if (numberAt(port, 'number') !== 0) {
    checkPortAndBind(port, bind, opinion);
    return;
  }
  opinion.errorIf(textAt(port, 'name') === '' ? undefined : portNameProblem(textAt(port, 'name')));
  opinion.errorIf(protocolProblem(textAt(port, 'protocol')));
  opinion.errorIf(bind.startsWith(UNIX) ? socketProblem(bind.slice(UNIX.length)) : 'sidecar: ports with 0 value must have a unix domain socket bind address');
  if (!['', 'DEFAULT', 'NONE'].includes(textAt(listener, 'captureMode'))) {
    opinion.error('sidecar: captureMode must be DEFAULT/NONE for unix domain socket listeners');
  }
}

function checkHosts(hosts: readonly string[], namespace: string, opinion: Opinion): void {
  if (hosts.length === 0) {
    opinion.error('sidecar: egress listener must contain at least one host');
    return;
  }
  const known = new Map<string, Set<string>>();
  for (const host of hosts) {
    const slash = host.indexOf('/');
    if (slash >= 0 && !host.startsWith('~')) {
      const own = host.slice(0, slash) === '.' ? namespace : host.slice(0, slash);
      const name = host.slice(slash + 1);
      const names = known.get(own) ?? new Set<string>();
      if (name === '*' ? names.size > 0 : names.has(name) || names.has('*')) {
        opinion.warn(`duplicated egress host: ${host}`);
      }
      known.set(own, names.add(name));
    }
    checkListenerHost(host, 'sidecar', opinion);
  }
  if (known.get('*')?.has('*') === true && known.size !== 1) {
    opinion.warn('`*/*` host select all resources, no other hosts can be added');
  }
}

function checkOutbound(policy: Message | undefined, opinion: Opinion): void {
  const mode = textAt(policy, 'mode');
  const proxy = policy === undefined ? undefined : messageAt(policy, 'egressProxy');
  if (mode === '2') {
    opinion.error('sidecar: ALLOW_ANY_DYNAMIC_DNS mode is only supported in MeshConfig, not in Sidecar resource');
    return;
  }
  if (proxy === undefined) {
    return;
  }
  if (mode !== 'ALLOW_ANY') {
    opinion.error('sidecar: egress_proxy must be set only with ALLOW_ANY outbound_traffic_policy mode');
    return;
  }
  opinion.errorIf(fqdnProblem(textAt(proxy, 'host')));
  if (messageAt(proxy, 'port') === undefined) {
    opinion.error('sidecar: egress_proxy port must be non-nil');
    return;
  }
  checkDestination(proxy, opinion);
}
