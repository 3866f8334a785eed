import { load } from 'js-yaml';
import { ClusterDns } from './cluster-dns';
import { DataPlane } from './data-plane';
import { ApiServerFact, IngressGatewayFact, MeshFacts, ProviderFact } from './mesh-facts';
import { MeshPodsFact, PodsFact } from './pods-fact';
import { SidecarInjection } from './sidecar-injection';
import { Cidr } from '../values/cidr';
import { invalid } from '../values/errors';

const FORMAT = 'zt-mesh-facts/1';

/** Reads a facts file (YAML or JSON, `schemas/mesh-facts-1.schema.json`). Every field is checked and none is ignored. */
export function parseFacts(text: string, file: string): MeshFacts {
  const record = new FactsRecord(parse(text, file), file);
  if (record.text('format') !== FORMAT) {
    throw invalid(
      `${file}: format is of another version`,
      record.optional('format'),
      FORMAT,
      'use the version of the library that reads this format',
    );
  }
  const facts: MeshFacts = {
    dataPlane: record.oneOf('dataPlane', Object.values(DataPlane)) as DataPlane,
    trustDomain: record.text('trustDomain'),
    trustDomainAliases: record.list('trustDomainAliases', asText),
    rootNamespace: record.text('rootNamespace'),
    clusterDomain: record.text('clusterDomain'),
    injection: injection(record.record('injection')),
    dns: dns(record.record('dns')),
    istiod: record.nested('istiod', pods),
    istioCni: record.flag('istioCni'),
    nativeSidecars: record.flag('nativeSidecars'),
    dnsCapture: record.flag('dnsCapture'),
    wildcardTlsHosts: record.flag('wildcardTlsHosts'),
    cni: record.optional('cni') === undefined ? undefined : record.text('cni'),
    ingressGateways: record.records('ingressGateways', gateway),
    prometheus: record.nested('prometheus', meshPods),
    telemetryProviders: record.records('telemetryProviders', provider),
    authorizationProviders: record.records('authorizationProviders', provider),
    apiServer: record.nested('apiServer', apiServer),
    nodes: record.list('nodes', asCidr),
    pods: record.list('pods', asCidr),
    probeSources: record.list('probeSources', asCidr),
  };
  record.end();
  return facts;
}

function parse(text: string, file: string): unknown {
  try {
    return load(text, { filename: file });
  } catch (error) {
    throw invalid(
      `${file} is no YAML or JSON: ${(error as Error).message.split('\n')[0]}`,
      text.slice(0, 40),
      `a document of format ${FORMAT}`,
      'check it with any YAML parser',
    );
  }
}

function injection(record: FactsRecord): SidecarInjection {
  const revision = record.optional('revision') === undefined ? undefined : record.text('revision');
  const label = record.flag('namespaceLabel');
  record.end();
  if (label === false || (revision === undefined) === (label === undefined)) {
    throw invalid(
      `${record.where} must name exactly one way`,
      record.value,
      '{ revision: NAME } or { namespaceLabel: true }',
      'with both on a namespace one of them wins silently',
    );
  }
  return revision === undefined ? SidecarInjection.namespaceLabel() : SidecarInjection.revision(revision);
}

function dns(record: FactsRecord): ClusterDns {
  const flavour = record.oneOf('flavour', ['coredns', 'node-local', 'openshift', 'custom']);
  const read: Record<string, () => ClusterDns> = {
    'coredns': () => ClusterDns.coreDns(),
    'node-local': () => ClusterDns.nodeLocal(record.text('address')),
    'openshift': () => ClusterDns.openShift(),
    'custom': () => ClusterDns.custom({
      pods: record.records('pods', pods),
      addresses: record.list('addresses', asCidr),
      number: record.optional('number') === undefined ? undefined : record.integer('number'),
    }),
  };
  const result = read[flavour]();
  record.end();
  return result;
}

function pods(record: FactsRecord): PodsFact {
  return { namespace: record.text('namespace'), podLabels: record.labels('podLabels') };
}

function meshPods(record: FactsRecord): MeshPodsFact {
  return { ...pods(record), serviceAccount: record.text('serviceAccount') };
}

function gateway(record: FactsRecord): IngressGatewayFact {
  return { name: record.text('name'), ...meshPods(record) };
}

function provider(record: FactsRecord): ProviderFact {
  return { name: record.text('name'), ...pods(record), host: record.text('host'), number: record.integer('number') };
}

function apiServer(record: FactsRecord): ApiServerFact {
  return { addresses: record.list('addresses', asCidr) ?? [], number: record.integer('number') };
}

function asText(value: unknown, where: string): string {
  if (typeof value !== 'string') {
    throw invalid(`${where} is not a text`, value, 'a text', 'put it into quotes if YAML reads it as something else');
  }
  return value;
}

function asCidr(value: unknown, where: string): Cidr {
  return Cidr.of(asText(value, where));
}

/** A mapping of the file that knows which of its fields were read. */
class FactsRecord {
  private readonly fields: Record<string, unknown>;
  private readonly read = new Set<string>();

  public constructor(public readonly value: unknown, public readonly where: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw invalid(`${where} is not a mapping`, value, 'fields and values', 'see schemas/mesh-facts-1.schema.json');
    }
    this.fields = value as Record<string, unknown>;
  }

  public optional(name: string): unknown {
    this.read.add(name);
    return this.fields[name];
  }

  public text(name: string): string {
    return asText(this.optional(name), `${this.where}: ${name}`);
  }

  public oneOf(name: string, allowed: string[]): string {
    const value = this.text(name);
    if (!allowed.includes(value)) {
      throw invalid(`${this.where}: ${name} is not known`, value, allowed.join(', '), 'correct the spelling');
    }
    return value;
  }

  public integer(name: string): number {
    const value = this.optional(name);
    if (!Number.isInteger(value)) {
      throw invalid(`${this.where}: ${name} is not a whole number`, value, 'a whole number', 'write it without quotes');
    }
    return value as number;
  }

  public flag(name: string): boolean | undefined {
    const value = this.optional(name);
    if (value !== undefined && typeof value !== 'boolean') {
      throw invalid(`${this.where}: ${name} is not a truth value`, value, 'true or false', 'leave it out when it is unknown');
    }
    return value;
  }

  public list<T>(name: string, read: (value: unknown, where: string) => T): T[] | undefined {
    const value = this.optional(name);
    if (value !== undefined && !Array.isArray(value)) {
      throw invalid(`${this.where}: ${name} is not a list`, value, 'a list', 'start each entry with "- "');
    }
    return value?.map((item, i) => read(item, `${this.where}: ${name}[${i}]`));
  }

  public labels(name: string): Record<string, string> {
    const fields = this.record(name).fields;
    return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, asText(value, `${this.where}: ${name} ${key}`)]));
  }

  public record(name: string): FactsRecord {
    return new FactsRecord(this.optional(name), `${this.where}: ${name}`);
  }

  public nested<T>(name: string, read: (record: FactsRecord) => T): T | undefined {
    return this.optional(name) === undefined ? undefined : whole(this.record(name), read);
  }

  public records<T>(name: string, read: (record: FactsRecord) => T): T[] | undefined {
    return this.list(name, (value, where) => whole(new FactsRecord(value, where), read));
  }

  /** Refuses what nobody read: a misspelt fact would be an unknown one. */
  public end(): void {
    const unknown = Object.keys(this.fields).find((name) => !this.read.has(name));
    if (unknown !== undefined) {
      throw invalid(`${this.where} has a field that is not known`, unknown, [...this.read].join(', '), 'correct the spelling or remove it');
    }
  }
}

function whole<T>(record: FactsRecord, read: (record: FactsRecord) => T): T {
  const result = read(record);
  record.end();
  return result;
}
