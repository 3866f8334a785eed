/** The known name that was probably meant, as `, did you mean "…"?`, or nothing. */
export function didYouMean(name: string, known: readonly string[]): string {
  const ranked = known.map((candidate) => ({ candidate, distance: distanceOf(name, candidate) }))
    .filter(({ candidate, distance }) => distance <= Math.min(2, Math.floor(Math.min(name.length, candidate.length) / 2)))
    .sort((a, b) => a.distance - b.distance);
  return ranked.length === 0 ? '' : `, did you mean "${ranked[0].candidate}"?`;
}

/** Insertions, deletions, replacements and swaps of neighbours; case alone counts nothing. */
function distanceOf(a: string, b: string): number {
  const [left, right] = [a.toLowerCase(), b.toLowerCase()];
  const rows: number[][] = [Array.from({ length: right.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= left.length; i += 1) {
    rows.push([i]);
    for (let j = 1; j <= right.length; j += 1) {
      const same = left[i - 1] === right[j - 1];
      const swapped = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      rows[i].push(Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (same ? 0 : 1),
        swapped ? rows[i - 2][j - 2] + 1 : Infinity));
    }
  }
  return rows[left.length][right.length];
}
