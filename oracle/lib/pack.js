// Rows of 0 and 1 as lengths of runs that begin with 0, equal rows after each other once: "3x 2 5" is three times 0011111.

/** Lengths of runs that begin with refusals: "00110" is "2 2 1", "110" is "0 2 1". */
function runs(row) {
  const lengths = [];
  let digit = '0';
  let length = 0;
  for (const c of row) {
    if (c !== digit) {
      lengths.push(length);
      [digit, length] = [c, 0];
    }
    length += 1;
  }
  return [...lengths, length].join(' ');
}

function packRows(rows) {
  const packed = [];
  for (const text of rows.map(runs)) {
    const last = packed[packed.length - 1];
    if (last !== undefined && last.text === text) {
      last.times += 1;
    } else {
      packed.push({ text, times: 1 });
    }
  }
  return packed.map(({ text, times }) => (times === 1 ? text : `${times}x ${text}`)).join(';');
}

module.exports = { packRows };
