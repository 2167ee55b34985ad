/** Markdown as it is typed: what a key or a button of the toolbar makes of the text and of what is selected in it. */
import { blank } from "./template-text.ts";

export interface Selected {
  text: string;
  start: number;
  end: number;
}

/** Puts `insert` in the place of `start` to `end`, and selects from `selectStart` to `selectEnd` then. */
export interface Edit {
  start: number;
  end: number;
  insert: string;
  selectStart: number;
  selectEnd: number;
}

/** Around what is selected, or away from there when it is so already. */
export function toggleAround({ text, start, end }: Selected, mark: string): Edit {
  const inner = text.slice(start, end);
  const size = mark.length;
  if (inner.length >= 2 * size && inner.startsWith(mark) && inner.endsWith(mark)) {
    const insert = inner.slice(size, -size);
    return { start, end, insert, selectStart: start, selectEnd: start + insert.length };
  }
  if (text.slice(start - size, start) === mark && text.slice(end, end + size) === mark) {
    return {
      start: start - size,
      end: end + size,
      insert: inner,
      selectStart: start - size,
      selectEnd: end - size,
    };
  }
  // Blanks at the ends would keep it from being understood as a mark.
  const [before = "", middle = "", after = ""] = /^(\s*)([\s\S]*?)(\s*)$/.exec(inner)?.slice(1) ?? [];
  const insert = `${before}${mark}${middle}${mark}${after}`;
  const from = start + before.length + size;
  return { start, end, insert, selectStart: from, selectEnd: from + middle.length };
}

export type LinePrefix = "- " | "1. " | "> ";

/** Before each line of what is selected, or away from there when it is before all of them. */
export function toggleLines({ text, start, end }: Selected, prefix: LinePrefix): Edit {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const next = text.indexOf("\n", Math.max(end - (end > start && text[end - 1] === "\n" ? 1 : 0), from));
  const to = next < 0 ? text.length : next;
  const lines = text.slice(from, to).split("\n");
  const mark = prefix === "1. " ? /^\d+[.)] / : prefix === "- " ? /^[-*+] / : /^> ?/;
  const isAll = lines.every((line) => mark.test(line));
  const changed = lines.map((line, at) => {
    if (isAll) return line.replace(mark, "");
    return `${prefix === "1. " ? `${at + 1}. ` : prefix}${line.replace(anyList, "")}`;
  });
  const insert = changed.join("\n");
  const isOne = start === end;
  const caret = Math.max(from, start + insert.length - (to - from));
  return {
    start: from,
    end: to,
    insert,
    selectStart: isOne ? caret : from,
    selectEnd: isOne ? caret : from + insert.length,
  };
}

const anyList = /^(?:[-*+] |\d+[.)] )/;

/** The line is a heading, or none any more. */
export function toggleHeading({ text, start }: Selected): Edit {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const mark = /^#{1,6} /.exec(text.slice(from))?.[0];
  const insert = mark === undefined ? "## " : "";
  const end = from + (mark?.length ?? 0);
  const caret = Math.max(from, start - (end - from)) + insert.length;
  return { start: from, end, insert, selectStart: caret, selectEnd: caret };
}

/** In the place of so many characters before the caret, or of what is selected. A blank in it is selected then. */
export function putText({ start, end }: Selected, markdown: string, over: number): Edit {
  const from = start === end ? start - over : start;
  const at = markdown.indexOf(blank);
  const selectStart = from + (at < 0 ? markdown.length : at);
  const selectEnd = at < 0 ? selectStart : selectStart + blank.length;
  return { start: from, end, insert: markdown, selectStart, selectEnd };
}

/** Undefined where no picture of this address is in the text. */
export function withoutPicture(text: string, address: string): Edit | undefined {
  const end = text.indexOf(`](${address})`);
  const start = text.lastIndexOf("![", end);
  if (end < 0 || start < 0) return undefined;
  return { start, end: end + address.length + 3, insert: "", selectStart: start, selectEnd: start };
}

/** A link of what is selected; its address is selected, to be typed. */
export function makeLink({ text, start, end }: Selected): Edit {
  const inner = text.slice(start, end);
  if (/^https?:\/\/\S+$/.test(inner)) {
    return { start, end, insert: `[](${inner})`, selectStart: start + 1, selectEnd: start + 1 };
  }
  const from = start + inner.length + 3;
  return { start, end, insert: `[${inner}](https://)`, selectStart: from, selectEnd: from + 8 };
}

/** A line of code, or a block of several lines. */
export function makeCode(selected: Selected): Edit {
  const { text, start, end } = selected;
  const inner = text.slice(start, end);
  if (!inner.includes("\n")) return toggleAround(selected, "`");
  const before = start === 0 || text[start - 1] === "\n" ? "" : "\n";
  const insert = `${before}\`\`\`\n${inner.replace(/\n$/, "")}\n\`\`\`\n`;
  const from = start + before.length + 4;
  return { start, end, insert, selectStart: from, selectEnd: from + inner.replace(/\n$/, "").length };
}

/** What Enter does within a list or a quotation; undefined where it is a new line and nothing else. */
export function goOn({ text, start, end }: Selected): Edit | undefined {
  if (start !== end) return undefined;
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const line = text.slice(from, start);
  const found = /^(\s*)(?:([-*+]) (\[[ xX]\] )?|(\d+)([.)]) |(>) ?)/.exec(line);
  if (found === null) return undefined;
  const [mark, indent = "", bullet, box, number, point = ".", quote] = found;
  // A second Enter ends the list.
  if (line === mark) return { start: from, end: start, insert: "", selectStart: from, selectEnd: from };
  const next =
    bullet !== undefined
      ? `${bullet} ${box === undefined ? "" : "[ ] "}`
      : quote !== undefined
        ? "> "
        : `${Number(number) + 1}${point} `;
  const insert = `\n${indent}${next}`;
  return { start, end, insert, selectStart: start + insert.length, selectEnd: start + insert.length };
}

/** A text as a quotation: under who has written it. */
export function quoted(intro: string, text: string): string {
  const lines = text
    .trim()
    .split("\n")
    .map((line) => (line === "" ? ">" : line.startsWith(">") ? `>${line}` : `> ${line}`));
  return `${intro}\n\n${lines.join("\n")}\n`;
}
