import { childPath, isRecord, itemsOf, recordOf } from '../field-note';
import {
  checkAnnotations, checkLabels, checkNotNegative, checkOneOf, labelProblem, portNameProblem, portNumberProblem, Report, reportIf,
  subdomainProblem, textOf,
} from './names';

/** Reports what the API server has against the pods that a template describes, as far as the model looks at them. */
export function checkPodTemplate(template: Record<string, unknown>, path: string, report: Report): void {
  const metadata = recordOf(template.metadata);
  checkLabels(metadata.labels, `${path}.metadata.labels`, report);
  checkAnnotations(metadata.annotations, `${path}.metadata.annotations`, report);
  checkPodSpec(recordOf(template.spec), `${path}.spec`, report);
}

/** Reports what the API server has against a pod, as far as the model looks at it. */
export function checkPodSpec(spec: Record<string, unknown>, path: string, report: Report): void {
  const containers = itemsOf(spec.containers).map(recordOf);
  const first = itemsOf(spec.initContainers).map(recordOf);
  if (containers.length === 0) {
    report(childPath(path, 'containers'), 'required value');
  }
  const volumes = checkVolumes(spec, path, report);
  const names = new Set<string>();
  [['containers', containers], ['initContainers', first]].forEach(([field, list]) => (list as Record<string, unknown>[])
    .forEach((container, i) => checkContainer(container, { spec, names, volumes }, `${path}.${field as string}[${i}]`, report)));
  checkOneOf(spec.restartPolicy, ['Always', 'Never', 'OnFailure'], childPath(path, 'restartPolicy'), report);
  checkOneOf(spec.dnsPolicy, ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'], childPath(path, 'dnsPolicy'), report);
  checkLabels(spec.nodeSelector, childPath(path, 'nodeSelector'), report);
  for (const [field, problem] of [['serviceAccountName', subdomainProblem], ['nodeName', subdomainProblem], ['priorityClassName', subdomainProblem],
    ['runtimeClassName', subdomainProblem], ['hostname', labelProblem], ['subdomain', labelProblem]] as const) {
    reportIf(childPath(path, field), textOf(spec[field]) === '' ? undefined : problem(textOf(spec[field])), report);
  }
  const deadline = spec.activeDeadlineSeconds;
  reportIf(childPath(path, 'activeDeadlineSeconds'), typeof deadline === 'number' && (deadline < 1 || deadline > 2147483647)
    ? 'must be between 1 and 2147483647, inclusive' : undefined, report);
}

function checkVolumes(spec: Record<string, unknown>, path: string, report: Report): Set<string> {
  const names = new Set<string>();
  itemsOf(spec.volumes).map(recordOf).forEach((volume, i) => {
    const name = textOf(volume.name);
    const namePath = `${path}.volumes[${i}].name`;
    reportIf(namePath, name === '' ? 'required value' : labelProblem(name) ?? (names.has(name) ? 'duplicate value' : undefined), report);
    const sources = Object.keys(volume).filter((field) => field !== 'name' && volume[field] !== null);
    reportIf(`${path}.volumes[${i}]`, sources.length > 1 ? 'may not specify more than 1 volume type' : undefined, report);
    names.add(name);
  });
  return names;
}

interface PodContext {
  readonly spec: Record<string, unknown>;
  readonly names: Set<string>;
  readonly volumes: Set<string>;
}

function checkContainer(container: Record<string, unknown>, { spec, names, volumes }: PodContext, path: string, report: Report): void {
  const name = textOf(container.name);
  reportIf(childPath(path, 'name'), name === '' ? 'required value' : labelProblem(name) ?? (names.has(name) ? 'duplicate value' : undefined), report);
  names.add(name);
  reportIf(childPath(path, 'image'), textOf(container.image) === '' ? 'required value' : undefined, report);
  checkPorts(container, spec.hostNetwork === true, path, report);
  checkOneOf(container.terminationMessagePolicy, ['File', 'FallbackToLogsOnError'], childPath(path, 'terminationMessagePolicy'), report);
  checkOneOf(container.restartPolicy, ['Always', 'Never', 'OnFailure'], childPath(path, 'restartPolicy'), report, false);
  itemsOf(container.volumeDevices).map((device) => textOf(recordOf(device).name)).forEach((device, i) => reportIf(`${path}.volumeDevices[${i}].name`,
    device === '' ? 'required value' : volumes.has(device) ? undefined : 'not found', report));
  checkOneOf(container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never'], childPath(path, 'imagePullPolicy'), report);
  itemsOf(container.env).map(recordOf).forEach(({ name: variable }, i) => reportIf(`${path}.env[${i}].name`,
    textOf(variable) === '' ? 'required value' : /^[\x20-\x3c\x3e-\x7e]+$/.test(textOf(variable)) ? undefined : 'a valid environment variable name must consist only of printable ASCII characters other than \'=\'', report));
  const mounted = new Set<string>();
  itemsOf(container.volumeMounts).map(recordOf).forEach((mount, i) => {
    const mountPath = `${path}.volumeMounts[${i}]`;
    reportIf(`${mountPath}.name`, textOf(mount.name) === '' ? 'required value' : volumes.has(textOf(mount.name)) ? undefined : 'not found', report);
    reportIf(`${mountPath}.mountPath`, textOf(mount.mountPath) === '' ? 'required value'
      : mounted.has(textOf(mount.mountPath)) ? 'must be unique' : undefined, report);
    checkOneOf(mount.mountPropagation, ['Bidirectional', 'HostToContainer', 'None'], `${mountPath}.mountPropagation`, report, false);
    checkOneOf(mount.recursiveReadOnly, ['Disabled', 'Enabled', 'IfPossible'], `${mountPath}.recursiveReadOnly`, report, false);
    mounted.add(textOf(mount.mountPath));
  });
  ['livenessProbe', 'readinessProbe', 'startupProbe'].filter((field) => isRecord(container[field]))
    .forEach((field) => checkProbe(recordOf(container[field]), field === 'readinessProbe', childPath(path, field), report));
}

function checkPorts(container: Record<string, unknown>, hostNetwork: boolean, path: string, report: Report): void {
  const names = new Set<string>();
  itemsOf(container.ports).map(recordOf).forEach((port, i) => {
    const portPath = `${path}.ports[${i}]`;
    const name = textOf(port.name);
    const number = Number(port.containerPort ?? 0);
    const hostPort = Number(port.hostPort ?? 0);
    if (name !== '') {
      reportIf(`${portPath}.name`, portNameProblem(name) ?? (names.has(name) ? 'duplicate value' : undefined), report);
      names.add(name);
    }
    reportIf(`${portPath}.containerPort`, number === 0 ? 'required value' : portNumberProblem(number), report);
    reportIf(`${portPath}.hostPort`, hostPort === 0 ? undefined : portNumberProblem(hostPort), report);
    if (hostNetwork && hostPort !== 0 && hostPort !== number) {
      report(`${portPath}.hostPort`, 'must match `containerPort` when `hostNetwork` is true');
    }
    checkOneOf(port.protocol, ['SCTP', 'TCP', 'UDP'], `${portPath}.protocol`, report);
  });
}

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc'];

function checkProbe(probe: Record<string, unknown>, mayBeMany: boolean, path: string, report: Report): void {
  const handlers = HANDLERS.filter((field) => isRecord(probe[field]));
  reportIf(path, handlers.length === 0 ? 'must specify a handler type' : handlers.length > 1 ? 'may not specify more than 1 handler type' : undefined, report);
  ['httpGet', 'tcpSocket', 'grpc'].filter((field) => isRecord(probe[field])).forEach((field) => {
    const { port } = recordOf(probe[field]);
    const portPath = `${path}.${field}.port`;
    reportIf(portPath, typeof port === 'string' ? portNameProblem(port) : portNumberProblem(Number(port ?? 0)), report);
  });
  if (isRecord(probe.exec) && itemsOf(probe.exec.command).length === 0) {
    report(`${path}.exec.command`, 'required value');
  }
  const { scheme, httpHeaders } = recordOf(probe.httpGet);
  checkOneOf(scheme, ['HTTP', 'HTTPS'], `${path}.httpGet.scheme`, report);
  itemsOf(httpHeaders).map((header) => textOf(recordOf(header).name)).filter((name) => !/^[-A-Za-z0-9]+$/.test(name))
    .forEach(() => report(`${path}.httpGet.httpHeaders`, "a valid HTTP header must consist of alphanumeric characters or '-'"));
  const successes = probe.successThreshold;
  reportIf(`${path}.successThreshold`, typeof successes === 'number' && !mayBeMany && successes > 1 ? 'must be 1' : undefined, report);
  checkNotNegative(probe, ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'], path, report);
}
