import type { Message } from './decode';
import { messagesAt, Opinion, textAt, textsAt } from './opinion';

const CIPHERS = ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305', 'ECDHE-ECDSA-AES128-SHA', 'ECDHE-RSA-AES128-SHA', 'ECDHE-ECDSA-AES256-SHA',
  'ECDHE-RSA-AES256-SHA', 'AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'AES128-SHA', 'AES256-SHA', 'DES-CBC3-SHA'];
const TERMINATING = ['SIMPLE', 'MUTUAL', 'OPTIONAL_MUTUAL'];

/** The mode of server settings. */
export function serverTlsMode(tls: Message): string {
  return textAt(tls, 'mode') === '' ? 'PASSTHROUGH' : textAt(tls, 'mode');
}

/** Checks how a gateway or a sidecar terminates TLS. */
export function checkServerTls(tls: Message | undefined, opinion: Opinion): void {
  if (tls === undefined) {
    return;
  }
  const mode = serverTlsMode(tls);
  checkCiphers(tls, opinion);
  if (mode === 'ISTIO_MUTUAL') {
    certificateFields(tls).filter((field) => field !== 'caCrl').forEach((field) => opinion.error(`ISTIO_MUTUAL TLS cannot have associated ${field}`));
    return;
  }
  if ((mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH') && certificateFields(tls).length > 0) {
    opinion.warn(`${mode} mode does not use certificates, they will be ignored`);
  }
  const ways = [textAt(tls, 'serverCertificate') !== '' && textAt(tls, 'privateKey') !== '', textAt(tls, 'credentialName') !== '',
    textsAt(tls, 'credentialNames').length > 0, messagesAt(tls, 'tlsCertificates').length > 0].filter(Boolean).length;
  if (ways > 1) {
    opinion.error('only one of credential_name, credential_names, server_certificate/private_key, tls_certificates should be specified');
  }
  const fetched = textAt(tls, 'credentialName') !== '' || textsAt(tls, 'credentialNames').length > 0;
  if (TERMINATING.includes(mode) && fetched) {
    return;
  }
  if (TERMINATING.includes(mode)) {
    checkCertificates(tls, mode, opinion);
  }
  if (textAt(tls, 'caCrl') !== '') {
    opinion.errorIf(textAt(tls, 'credentialName') !== '' ? 'CRL is not supported with credentialName. CRL has to be specified in the credential' : undefined);
    opinion.errorIf(mode === 'SIMPLE' ? 'CRL is not supported with SIMPLE TLS' : undefined);
  }
}

function certificateFields(tls: Message): string[] {
  return [...['serverCertificate', 'privateKey', 'caCertificates', 'caCrl', 'credentialName'].filter((field) => textAt(tls, field) !== ''),
    ...(messagesAt(tls, 'tlsCertificates').length > 0 ? ['tlsCertificates'] : []), ...(textsAt(tls, 'credentialNames').length > 0 ? ['credentialNames'] : [])];
}

function checkCertificates(tls: Message, mode: string, opinion: Opinion): void {
  const prefix = mode === 'SIMPLE' ? 'SIMPLE TLS' : 'MUTUAL TLS';
  const several = messagesAt(tls, 'tlsCertificates');
  if (mode !== 'SIMPLE' && textAt(tls, 'caCertificates') === '') {
    opinion.error(`${prefix} requires a client CA bundle`);
  }
  if (several.length > 2) {
    opinion.warn(`${prefix} can support up to 2 server certificates`);
  }
  for (const certificate of several.length > 0 ? several : [tls]) {
    opinion.errorIf(textAt(certificate, 'serverCertificate') === '' ? `${prefix} requires a server certificate` : undefined);
    opinion.errorIf(textAt(certificate, 'privateKey') === '' ? `${prefix} requires a private key` : undefined);
  }
}

function checkCiphers(tls: Message, opinion: Opinion): void {
  const ciphers = textsAt(tls, 'cipherSuites');
  if (['TLSV1_0', 'TLSV1_1'].includes(textAt(tls, 'minProtocolVersion')) && ciphers.length === 0) {
    opinion.warn('TLS version below TLSV1_2 require setting compatible ciphers as by default they no longer include compatible ciphers.');
  }
  const valid = ciphers.filter(isCipher);
  const invalid = ciphers.filter((cipher) => !isCipher(cipher));
  const twice = valid.filter((cipher, i) => valid.indexOf(cipher) < i);
  if (invalid.length > 0) {
    opinion.warn(`ignoring invalid cipher suites: ${[...new Set(invalid)].sort().join(' ')}`);
  }
  if (twice.length > 0) {
    opinion.warn(`ignoring duplicate cipher suites: ${[...new Set(twice)].sort().join(' ')}`);
  }
}

/** Operators (`-AES`, `!MD5`) are let through without a look. */
function isCipher(cipher: string): boolean {
  return cipher === '' || cipher === 'ALL' || !/^[\p{L}\p{N}]/u.test(cipher) || CIPHERS.includes(cipher);
}
