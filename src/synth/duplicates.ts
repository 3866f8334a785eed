import { ApiObject, App, Chart, YamlOutputType } from 'cdk8s';
import { IConstruct } from 'constructs';
import { Cluster } from './cluster';

/**
 * Finds objects that would overwrite each other: the same kind, namespace and name in one cluster (the last one applied would win), or two
 * objects that cdk8s would write to the same file (the last one written would win).
 *
 * @internal
 */
export function duplicateMessages(root: IConstruct): string[] {
  const objects = root.node.findAll().filter((c): c is ApiObject => ApiObject.isApiObject(c)).flatMap(describe);
  return [...sameObject(objects), ...sameFile(root, objects)];
}

interface Described {
  readonly object: ApiObject;
  readonly text: string;
  readonly key: string;
  readonly fileName: string;
}

function describe(object: ApiObject): Described[] {
  const json = rendered(object);
  if (json === undefined) {
    return [];
  }
  const namespace = json.metadata?.namespace;
  const name = json.metadata?.name;
  const text = `${json.kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
  const group = object.apiGroup;
  return [{
    object,
    text,
    key: [Cluster.of(object).node.path, group, text].join('\n'),
    // the same replacement as in App.synth of cdk8s
    fileName: `${json.kind}.${name}`.replace(/[^0-9a-zA-Z-_.]/g, ''),
  }];
}

/** The JSON of an object; what cannot be rendered fails the synth by itself, with a message of its own. @internal */
export function rendered(object: ApiObject): any {
  try {
    return object.toJson();
  } catch {
    return undefined;
  }
}

function sameObject(objects: Described[]): string[] {
  return groups(objects, (o) => o.key).map((group) => `${group[0].text} is defined ${group.length} times in one cluster, by ${paths(group)}: `
    + 'only the last one applied would count; rename or remove one, or mark the charts that go to different clusters with Cluster.mark()');
}

function sameFile(root: IConstruct, objects: Described[]): string[] {
  const output = (root as App).yamlOutputType;
  const perChart = output === YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE;
  if (output !== YamlOutputType.FILE_PER_RESOURCE && !perChart) {
    return [];
  }
  const folder = (o: Described) => (perChart ? Chart.of(o.object).node.path : '');
  const advice = perChart
    ? 'put them into different charts, or use YamlOutputType.FILE_PER_CHART'
    : 'use YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE with one chart per namespace, or FILE_PER_CHART';
  return groups(objects, (o) => [folder(o), o.fileName].join('\n'))
    .filter((group) => new Set(group.map((o) => o.key)).size > 1)
    .map((group) => `${group.map((o) => o.text).join(' and ')} would be written to one file, ${group[0].fileName}, and only the last would remain `
      + `(${paths(group)}); ${advice}`);
}

function groups(objects: Described[], keyOf: (o: Described) => string): Described[][] {
  const byKey = new Map<string, Described[]>();
  for (const object of objects) {
    const key = keyOf(object);
    byKey.set(key, [...(byKey.get(key) ?? []), object]);
  }
  return [...byKey.values()].filter((group) => group.length > 1);
}

function paths(group: Described[]): string {
  return group.map((o) => o.object.node.path).join(' and ');
}
