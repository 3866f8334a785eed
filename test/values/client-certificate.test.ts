import { ClientCertificate, ClientCertificateFiles } from '../../src/values';

const FILES: ClientCertificateFiles = { certificate: '/etc/bank/tls.crt', privateKey: '/etc/bank/tls.key' };

describe('a client certificate from files', () => {
  test('holds the two paths and no Secret', () => {
    const certificate = ClientCertificate.files(FILES);
    expect(certificate.mountedFiles).toEqual(FILES);
    expect(certificate.secretName).toBeUndefined();
    expect(certificate.secretReason).toBeUndefined();
  });

  test('is a copy, so that changing what was given or got changes nothing', () => {
    const given = { ...FILES };
    const certificate = ClientCertificate.files(given);
    given.certificate = '/etc/other/tls.crt';
    (certificate.mountedFiles as any).privateKey = '/etc/other/tls.key';
    expect(certificate.mountedFiles).toEqual(FILES);
  });

  test.each<[string, Partial<ClientCertificateFiles>]>([
    ['a relative certificate', { certificate: 'etc/bank/tls.crt' }],
    ['a relative key', { privateKey: './tls.key' }],
    ['no certificate', { certificate: '' }],
    ['no key', { privateKey: '' }],
    ['a certificate of blanks', { certificate: ' ' }],
    ['a URL', { certificate: 'file:///etc/bank/tls.crt' }],
    ['a line break', { privateKey: '/etc/bank/tls.key\n' }],
  ])('denies %s', (_, wrong) => {
    const [value] = Object.values(wrong);
    expect(() => ClientCertificate.files({ ...FILES, ...wrong })).toThrow(/absolute path/);
    expect(() => ClientCertificate.files({ ...FILES, ...wrong })).toThrow(JSON.stringify(value));
  });
});

describe('a client certificate from a Secret', () => {
  test('holds the name and why the proxy reads it', () => {
    const certificate = ClientCertificate.secret('bank-client', { reason: ' cert-manager rotates it hourly ' });
    expect(certificate.secretName).toBe('bank-client');
    expect(certificate.secretReason).toBe('cert-manager rotates it hourly');
    expect(certificate.mountedFiles).toBeUndefined();
  });

  test.each(['bank', 'bank.client-2', 'a'.repeat(253)])('accepts the name %s', (name) => {
    expect(ClientCertificate.secret(name, { reason: 'rotates' }).secretName).toBe(name);
  });

  test.each(['', 'Bank', 'bank_client', '-bank', 'bank/client', 'kubernetes://bank', 'a'.repeat(254)])('denies the name %j', (name) => {
    expect(() => ClientCertificate.secret(name, { reason: 'rotates' })).toThrow(/Secret/);
  });

  test.each([['nothing', ''], ['blanks', '  '], ['two lines', 'one\ntwo']])('denies a reason of %s', (_, reason) => {
    expect(() => ClientCertificate.secret('bank', { reason })).toThrow(/reason/);
  });
});
