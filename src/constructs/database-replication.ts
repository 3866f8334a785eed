import { ApiObject, Yaml } from 'cdk8s';
import { Construct, IConstruct } from 'constructs';
import { ObjectRole } from './git-ops';
import { objectMetadata } from './namespace-settings';
import { serviceSelects } from './service-ports';
import { WorkloadInternals } from './workload-internals';
import { Service } from '../resources/service';
import { Cluster } from '../synth/cluster';
import { Grants } from '../synth/grants';
import { requireValid } from '../values/errors';
import { applicationOf, ServicePortApplication } from '../values/grammar/app-protocols';
import { dnsLabelProblem } from '../values/grammar/names';
import { Port } from '../values/port';

/** The headless Service by which the members of a database find each other: defined on demand, or one that exists already. */
export class MemberService {
  public service?: Service;
  private readonly slot: Construct;
  private readonly existing = new Set<string>();

  public constructor(
    scope: Construct,
    private readonly workload: WorkloadInternals,
    private readonly serviceName: string,
    private readonly ports: Port[],
  ) {
    this.slot = new Construct(scope, 'members');
  }

  public need(existing?: string): void {
    if (existing === undefined) {
      this.define();
    } else if (!this.existing.has(existing)) {
      requireValid(`the headless Service of ${this.workload.peerName}`, existing, dnsLabelProblem, 'the name of a Service', 'use its metadata.name');
      this.existing.add(existing);
      this.workload.node.addValidation({ validate: () => this.problemsOf(existing) });
      Grants.of(this.workload)._assume(() => this.found(existing) !== undefined ? [] : [{
        owner: `whoever deploys ${this.workload.peerName}`,
        statement: `the headless Service ${existing} of ${this.workload.peerName} declares ${this.ports.join(', ')} as TCP`,
        text: Yaml.stringify(this.manifest(existing)).trim(),
        path: this.workload.node.path,
      }]);
    }
  }

  private define(): void {
    if (this.service === undefined) {
      const { namespace, _pods } = this.workload;
      const name = `${this.serviceName}-members`;
      this.service = new Service(this.slot, 'service', {
        metadata: objectMetadata(namespace._settings, name, { role: ObjectRole.GRANT, unprefixed: true, reason: 'members dial each other by address' }),
        selector: { 'app.kubernetes.io/name': this.workload.workloadName },
        ports: this.ports,
        headless: true,
        publishNotReadyAddresses: true,
      });
      this.service._produceSelector(() => _pods.selector());
    }
  }

  private manifest(name: string): object {
    return {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: this.workload.namespaceName },
      spec: {
        clusterIP: 'None',
        publishNotReadyAddresses: true,
        selector: this.workload._pods.selector(),
        ports: this.ports.map(({ number }) => ({ name: `tcp-${number}`, port: number, appProtocol: 'tcp' })),
      },
    };
  }

  private found(name: string): any {
    const cluster = Cluster.of(this.workload);
    return cluster.node.findAll()
      .filter((c: IConstruct): c is ApiObject => ApiObject.isApiObject(c) && c.kind === 'Service' && Cluster.of(c) === cluster)
      .map((service) => service.toJson())
      .find((service) => service.metadata?.name === name && service.metadata?.namespace === this.workload.namespaceName);
  }

  private problemsOf(name: string): string[] {
    const service = this.found(name);
    if (service === undefined) {
      return [];
    }
    const where = `Service ${this.workload.namespaceName}/${name}`;
    const headless = service.spec?.clusterIP === 'None' ? [] : [
      `${where} is not headless, so members that dial each other by address would leave in plaintext and be refused; set clusterIP: None`,
    ];
    const others = serviceSelects(service, this.workload.namespaceName, this.workload._pods) ? [] : [
      `${where} does not select the pods of ${this.workload.peerName}, so their proxies know no address of a member; `
      + `give it the selector ${JSON.stringify(this.workload._pods.selector())}`,
    ];
    const missing = this.ports.filter((port) => !(service.spec?.ports ?? []).some((p: any) => this.declares(p, port)));
    return [...headless, ...others, ...missing.map((port) => `${where} does not declare ${port} as TCP, so replication on it would leave in plaintext and be refused; `
      + `add a port ${port.number} with appProtocol: tcp`)];
  }

  private declares(listed: any, port: Port): boolean {
    const target = listed.targetPort ?? listed.port;
    const number = typeof target === 'string' ? this.workload._pods.portNumber(target) : target;
    // the name leads to pods, which are dialled on the port of the Service as it is
    return number === port.number && listed.port === port.number && (listed.protocol ?? 'TCP') === 'TCP' && applicationOf(listed.appProtocol, listed.name) === ServicePortApplication.TCP;
  }
}
