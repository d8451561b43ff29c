// Figures as a person reads them.

/** The middle one; of two, their mean. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** `{ median, min, max }`. */
export const spread = (values) => ({ median: median(values), min: Math.min(...values), max: Math.max(...values) });

export const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
export const mebibytes = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
export const times = (ratio) => `${ratio.toFixed(2)} ×`;
export const count = (number) => Math.round(number).toLocaleString("en");

/** `{ files: 3, studies: 1 }` as `3 files, 1 studies`. */
export const facts = (found) =>
  Object.entries(found)
    .map(([what, number]) => `${count(number)} ${what}`)
    .join(", ");

/** Prints rows of text, the first of them headings, in columns. */
export function table(title, rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) => row.map((cell, column) => cell.padEnd(widths[column])).join("  ");
  console.log(`\n${title}`);
  console.log(line(rows[0]));
  console.log(widths.map((width) => "-".repeat(width)).join("  "));
  for (const row of rows.slice(1)) console.log(line(row).trimEnd());
}
