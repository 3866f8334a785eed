import type { Message } from './decode';
import { checkListenerHost } from './listener-hosts';
import { messageAt, messagesAt, numberAt, Opinion, textAt, textsAt, WebhookCheck } from './opinion';
import { isHttp, isProtocol, isTls } from './protocols';
import { checkServerTls, serverTlsMode } from './server-tls';
import { addressProblem, isLabel, portProblem, socketProblem, UNIX } from './texts';

/** What the webhook says of a Gateway. */
export const checkGateway: WebhookCheck = (spec, { name }, opinion) => {
  const servers = messagesAt(spec, 'servers');
  if (!isLabel(name)) {
    opinion.error(`invalid gateway name: "${name}"`);
  }
  if (servers.length === 0) {
    opinion.error('gateway must have at least one server');
  }
  servers.forEach((server) => checkServer(server, opinion));
  const names = new Set<string>();
  for (const server of servers) {
    const port = messageAt(server, 'port');
    if (port !== undefined) {
      opinion.errorIf(names.has(textAt(port, 'name')) ? `port names in servers must be unique: duplicate name ${textAt(port, 'name')}` : undefined);
      names.add(textAt(port, 'name'));
      if (!isHttp(textAt(port, 'protocol')) && messageAt(server, 'tls')?.httpsRedirect === true) {
        opinion.warn('tls.httpsRedirect should only be used with http servers');
      }
    }
  }
};

function checkServer(server: Message, opinion: Opinion): void {
  const hosts = textsAt(server, 'hosts');
  if (hosts.length === 0) {
    opinion.error('server config must contain at least one host');
  }
  hosts.forEach((host) => checkListenerHost(host, 'gateway', opinion));
  const port = messageAt(server, 'port');
  const tls = messageAt(server, 'tls');
  const before = opinion.errors.length;
  checkServerPort(port, textAt(server, 'bind'), opinion);
  const soundPort = opinion.errors.length === before;
  checkBind(port, textAt(server, 'bind'), opinion);
  checkServerTls(tls, opinion);
  if (soundPort) {
    opinion.errorIf(tlsOfPortProblem(textAt(port, 'protocol'), tls));
  }
}

function checkServerPort(port: Message | undefined, bind: string, opinion: Opinion): void {
  if (port === undefined) {
    opinion.error('port is required');
    return;
  }
  if (!isProtocol(textAt(port, 'protocol'))) {
    opinion.error(`invalid protocol "${textAt(port, 'protocol')}", supported protocols are HTTP, HTTP2, GRPC, GRPC-WEB, MONGO, REDIS, MYSQL, TCP`);
  }
  if (numberAt(port, 'number') > 0 || !bind.startsWith(UNIX)) {
    opinion.errorIf(portProblem(numberAt(port, 'number')));
  }
  opinion.errorIf(numberAt(port, 'targetPort') > 0 ? 'targetPort has no impact on Gateways' : undefined);
  opinion.errorIf(textAt(port, 'name') === '' ? 'port name must be set' : undefined);
}

function checkBind(port: Message | undefined, bind: string, opinion: Opinion): void {
  if (bind.startsWith(UNIX)) {
    opinion.errorIf(socketProblem(bind.slice(UNIX.length)));
    opinion.errorIf(numberAt(port, 'number') !== 0 ? 'port number must be 0 for unix domain socket' : undefined);
  } else if (bind !== '') {
    opinion.errorIf(addressProblem(bind));
  }
}

function tlsOfPortProblem(protocol: string, tls: Message | undefined): string | undefined {
  if (isTls(protocol)) {
    return tls === undefined ? 'server must have TLS settings for HTTPS/TLS protocols' : undefined;
  }
  if (tls === undefined) {
    return undefined;
  }
  if (!isHttp(protocol)) {
    return 'server cannot have TLS settings for non HTTPS/TLS ports';
  }
  // a redirect to HTTPS is all that plain HTTP may ask for
  const certificates = ['caCertificates', 'privateKey', 'serverCertificate'].some((field) => textAt(tls, field) !== '');
  const passes = ['PASSTHROUGH', 'AUTO_PASSTHROUGH'].includes(serverTlsMode(tls));
  return passes && !certificates ? undefined : 'server cannot have TLS settings for plain text HTTP ports';
}
