import { ApiObject, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { checkExportTo, wildcardHostProblem } from './host-grammar';
import { metadataOf } from './metadata';
import { Resource, ResourceProps } from './resource';
import { checkLabels, checkPortNumber, checkTexts, requireNonEmpty, requireUnique } from './validation';
import { WorkloadLabels } from './workload-labels';
import * as networking from '../../imports/networking.istio.io';
import { invalid, requireValid } from '../values/errors';
import { dnsLabelProblem } from '../values/grammar/names';
import { textProblem } from '../values/grammar/strings';

/**
 * How the proxy of a client encrypts what it sends.
 */
export enum ClientTlsMode {
  /** Plaintext: a STRICT server resets it, a PERMISSIVE one sees no identity. */
  DISABLE = 'DISABLE',
  /** TLS without a client certificate: for servers outside the mesh. */
  SIMPLE = 'SIMPLE',
  /** TLS with a client certificate that is given here: for servers outside the mesh. */
  MUTUAL = 'MUTUAL',
  /** Mutual TLS with the certificates of the mesh: fails against endpoints without a proxy. */
  ISTIO_MUTUAL = 'ISTIO_MUTUAL',
}

/**
 * TLS settings of a client.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings
 */
export interface ClientTlsSettings {
  /** How the connection is encrypted. */
  readonly mode: ClientTlsMode;

  /**
   * The secret with the certificates, in the namespace of the client. Instead of the three files.
   *
   * @default - the certificates are files
   */
  readonly credentialName?: string;

  /**
   * The file in the proxy that holds the client certificate. MUTUAL only.
   *
   * @default - none
   */
  readonly clientCertificate?: string;

  /**
   * The file in the proxy that holds the key of the client certificate. MUTUAL only.
   *
   * @default - none
   */
  readonly privateKey?: string;

  /**
   * The file in the proxy that holds the authorities that the certificate of the server must come from.
   *
   * @default - the authorities of the operating system
   */
  readonly caCertificates?: string;

  /**
   * Names one of which the certificate of the server must carry.
   *
   * @default - the host, or the names of the ServiceEntry
   */
  readonly subjectAltNames?: string[];

  /**
   * The server name that the client asks for.
   *
   * @default - the host of the request
   */
  readonly sni?: string;

  /**
   * Accept any certificate of the server: whoever sits in between can read and change everything.
   *
   * @default false
   */
  readonly insecureSkipVerify?: boolean;
}

/**
 * TLS settings for one port of the destination.
 */
export interface PortTlsSettings {
  /** The port of the Service or ServiceEntry, 1 to 65535. */
  readonly number: number;

  /** The settings, which replace those of the wider level as a whole. */
  readonly tls: ClientTlsSettings;
}

/**
 * How clients connect. One of the two must be set.
 */
export interface DestinationTrafficPolicy {
  /**
   * TLS on every port that `portLevelSettings` does not name.
   *
   * @default - that of the wider level; automatic mutual TLS if there is none
   */
  readonly tls?: ClientTlsSettings;

  /**
   * Ports with settings of their own.
   *
   * @default - all ports have the same settings
   */
  readonly portLevelSettings?: PortTlsSettings[];
}

/**
 * A part of the endpoints.
 */
export interface DestinationSubset {
  /** The name that routes refer to, a DNS label. */
  readonly name: string;

  /**
   * Labels of the endpoints that belong to it.
   *
   * @default - all endpoints
   */
  readonly labels?: { [key: string]: string };

  /**
   * How clients connect to this part.
   *
   * @default - as to all endpoints
   */
  readonly trafficPolicy?: DestinationTrafficPolicy;
}

/**
 * Properties of a DestinationRule.
 */
export interface DestinationRuleProps extends ResourceProps {
  /**
   * The host as it is in the mesh: `SERVICE.NAMESPACE.svc.cluster.local`, a host of a ServiceEntry, `*.` and a domain,
   * or `*`. A short name is looked up in the namespace of the rule.
   */
  readonly host: string;

  /**
   * The namespaces whose clients follow the rule: names, `.` for its own, `*` for all.
   *
   * @default - all namespaces
   */
  readonly exportTo?: string[];

  /**
   * Labels of the clients that follow the rule, in the namespace of the rule.
   *
   * @default - every client
   */
  readonly workloadSelector?: { [key: string]: string };

  /**
   * How clients connect.
   *
   * @default - nothing is said: automatic mutual TLS within the mesh, and what the app sends to everybody else
   */
  readonly trafficPolicy?: DestinationTrafficPolicy;

  /**
   * Parts of the endpoints.
   *
   * @default - none
   */
  readonly subsets?: DestinationSubset[];
}

/**
 * A DestinationRule: how clients connect to a host.
 *
 * What it means for traffic:
 *
 * - Without `tls` clients use mutual TLS as soon as the server can (automatic mutual TLS). So most meshes need no DestinationRule for
 *   security.
 * - `tls` of a port replaces that of a subset, which replaces that of the host: as a whole, not field by field.
 * - The rule of the namespace of the client comes first, then that of the Service, then that of the root namespace.
 * - DISABLE in the namespace of a client turns mutual TLS off for it, whatever the server wants.
 *
 * Load balancing, connection pools and outlier detection can be added by `ApiObject.of(rule).addJsonPatch(...)`; fields that the schema
 * does not know are dropped.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/
 *
 * @example
 * import { App, Chart } from 'cdk8s';
 * import { ClientTlsMode, DestinationRule } from 'cdk8s-zero-trust';
 *
 * const chart = new Chart(new App(), 'shop', { namespace: 'shop' });
 * new DestinationRule(chart, 'payments', {
 *   host: 'api.payments.example',
 *   exportTo: ['.'],
 *   trafficPolicy: { tls: { mode: ClientTlsMode.SIMPLE, subjectAltNames: ['api.payments.example'] } },
 * });
 */
export class DestinationRule extends Resource {
  public readonly apiObject: ApiObject;

  /** The host that the rule is for. */
  public readonly host: string;

  private readonly labels: WorkloadLabels;
  private readonly exports?: string[];
  private policy?: DestinationTrafficPolicy;
  private readonly parts: DestinationSubset[] = [];

  /**
   * Defines a DestinationRule.
   *
   * @throws when a list is empty, the host, a port or a name is not valid or is there twice, or TLS settings do not go together
   */
  public constructor(scope: Construct, id: string, props: DestinationRuleProps) {
    super(scope, id);
    this.host = requireValid('host', props.host, hostProblem, 'a DNS name, "*." and a DNS name, or "*"', 'name the host');
    checkExportTo(props.exportTo);
    if (props.workloadSelector !== undefined && props.exportTo?.some((namespace) => namespace !== '.')) {
      throw invalid('a rule with a workloadSelector stays in its namespace', props.exportTo, '"."',
        'leave exportTo out, or the workloadSelector');
    }
    checkPolicy('trafficPolicy', props.trafficPolicy);
    requireNonEmpty('subsets', props.subsets, 'leave it out if there are none');
    this.labels = new WorkloadLabels('workloadSelector', props.workloadSelector);
    this.exports = props.exportTo && [...props.exportTo];
    this.policy = structuredClone(props.trafficPolicy);
    props.subsets?.forEach((subset) => this.addSubset(subset));
    this.apiObject = new networking.DestinationRule(this, 'Resource', {
      metadata: metadataOf(id, props.metadata),
      spec: Lazy.any({ produce: () => this.toSpec() }),
    });
  }

  /** The namespaces whose clients follow the rule. Undefined: all. Returns a copy. */
  public get exportTo(): string[] | undefined {
    return this.exports && [...this.exports];
  }

  /** Labels of the clients that follow the rule. Undefined: all. Returns a copy. */
  public get workloadSelector(): { [key: string]: string } | undefined {
    return this.labels.get();
  }

  /** How clients connect. Returns a copy. */
  public get trafficPolicy(): DestinationTrafficPolicy | undefined {
    return structuredClone(this.policy);
  }

  /** Parts of the endpoints. Returns a copy; to add one, use `addSubset`. */
  public get subsets(): DestinationSubset[] {
    return structuredClone(this.parts);
  }

  /**
   * Adds a part of the endpoints.
   *
   * @throws when the name is not a DNS label or is there twice, labels are empty or not valid, or TLS settings do not go together
   */
  public addSubset(subset: DestinationSubset): void {
    requireValid('the name of a subset', subset.name, dnsLabelProblem, 'a DNS label', 'correct the name');
    requireUnique('the name of a subset', [...this.parts, subset].map((part) => part.name), 'rename one');
    if (subset.labels !== undefined) {
      checkLabels(`labels of subset ${subset.name}`, subset.labels, 'leave them out if all endpoints are meant');
    }
    checkPolicy(`trafficPolicy of subset ${subset.name}`, subset.trafficPolicy);
    this.parts.push(structuredClone(subset));
  }

  /**
   * Sets the TLS of one port, in the order of the numbers.
   *
   * @internal
   */
  public _setPortTls(settings: PortTlsSettings): void {
    const others = (this.policy?.portLevelSettings ?? []).filter((port) => port.number !== settings.number);
    const portLevelSettings = [...others, structuredClone(settings)].sort((a, b) => a.number - b.number);
    checkPolicy('trafficPolicy', { ...this.policy, portLevelSettings });
    this.policy = { ...this.policy, portLevelSettings };
  }

  /**
   * Has the labels of the clients produced when the tree is complete. They replace what was stated.
   *
   * @internal
   */
  public _produceSelector(producer: () => { [key: string]: string }): void {
    this.labels.produce(producer);
  }

  private toSpec(): networking.DestinationRuleSpec {
    return {
      host: this.host,
      exportTo: this.exports,
      workloadSelector: this.labels.toMatchLabels(),
      trafficPolicy: toPolicy(this.policy),
      subsets: this.parts.length === 0 ? undefined : this.parts.map((part) => ({ ...part, trafficPolicy: toPolicy(part.trafficPolicy) })),
    };
  }
}

function checkPolicy(where: string, policy: DestinationTrafficPolicy | undefined): void {
  if (policy === undefined) {
    return;
  }
  const { tls, portLevelSettings } = policy;
  requireNonEmpty(`${where}.portLevelSettings`, portLevelSettings, 'leave it out if all ports have the same settings');
  if (tls === undefined && portLevelSettings === undefined) {
    throw invalid(`${where} says nothing`, policy, 'tls or portLevelSettings', 'set one of them, or leave it out');
  }
  checkTls(`${where}.tls`, tls);
  requireUnique(`a port of ${where}.portLevelSettings`, (portLevelSettings ?? []).map((port) => port.number), 'remove one');
  for (const port of portLevelSettings ?? []) {
    checkPortNumber(`a port of ${where}.portLevelSettings`, port.number);
    checkTls(`tls of port ${port.number} in ${where}`, port.tls);
  }
}

function checkTls(where: string, tls: ClientTlsSettings | undefined): void {
  if (tls === undefined) {
    return;
  }
  const files = [tls.clientCertificate, tls.privateKey, tls.caCertificates];
  const own = [tls.credentialName, ...files].filter((value) => value !== undefined);
  if ((tls.mode === ClientTlsMode.ISTIO_MUTUAL || tls.mode === ClientTlsMode.DISABLE) && own.length > 0) {
    throw invalid(`${where} has certificates, which the mode ${tls.mode} does not use`, own, 'no certificates',
      'leave them out, or use SIMPLE or MUTUAL');
  }
  if (tls.credentialName !== undefined && own.length > 1) {
    throw invalid(`${where} has both a secret and files`, own, 'one of them', 'leave credentialName out, or the files');
  }
  const hasIdentity = tls.credentialName !== undefined || (tls.clientCertificate !== undefined && tls.privateKey !== undefined);
  if (tls.mode === ClientTlsMode.MUTUAL && !hasIdentity) {
    throw invalid(`${where} needs a client certificate for the mode MUTUAL`, own, 'credentialName, or clientCertificate and privateKey',
      'add them');
  }
  checkTexts(`${where}.subjectAltNames`, tls.subjectAltNames, textProblem,
    { allowed: 'the names in the certificate of the server', fix: 'correct the name' });
}

/** Hosts and subsets have the same policy under two generated types, hence none here. */
function toPolicy(policy: DestinationTrafficPolicy | undefined): any {
  return policy && {
    tls: policy.tls,
    portLevelSettings: policy.portLevelSettings?.map(({ number, tls }) => ({ port: { number }, tls })),
  };
}

/** Unlike in a ServiceEntry, every host may be meant here. */
function hostProblem(value: string): string | undefined {
  return value === '*' ? undefined : wildcardHostProblem(value);
}
