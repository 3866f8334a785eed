import { ApiObject } from 'cdk8s';
import { IConstruct } from 'constructs';

import { Port, TransportProtocol } from '../values/port';
import { oncePerSynth } from '../values/synth-token';

/** What is known about the pods of a workload. Everything is asked for at synth, when the app is complete. */
export interface Pods {
  /** The ports if they are known before synth. */
  readonly declaredPorts?: Port[];
  /** Declares one more port, where ports are declared at all. Answers how to take it back. */
  declare(port: Port): () => void;
  /** Labels that select the pods. */
  selector(): Record<string, string>;
  /** Labels that the pods carry, at least those of the selector. */
  labels(): Record<string, string>;
  /** Declared ports. */
  ports(): Port[];
  /** Container ports by name, to resolve a Service's target port. */
  portNumber(name: string): number | undefined;
  /** What is wrong with the pods, given the account and the namespace they should run with. */
  problems(serviceAccount: string, namespace: string): string[];
}

/** Pods that are described by labels alone. */
export class DeclaredPods implements Pods {
  public constructor(private readonly podLabels: { readonly [key: string]: string }, public readonly declaredPorts: Port[]) {}

  public declare(port: Port): () => void {
    return declareIn(this.declaredPorts, port);
  }

  public selector(): Record<string, string> {
    return { ...this.podLabels };
  }

  public labels(): Record<string, string> {
    return { ...this.podLabels };
  }

  public ports(): Port[] {
    return this.declaredPorts;
  }

  public portNumber(name: string): number | undefined {
    return this.declaredPorts.find((p) => p.name === name)?.number;
  }

  public problems(): string[] {
    return [];
  }
}

const TEMPLATE_OF: Record<string, (spec: any) => any> = {
  Deployment: (spec) => spec?.template,
  ReplicaSet: (spec) => spec?.template,
  StatefulSet: (spec) => spec?.template,
  DaemonSet: (spec) => spec?.template,
  Job: (spec) => spec?.template,
  CronJob: (spec) => spec?.jobTemplate?.spec?.template,
};

/** Kinds whose pods are selected by the object's own selector; of the others the labels of the pods are all there is. */
const SELECTING = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet'];

/** Pods of an object of the app: a Deployment and the like, from whatever library. */
export class ObjectPods implements Pods {
  private readonly read: () => PodObject;

  public constructor(private readonly object: IConstruct, public readonly declaredPorts?: Port[]) {
    this.read = oncePerSynth(() => object.node.root, () => new PodObject(ApiObject.of(object).toJson()));
  }

  public declare(port: Port): () => void {
    return declareIn(this.declaredPorts ?? [], port);
  }

  public selector(): Record<string, string> {
    return this.read().selector;
  }

  public labels(): Record<string, string> {
    return this.read().labels;
  }

  public ports(): Port[] {
    return this.declaredPorts ?? this.read().ports;
  }

  public portNumber(name: string): number | undefined {
    return this.ports().find((p) => p.name === name)?.number ?? this.read().ports.find((p) => p.name === name)?.number;
  }

  public problems(serviceAccount: string, namespace: string): string[] {
    const pods = this.read();
    const where = `${pods.kind} ${pods.name} (${this.object.node.path})`;
    const unknown = Object.keys(TEMPLATE_OF).includes(pods.kind) || pods.kind === 'Pod'
      ? [] : [`${where} has no pods; give a ${Object.keys(TEMPLATE_OF).join(', ')} or Pod`];
    return unknown.length > 0 ? unknown : [
      ...pods.accountProblems(where, serviceAccount),
      ...pods.meshProblems(where),
      ...pods.selectorProblems(where),
      ...pods.portProblems(where, this.declaredPorts ?? []),
      ...(pods.namespace === namespace ? [] : [
        `${where} is in namespace ${JSON.stringify(pods.namespace)} but its workload is in ${namespace}; give both the same namespace`,
      ]),
    ];
  }
}

function declareIn(ports: Port[], port: Port): () => void {
  if (ports.some((p) => p._isSameNumber(port))) {
    return () => undefined;
  }
  ports.push(port);
  return () => ports.splice(ports.indexOf(port), 1);
}

function containerPort(port: any): Port {
  return Port.undeclared(port.containerPort, (port.protocol ?? 'TCP') as TransportProtocol, port.name === undefined ? {} : { name: port.name });
}

/** The JSON of one object that makes pods. */
class PodObject {
  public readonly kind: string;
  public readonly name: string;
  public readonly namespace?: string;
  public readonly selector: Record<string, string>;
  public readonly labels: Record<string, string>;
  public readonly ports: Port[];
  private readonly account?: string;
  private readonly expressions: boolean;
  private readonly hostNetwork: boolean;
  private readonly injectionOff: boolean;

  public constructor(json: any) {
    this.kind = json.kind;
    this.name = json.metadata?.name;
    this.namespace = json.metadata?.namespace;
    const template = this.kind === 'Pod' ? json : TEMPLATE_OF[this.kind]?.(json.spec);
    this.labels = { ...template?.metadata?.labels };
    this.selector = SELECTING.includes(this.kind) ? { ...json.spec?.selector?.matchLabels } : { ...this.labels };
    this.expressions = (json.spec?.selector?.matchExpressions ?? []).length > 0;
    this.account = template?.spec?.serviceAccountName;
    this.hostNetwork = template?.spec?.hostNetwork === true;
    const inject = template?.metadata?.labels?.['sidecar.istio.io/inject'] ?? template?.metadata?.annotations?.['sidecar.istio.io/inject'];
    this.injectionOff = inject === 'false';
    const nativeSidecars = (template?.spec?.initContainers ?? []).filter((c: any) => c.restartPolicy === 'Always');
    this.ports = [...(template?.spec?.containers ?? []), ...nativeSidecars].flatMap((c: any) => c.ports ?? []).map(containerPort);
  }

  public accountProblems(where: string, expected: string): string[] {
    if (this.account === expected) {
      return [];
    }
    const got = this.account === undefined ? 'sets no serviceAccountName and runs as default' : `runs as ${this.account}`;
    return [`${where} ${got}, so its pods would not have the identity of the workload; add to the pod spec: serviceAccountName: ${expected} `
      + '(or name the account that it has with ServiceAccountRef.existing)'];
  }

  public meshProblems(where: string): string[] {
    return [
      ...(this.hostNetwork ? [`${where} uses the network of its node: no proxy is injected and no NetworkPolicy holds for it; remove hostNetwork`] : []),
      ...(this.injectionOff ? [`${where} switches injection off (sidecar.istio.io/inject: "false"), so it has no identity and every policy passes it by; `
        + 'remove that label or annotation'] : []),
    ];
  }

  public selectorProblems(where: string): string[] {
    if (this.expressions) {
      return [`${where} selects its pods by matchExpressions, which no Istio policy can express; select them by matchLabels`];
    }
    return Object.keys(this.selector).length > 0 ? [] : [
      `${where} has no labels to select its pods by, and a policy without labels would hold for the whole namespace; `
      + 'add a label such as app.kubernetes.io/name',
    ];
  }

  public portProblems(where: string, declared: Port[]): string[] {
    // container ports are optional in Kubernetes; pods that list none can listen anywhere
    const isListed = (port: Port) => this.ports.some((p) => p._isSameNumber(port));
    const missing = this.ports.length === 0 ? [] : declared.filter((port) => !isListed(port));
    const listed = this.ports.map((p) => `${p.transport}/${p.number}`).join(', ');
    return missing.map((port) => `${where} has no container port ${port}; its containers list ${listed}: `
      + 'name the port that the container listens on, not the one of the Service');
  }
}
