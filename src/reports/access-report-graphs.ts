import { fromText, isWide, portsText, readableEdges, requestTexts, toText } from './access-words';
import { AccessMap } from '../access/map/access-map';
import { AccessEdge } from '../access/map/edges';

/** A picture for Mermaid. */
export function accessMermaid(map: AccessMap): string {
  const { edges } = readableEdges(map);
  const nodes = nodesOf(edges);
  return [
    'flowchart LR',
    ...[...nodes].map(([name, id]) => `  ${id}["${mermaidText(name)}"]`),
    ...edges.map((edge) => `  ${nodes.get(fromText(edge))} ${edge.unknown === undefined ? '-->' : '-.->'}|"${labelOf(edge).map(mermaidText).join('<br/>')}"| ${nodes.get(toText(edge))}`),
  ].join('\n');
}

/** A picture for Graphviz. */
export function accessDot(map: AccessMap): string {
  const { edges } = readableEdges(map);
  const nodes = nodesOf(edges);
  const wide = new Set(edges.filter(isWide).map(fromText));
  return [
    'digraph access {',
    '  rankdir=LR;',
    '  node [shape=box];',
    ...[...nodes].map(([name, id]) => `  ${id} [label=${dotText(name)}${wide.has(name) ? ', color=red' : ''}];`),
    ...edges.map((edge) => `  ${nodes.get(fromText(edge))} -> ${nodes.get(toText(edge))} [label=${dotText(labelOf(edge).join('\n'))}${edge.unknown === undefined ? '' : ', style=dashed'}];`),
    '}',
  ].join('\n');
}

function nodesOf(edges: readonly AccessEdge[]): Map<string, string> {
  const nodes = new Map<string, string>();
  edges.flatMap((edge) => [fromText(edge), toText(edge)]).forEach((name) => nodes.set(name, nodes.get(name) ?? `n${nodes.size}`));
  return nodes;
}

function labelOf(edge: AccessEdge): string[] {
  return [portsText(edge.ports), ...requestTexts(edge).filter((text) => text !== 'any')];
}

/** Entities are the one way to write such signs in a label. */
function mermaidText(text: string): string {
  return text.replaceAll(/[#"<>&`\\|{}[\]()]/g, (sign) => `#${sign.charCodeAt(0)};`).replaceAll(/\s+/g, ' ');
}

function dotText(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
