import { GrantKind } from '../values/grant';
import { ClusterGrants, WrittenGrant } from '../values/grants-file';

/** The forms in which recorded grants can be printed. */
export const GRANTS_FORMATS = ['text', 'json', 'markdown'];

/** Who may reach whom, as recorded: the grants first, then what namespaces need to live, then what others have to see to. */
export function grantsReport(clusters: ClusterGrants[], format: string): string {
  if (format === 'json') {
    return JSON.stringify({ format: 'zt-grants/1', clusters }, undefined, 2);
  }
  const write = format === 'markdown' ? markdownTable : textTable;
  return clusters.map((cluster) => clusterReport(cluster, write, format === 'markdown' ? '## ' : '')).join('\n\n');
}

type Table = (header: string[], rows: string[][]) => string;

function clusterReport(cluster: ClusterGrants, table: Table, heading: string): string {
  const name = cluster.cluster === '' ? '' : ` in ${cluster.cluster}`;
  const [grants, holes] = [GrantKind.GRANT, GrantKind.HOLE].map((kind) => cluster.grants.filter((g) => g.kind === kind));
  const parts = [
    section(`${heading}Who may reach whom${name}`, grants, table),
    ...(holes.length === 0 ? [] : [section(`${heading}What namespaces need to work${name}`, holes, table)]),
    ...(cluster.assumptions.length === 0 ? [] : [assumptions(cluster, heading, name)]),
    ...basis(cluster, heading, name),
  ];
  return parts.join('\n\n');
}

function section(title: string, grants: WrittenGrant[], table: Table): string {
  if (grants.length === 0) {
    return `${title}: nobody reaches anybody`;
  }
  return `${title}\n\n${table(['from', 'to', 'ports', 'requests', 'reason'], grants.map(row))}`;
}

function row(grant: WrittenGrant): string[] {
  const requests = [grant.routes.length === 0 ? 'any' : grant.routes.join(', '), ...tokenOf(grant)].join(' and ');
  const from = grant.plaintext ? `${grant.from} (plaintext)` : grant.from;
  return [from, grant.to, grant.ports.join(', '), requests, grant.reason];
}

function tokenOf({ issuers, claims }: WrittenGrant): string[] {
  const whose = issuers.length === 0 ? [] : [`of ${issuers.join(' or ')}`];
  const says = claims.length === 0 ? [] : [`with ${claims.join(' and ')}`];
  return whose.length + says.length === 0 ? [] : [['token', ...whose, ...says].join(' ')];
}

function assumptions(cluster: ClusterGrants, heading: string, name: string): string {
  const lines = cluster.assumptions.flatMap((a) => {
    const text = a.text.split('\n').filter((line) => line !== '').map((line) => `      ${line}`);
    return [`- ${a.owner}: ${a.statement}`, ...text];
  });
  return `${heading}What others have to see to${name}\n\n${lines.join('\n')}`;
}

function basis({ proof }: ClusterGrants, heading: string, name: string): string[] {
  const list = (title: string, lines: string[]) => (lines.length === 0 ? [] : [`${heading}${title}${name}\n\n${lines.map((line) => `- ${line}`).join('\n')}`]);
  return proof === undefined ? []
    : [...list('What the proof rests on', proof.assumptions), ...list('What was accepted without proof', proof.accepted)];
}

function textTable(header: string[], rows: string[][]): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((cells) => cells[column].length)));
  const line = (cells: string[]) => cells.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd();
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function markdownTable(header: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
