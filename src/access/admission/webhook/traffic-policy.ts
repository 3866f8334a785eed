import { isAddressText } from '../go-addresses';
import type { Message } from './decode';
import { checkLoadBalancer } from './load-balancer';
import { messageAt, messagesAt, numberAt, Opinion, textAt, textsAt } from './opinion';
import { durationProblem, fqdnProblem, portProblem } from './texts';

const FIELDS = ['outlierDetection', 'connectionPool', 'loadBalancer', 'tls', 'portLevelSettings', 'tunnel', 'proxyProtocol', 'retryBudget'];

/** Checks the traffic policy of a DestinationRule or of a subset. */
export function checkTrafficPolicy(policy: Message | undefined, namespace: string, opinion: Opinion): void {
  if (policy === undefined) {
    return;
  }
  if (FIELDS.every((field) => policy[field] === undefined)) {
    opinion.error('traffic policy must have at least one field');
    return;
  }
  if (policy.tunnel !== undefined && policy.proxyProtocol !== undefined) {
    opinion.error('tunnel and proxyProtocol must not be set together');
    return;
  }
  checkOutlierDetection(messageAt(policy, 'outlierDetection'), opinion);
  checkConnectionPool(messageAt(policy, 'connectionPool'), opinion);
  checkLoadBalancer(messageAt(policy, 'loadBalancer'), policy.outlierDetection !== undefined, opinion);
  checkClientTls(messageAt(policy, 'tls'), namespace, opinion);
  checkPorts(messagesAt(policy, 'portLevelSettings'), namespace, opinion);
  checkTunnel(messageAt(policy, 'tunnel'), opinion);
  const version = textAt(messageAt(policy, 'proxyProtocol'), 'version');
  opinion.errorIf(['', 'V1', 'V2'].includes(version) ? undefined : `proxy protocol version is invalid: ${version}`);
}

function checkPorts(settings: readonly Message[], namespace: string, opinion: Opinion): void {
  // warnings about ports are lost in istiod
  const inner = new Opinion();
  for (const setting of settings) {
    inner.errorIf(setting.port === undefined ? 'portTrafficPolicy must have valid port' : undefined);
    if (['outlierDetection', 'connectionPool', 'loadBalancer', 'tls'].every((field) => setting[field] === undefined)) {
      inner.error('port traffic policy must have at least one field');
    }
    checkOutlierDetection(messageAt(setting, 'outlierDetection'), inner);
    checkConnectionPool(messageAt(setting, 'connectionPool'), inner);
    checkLoadBalancer(messageAt(setting, 'loadBalancer'), setting.outlierDetection !== undefined, inner);
    checkClientTls(messageAt(setting, 'tls'), namespace, inner);
  }
  opinion.takeErrors(inner);
}

function checkTunnel(tunnel: Message | undefined, opinion: Opinion): void {
  if (tunnel === undefined) {
    return;
  }
  if (!['', 'CONNECT', 'POST'].includes(textAt(tunnel, 'protocol'))) {
    opinion.error('tunnel protocol must be "CONNECT" or "POST"');
  }
  const host = textAt(tunnel, 'targetHost');
  if (fqdnProblem(host) !== undefined && !isAddressText(host)) {
    opinion.error('tunnel target host must be valid FQDN or IP address');
  }
  opinion.errorIf(portProblem(numberAt(tunnel, 'targetPort')));
}

function checkOutlierDetection(outlier: Message | undefined, opinion: Opinion): void {
  if (outlier === undefined) {
    return;
  }
  checkDurations(outlier, ['baseEjectionTime', 'interval'], opinion);
  if (numberAt(outlier, 'consecutiveErrors') !== 0) {
    opinion.warn('outlier detection consecutive errors is deprecated, use consecutiveGatewayErrors or consecutive5xxErrors instead');
  }
  if (outlier.splitExternalLocalOriginErrors !== true && numberAt(outlier, 'consecutiveLocalOriginFailures') > 0) {
    opinion.error('outlier detection consecutive local origin failures is specified, but split external local origin errors is set to false');
  }
  ['maxEjectionPercent', 'minHealthPercent'].map((field) => numberAt(outlier, field)).filter((percent) => percent < 0 || percent > 100)
    .forEach((percent) => opinion.error(`percentage ${percent} is not in range 0..100`));
}

/** Checks durations that are there. */
export function checkDurations(message: Message, fields: readonly string[], opinion: Opinion): void {
  fields.filter((field) => message[field] !== undefined).forEach((field) => opinion.errorIf(durationProblem(message[field] as bigint)));
}

/** Checks the limits of connections. */
export function checkConnectionPool(pool: Message | undefined, opinion: Opinion): void {
  if (pool === undefined) {
    return;
  }
  const [http, tcp] = [messageAt(pool, 'http'), messageAt(pool, 'tcp')];
  if (http === undefined && tcp === undefined) {
    opinion.error('connection pool must have at least one field');
    return;
  }
  if (http !== undefined) {
    checkHttpPool(http, opinion);
  }
  if (tcp !== undefined) {
    checkNotNegative(tcp, ['maxConnections'], opinion);
    checkDurations(tcp, ['connectTimeout', 'maxConnectionDuration'], opinion);
    const idle = tcp.idleTimeout as bigint | undefined;
    // zero switches it off
    opinion.errorIf(idle === undefined || idle / 1_000_000n === 0n ? undefined : durationProblem(idle));
    checkDurations(messageAt(tcp, 'tcpKeepalive') ?? {}, ['time', 'interval'], opinion);
  }
}

function checkHttpPool(http: Message, opinion: Opinion): void {
  checkNotNegative(http, ['http1MaxPendingRequests', 'http2MaxRequests', 'maxRequestsPerConnection', 'maxRetries', 'maxConcurrentStreams'], opinion);
  checkDurations(http, ['idleTimeout'], opinion);
  if (textAt(http, 'h2UpgradePolicy') === 'UPGRADE' && http.useClientProtocol === true) {
    opinion.error('use client protocol must not be true when H2UpgradePolicy is UPGRADE');
  }
  const keepAlive = messageAt(http, 'http2KeepAlive');
  if (keepAlive !== undefined) {
    ['interval', 'timeout'].filter((field) => keepAlive[field] === undefined).forEach((field) => opinion.error(`http2 keepalive ${field} is required`));
    checkDurations(keepAlive, ['interval', 'timeout'], opinion);
  }
}

function checkNotNegative(message: Message, fields: readonly string[], opinion: Opinion): void {
  fields.filter((field) => numberAt(message, field) < 0).forEach((field) => opinion.error(`${field} must be non-negative`));
}

function checkClientTls(tls: Message | undefined, namespace: string, opinion: Opinion): void {
  if (tls === undefined) {
    return;
  }
  const mode = textAt(tls, 'mode');
  const credential = textAt(tls, 'credentialName');
  const names = textsAt(tls, 'subjectAltNames').length > 0;
  const ca = textAt(tls, 'caCertificates') !== '';
  opinion.errorIf(configMapProblem(credential, namespace));
  if (tls.insecureSkipVerify === true) {
    const refused = (mode === 'SIMPLE' && (ca || credential !== '' || names)) || (mode === 'MUTUAL' && (ca || names));
    opinion.errorIf(refused ? 'cannot specify CaCertificates, CredentialName or SubjectAltNames when InsecureSkipVerify is set true' : undefined);
  }
  if ((mode === 'SIMPLE' || mode === 'MUTUAL') && credential !== '') {
    const own = ['clientCertificate', 'caCertificates', 'privateKey', 'caCrl'].some((field) => textAt(tls, field) !== '');
    opinion.errorIf(own ? 'cannot specify client certificates or CA certificate or CA CRL If credentialName is set' : undefined);
    return;
  }
  if (mode === 'MUTUAL') {
    opinion.errorIf(textAt(tls, 'clientCertificate') === '' ? 'client certificate required for mutual tls' : undefined);
    opinion.errorIf(textAt(tls, 'privateKey') === '' ? 'private key required for mutual tls' : undefined);
  }
}

const CONFIG_MAP = 'configmap://';

/** A ConfigMap is named by its namespace, which has to be the own one, and its name. */
function configMapProblem(credential: string, namespace: string): string | undefined {
  if (!credential.startsWith(CONFIG_MAP)) {
    return undefined;
  }
  const parts = credential.slice(CONFIG_MAP.length).split('/');
  return parts.length >= 2 && parts[0] === namespace && namespace !== '' && parts[1] !== '' ? undefined
    : `invalid configmap:// credentialName: namespace must match the configuration namespace "${namespace}"`;
}
