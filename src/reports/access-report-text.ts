import { doubtText, footnotes, fromText, isWide, portsText, readableEdges, requestTexts, toText } from './access-words';
import { AccessMap } from '../access/map/access-map';
import { AccessEdge } from '../access/map/edges';

/** How a map is printed for people. */
export interface TextOptions {
  readonly colour?: boolean;
  /** with more lines than that edges are put together by namespace */
  readonly mostLines?: number;
}

const MOST_LINES = 2000;
/** no column is made wider for the sake of a single long name */
const WIDEST = 72;

/** One line per edge and row of requests; large systems by namespace. */
export function accessText(map: AccessMap, { colour = false, mostLines = MOST_LINES }: TextOptions): string {
  const { edges, hidden } = readableEdges(map);
  if (edges.length === 0) {
    return ['nobody reaches anybody', ...footnotes(map, hidden)].join('\n');
  }
  const large = edges.length > mostLines;
  const lines = large ? byNamespace(edges) : edgeLines(edges, colour);
  const more = large ? [`${edges.length} edges, put together by namespace: --from or --to shows some of them, --format json all`] : [];
  const notes = [...more, ...footnotes(map, hidden)];
  return [...lines, ...(notes.length === 0 ? [] : ['', ...notes])].join('\n');
}

function edgeLines(edges: readonly AccessEdge[], colour: boolean): string[] {
  const rows = edges.flatMap((edge) => requestTexts(edge).map((requests) => ({ edge, cells: [`${fromText(edge)} -> ${toText(edge)}`, portsText(edge.ports), requests] })));
  const width = (column: number) => Math.min(WIDEST, Math.max(...rows.map(({ cells }) => cells[column].length)));
  const [ends, ports] = [width(0), Math.min(28, width(1))];
  return rows.map(({ edge, cells }) => {
    const doubt = doubtText(edge);
    const line = `${cells[0].padEnd(ends)}  ${cells[1].padEnd(ports)}  ${cells[2]}${doubt === '' ? '' : `  [${doubt}]`}`;
    return colour ? painted(line, edge) : line;
  });
}

function painted(line: string, edge: AccessEdge): string {
  const code = edge.unknown !== undefined ? 33 : isWide(edge) ? 31 : undefined;
  return code === undefined ? line : `\u001b[${code}m${line}\u001b[0m`;
}

function byNamespace(edges: readonly AccessEdge[]): string[] {
  const pairs = new Map<string, { count: number; readonly ports: Set<string> }>();
  for (const edge of edges) {
    const key = `${spaceOf(edge.from)} -> ${spaceOf(edge.to)}`;
    const known = pairs.get(key) ?? { count: 0, ports: new Set<string>() };
    pairs.set(key, known);
    known.count += 1;
    known.ports.add(portsText(edge.ports));
  }
  return [...pairs].map(([key, { count, ports }]) => {
    const shown = [...ports].slice(0, 4).join(', ');
    return `${key}  ${count} ${count === 1 ? 'edge' : 'edges'}  ${shown}${ports.size > 4 ? ', …' : ''}`;
  });
}

function spaceOf(id: string): string {
  return /^[0-9a-f.:]+\/\d+$/i.test(id) || !id.includes('/') ? id : `${id.slice(0, id.indexOf('/'))}/*`;
}
