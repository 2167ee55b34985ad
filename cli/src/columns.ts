/** Columns of plain text, as a terminal with a fixed width of letters shows them. */
const segmenter = new Intl.Segmenter();
/** Letters that take two places: the scripts of East Asia, and what is shown as an emoji. */
const wide =
  /^(?:\p{Emoji_Presentation}|\p{Emoji}\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}])/u;

/** How many places a text takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}

/** The text cut to so many places, with an ellipsis when something was cut. */
export function fitTo(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let fitted = "";
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    used += wide.test(segment) ? 2 : 1;
    if (used > width - 1) break;
    fitted += segment;
  }
  return `${fitted}…`;
}

/**
 * Rows under one another, two spaces between the columns, nothing at the ends of lines. With `width` the last column is
 * cut so that no line is longer.
 */
export function columns(rows: readonly (readonly string[])[], width?: number): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.slice(0, -1).forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, widthOf(cell));
    });
  }
  return rows
    .map((row) => {
      const head = row
        .slice(0, -1)
        .map((cell, index) => `${cell}${" ".repeat((widths[index] ?? 0) - widthOf(cell))}  `)
        .join("");
      const last = row.at(-1) ?? "";
      const left = width === undefined ? undefined : width - widthOf(head);
      return `${head}${left === undefined ? last : fitTo(last, Math.max(left, 10))}`.trimEnd();
    })
    .join("\n");
}
