/**
 * js-yaml takes a list that follows an item without content for a part of that item's list, even if it is less indented. So such an item is
 * given this scalar, which reads as null.
 */
export const EMPTY_ITEM = 'zero-trust-empty-item';
const MARK = ` ${EMPTY_ITEM}`;

const DASH_ONLY = /^( *(?:- +)*)-[ \t]*(?:#.*)?$/;
const NO_CONTENT = /^[ \t]*(?:#.*)?$/;

/** The text with marked empty items, where js-yaml would go wrong; as it is otherwise. */
export function withMarkedItems(text: string): string {
  if (!/^[ -]*-[ \t]*(?:#.*)?$/m.test(text)) {
    return text;
  }
  const lines = text.split('\n');
  return lines.map((line, index) => {
    const column = DASH_ONLY.exec(line)?.[1].length;
    return column !== undefined && isFollowedByOuterItem(lines, index, column) ? `${line.slice(0, column + 1)}${MARK}${line.slice(column + 1)}` : line;
  }).join('\n');
}

/** Text of a block that only looked like an empty item. */
export function withoutMarks(text: string): string {
  return text.includes(MARK) ? text.replaceAll(MARK, '') : text;
}

function isFollowedByOuterItem(lines: readonly string[], index: number, column: number): boolean {
  const next = lines.slice(index + 1).find((line) => !NO_CONTENT.test(line));
  return next !== undefined && /^ *-/.test(next) && next.indexOf('-') < column;
}
