import { doubtText, footnotes, fromText, portsText, readableEdges, requestTexts, toText } from './access-words';
import { AccessMap } from '../access/map/access-map';

/** A table, one line per edge. */
export function accessMarkdown(map: AccessMap): string {
  const { edges, hidden } = readableEdges(map);
  const rows = edges.map((edge) => [fromText(edge), toText(edge), portsText(edge.ports), requestTexts(edge), doubtText(edge)]
    .map((part) => (
      typeof part === 'string' ? code(part) : part.map(code).join('<br>'))));
  const notes = footnotes(map, hidden).map((note) => `- ${escaped(note)}`);
  return [
    '| from | to | ports | requests | in doubt |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ].join('\n');
}

/** Wildcards are no emphasis; a bar ends a cell even within code. */
function code(text: string): string {
  if (text === '') {
    return '';
  }
  const fence = text.includes('`') ? '``' : '`';
  return `${fence}${fence.length > 1 ? ' ' : ''}${oneLine(text).replaceAll('|', '\\|')}${fence.length > 1 ? ' ' : ''}${fence}`;
}

function escaped(text: string): string {
  return oneLine(text).replace(/[\\`*_[\]<>|]/g, '\\$&');
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
