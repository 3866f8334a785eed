import { requireReason, requireValid } from './errors';
import { filePathProblem } from './grammar/files';
import { dnsSubdomainProblem } from './grammar/names';

/**
 * The files of a client certificate.
 */
export interface ClientCertificateFiles {
  /** The certificate chain in PEM, an absolute path in the proxy's container, for example `/etc/bank-certs/tls.crt`. */
  readonly certificate: string;
  /** The private key in PEM, an absolute path in the proxy's container. */
  readonly privateKey: string;
}

/**
 * Why a proxy reads its client certificate from a Secret by itself.
 */
export interface ClientCertificateSecretOptions {
  /** Why the files cannot be mounted, although the account of the workload must then be allowed to list every Secret; one line. */
  readonly reason: string;
}

/**
 * The certificate with which a workload proves to a server outside of the mesh who it is. It is the proxy that presents it; the application
 * never sees the key.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings
 * @example
 * import { ClientCertificate } from 'cdk8s-zero-trust';
 *
 * ClientCertificate.files({ certificate: '/etc/bank-certs/tls.crt', privateKey: '/etc/bank-certs/tls.key' });
 */
export class ClientCertificate {
  /**
   * Files that are mounted into the proxy, with the annotations `sidecar.istio.io/userVolume` and `sidecar.istio.io/userVolumeMount` of the
   * pods. A file that is missing stops the connection, nothing goes out without it.
   *
   * @throws when a path is not absolute
   */
  public static files(files: ClientCertificateFiles): ClientCertificate {
    for (const file of [files.certificate, files.privateKey]) {
      requireValid('a file of a client certificate', file, filePathProblem, 'absolute paths in the proxy such as "/etc/bank-certs/tls.crt"',
        'name where the file is mounted in the container istio-proxy');
    }
    return new ClientCertificate({ ...files });
  }

  /**
   * A Secret in the namespace of the workload, with the keys `tls.crt`, `tls.key` and `ca.crt` (the authorities of the server). The proxy
   * fetches it from istiod, which hands it out only to accounts that may list all Secrets of the namespace: whoever steals the account's
   * token reads them all. Prefer `files`.
   *
   * @param name the name of the Secret
   * @throws when the name is not one, or the reason says nothing
   */
  public static secret(name: string, options: ClientCertificateSecretOptions): ClientCertificate {
    requireValid('the Secret of a client certificate', name, dnsSubdomainProblem, 'names such as "bank-client"', 'use its metadata.name');
    return new ClientCertificate(undefined, name, requireReason(options.reason, `reading the Secret ${name} from the proxy`));
  }

  private constructor(
    private readonly paths?: ClientCertificateFiles,
    /** The Secret that holds the certificate; undefined for files. */
    public readonly secretName?: string,
    /** Why the Secret is read by the proxy; undefined for files. */
    public readonly secretReason?: string,
  ) {}

  /** The files that hold the certificate; undefined for a Secret. Returns a copy. */
  public get mountedFiles(): ClientCertificateFiles | undefined {
    return this.paths && { ...this.paths };
  }
}
