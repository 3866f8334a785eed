import { doubtText, fromText, portsText, requestTexts, toText } from './access-words';
import { AccessMap } from '../access/map/access-map';

const HEADER = ['from', 'to', 'ports', 'requests', 'network', 'mtls', 'identity', 'egress', 'doubt'];

/** One line per edge and row of requests, for spreadsheets. */
export function accessCsv({ edges }: AccessMap): string {
  const rows = edges.flatMap((edge) => requestTexts(edge).map((requests) => {
    const { network, mtls, identity, egress } = edge.layers;
    return [fromText(edge), toText(edge), portsText(edge.ports), requests, network, mtls, identity, egress, doubtText(edge)];
  }));
  return [HEADER, ...rows].map((cells) => cells.map(cell).join(',')).join('\n');
}

/** Spreadsheets take cells for formulas that begin with certain signs. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
