/** Words with their marks as Markdown that reads back as the same words with the same marks. */
import { Fragment, type Mark, type Node } from "prosemirror-model";
import { readDoc } from "./read-doc.ts";
import { fileOf, schema, urlOf } from "./schema.ts";

const { nodes, marks } = schema;

/** How it is written: what Markdown cannot say in one way, it mostly can in another. */
interface Way {
  italic: "*" | "_";
  /** Letters beside a mark are written by their numbers, so that the mark is one. */
  hasNumbers: boolean;
  /** Addresses of the web are left for readers to find, and end where a reader would see their end. */
  hasAddresses: boolean;
}

const usual: Way = { italic: "*", hasNumbers: false, hasAddresses: true };
/** From what is read most easily to what always reads back. */
const ways: readonly Way[] = [
  usual,
  { ...usual, italic: "_" },
  { ...usual, hasNumbers: true },
  { ...usual, italic: "_", hasNumbers: true },
  { ...usual, hasNumbers: true, hasAddresses: false },
];
const last: Way = { ...usual, hasAddresses: false };

/** What a paragraph or a heading holds. Words are never lost; marks are that Markdown cannot say where they stand. */
export function writeWords(words: readonly Node[]): string {
  if (words.length === 0) return "";
  const quiet = Fragment.fromArray(words.map(withoutMarks)).content;
  return found(words) ?? found(quiet) ?? textIn(quiet, last);
}

function found(words: readonly Node[]): string | undefined {
  const wanted = Fragment.fromArray([...words]);
  for (const way of ways) {
    const text = textIn(words, way);
    if (readsAs(text, wanted)) return text;
  }
  return undefined;
}

function withoutMarks(node: Node): Node {
  return node.mark(node.marks.filter(({ type }) => type === marks.monospace));
}

function readsAs(text: string, wanted: Fragment): boolean {
  const read = readDoc(text);
  const [only] = read?.content.content ?? [];
  return read?.childCount === 1 && only?.type === nodes.paragraph && only.content.eq(wanted);
}

/**
 * The lines of a paragraph as Markdown has them: without blanks at their ends, without marks on blanks that nothing marked
 * follows, and apart where a line is left empty.
 */
export function tidied(block: Node): Node[][] {
  const groups: Node[][] = [];
  let group: Node[] = [];
  let line: Node[] = [];
  const endLine = (isBreak: boolean) => {
    const ended = trimmed(line);
    line = [];
    if (ended.length === 0) endGroup();
    else {
      if (group.length > 0) group.push(nodes.lineBreak.create());
      group.push(...ended);
    }
    if (!isBreak) endGroup();
  };
  const endGroup = () => {
    if (group.length > 0) groups.push(quietened(group));
    group = [];
  };
  block.forEach((node) => {
    if (node.type === nodes.lineBreak) endLine(true);
    else line.push(node);
  });
  endLine(false);
  return groups;
}

const isMonospace = ({ marks: all }: Node) => all.some(({ type }) => type === marks.monospace);

/** Without blanks at its ends. */
function trimmed(line: readonly Node[]): Node[] {
  const left = [...line];
  for (let first = left[0]; first?.isText && !isMonospace(first); first = left[0]) {
    const text = (first.text ?? "").replace(/^\s+/, "");
    if (text === first.text) break;
    left.splice(0, 1, ...(text === "" ? [] : [schema.text(text, first.marks)]));
  }
  for (let last = left.at(-1); last?.isText && !isMonospace(last); last = left.at(-1)) {
    const text = (last.text ?? "").replace(/\s+$/, "");
    if (text === last.text) break;
    left.splice(-1, 1, ...(text === "" ? [] : [schema.text(text, last.marks)]));
  }
  return left;
}

/** Blanks and breaks have the marks that what is on both sides of them has, for no other could be written. */
function quietened(group: readonly Node[]): Node[] {
  const parts = group.flatMap((node) =>
    node.isText && !isMonospace(node)
      ? (node.text ?? "")
          .split(/(\s+)/)
          .flatMap((text) => (text === "" ? [] : [schema.text(text, node.marks)]))
      : [node],
  );
  const isBlank = (node: Node | undefined) =>
    node !== undefined &&
    (node.type === nodes.lineBreak || (node.isText && !isMonospace(node) && /^\s+$/.test(node.text ?? "")));
  const quiet = parts.map((part, at) => {
    if (!isBlank(part)) return part;
    const before = parts.slice(0, at).findLast((one) => !isBlank(one));
    const after = parts.slice(at + 1).find((one) => !isBlank(one));
    const common = (before?.marks ?? []).filter(
      (mark) => mark.type !== marks.monospace && after !== undefined && mark.isInSet(after.marks),
    );
    return part.mark(common);
  });
  return Fragment.fromArray(quiet).content.slice();
}

interface Piece {
  text: string;
  isMark: boolean;
}

/** From one place to another; what is open already is written around them. */
interface Span {
  from: number;
  to: number;
  open: readonly Mark[];
}

function piecesOf(words: readonly Node[], way: Way, { from, to, open }: Span): Piece[] {
  const pieces: Piece[] = [];
  for (let at = from; at < to; ) {
    const node = words[at];
    if (node === undefined) break;
    const [mark, end] = longest(words, { from: at, to, open });
    if (mark === undefined) {
      pieces.push({ text: written(node, words[at + 1], way), isMark: false });
      at++;
      continue;
    }
    const inner = piecesOf(words, way, { from: at, to: end, open: [...open, mark] });
    const [before, after] = around(mark, way);
    pieces.push({ text: before, isMark: true }, ...inner, { text: after, isMark: true });
    at = end;
  }
  return pieces;
}

/** The mark that begins here and goes on for longest, so that the others are within it; and where it ends. */
function longest(words: readonly Node[], { from, to, open }: Span): [Mark | undefined, number] {
  let found: Mark | undefined;
  let furthest = from;
  for (const mark of words[from]?.marks ?? []) {
    if (mark.type === marks.monospace || mark.isInSet(open)) continue;
    let end = from;
    while (end < to && mark.isInSet(words[end]?.marks ?? [])) end++;
    if (end > furthest) [found, furthest] = [mark, end];
  }
  return [found, furthest];
}

function around({ type, attrs }: Mark, { italic }: Way): [string, string] {
  switch (type) {
    case marks.strong:
      return ["**", "**"];
    case marks.em:
      return [italic, italic];
    case marks.del:
      return ["~~", "~~"];
    default:
      return ["[", `](${destination(urlOf(attrs))})`];
  }
}

function destination(url: string): string {
  const text = url.replaceAll(/[\\<>]/g, encodeURIComponent).replaceAll(/&(?=#?\w+;)/g, "&amp;");
  return /[()\s*_`[\]~]/.test(text) ? `<${text}>` : text;
}

function written(node: Node, next: Node | undefined, way: Way): string {
  if (node.type === nodes.lineBreak) return "\n";
  if (node.type === nodes.image) return imageAs(node);
  const text = node.text ?? "";
  if (isMonospace(node)) return monospaceAs(text);
  if (!way.hasAddresses)
    return escapedWords(text.replaceAll(addressBegin, "\0$&")).replaceAll(/\0(.)/g, (_, sign) =>
      numberOf(String(sign)),
    );
  const isGlued =
    next !== undefined &&
    next.type !== nodes.lineBreak &&
    (isMonospace(next) || !/^\s/.test(next.text ?? ""));
  return escaped(text, isGlued);
}

function imageAs(node: Node): string {
  const file = fileOf(node);
  const alt = String(node.attrs.alt)
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[\\[\]`*_<>&!~|]/g, numberOf);
  return `![${alt}](${file === undefined ? destination(String(node.attrs.address)) : fileDestination(file)})`;
}

/** The name of a file where an address stands (RFC 3986, 2.1). */
export function fileDestination(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replaceAll(
    /[!'()*_~]/g,
    (sign) => `%${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase()}`,
  );
}

function monospaceAs(text: string): string {
  const inner = text.replaceAll(/\s*\n\s*/g, " ");
  const runs: readonly string[] = inner.match(/`+/g) ?? [];
  let fence = "`";
  while (runs.includes(fence)) fence += "`";
  const pad = /^`|`$|^ .*[^ ].* $/.test(inner) ? " " : "";
  return `${fence}${pad}${inner}${pad}${fence}`;
}

const addressBegin = /(?:https?|ftp):\/\/|www\.|(?<=[\w+.-])@/gi;
const address = /(?:https?:\/\/|ftp:\/\/|www\.)\S*/gi;

/**
 * Nothing of it means anything but itself. In addresses of the web a backslash would be one, so there signs have numbers;
 * one that goes on in what follows (`isGlued`) is told where it ends.
 */
function escaped(text: string, isGlued: boolean): string {
  let out = "";
  let at = 0;
  for (const { 0: one, index } of text.matchAll(address)) {
    const safe = one.replaceAll(/[\\`*~[\]|<>]|\b_|_\b|&(?=#?\w+;)/g, numberOf);
    out += escapedWords(text.slice(at, index));
    at = index + one.length;
    if (!isGlued || at < text.length) out += safe;
    else out += one.startsWith("www.") ? safe.replace(/^w/i, numberOf) : `<${safe}>`;
  }
  return out + escapedWords(text.slice(at));
}

function escapedWords(text: string): string {
  return text
    .replaceAll(/[\\`*[\]<~]/g, "\\$&")
    .replaceAll(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_")
    .replaceAll(/&(?=#?\w+;)/g, "&amp;");
}

function numberOf(sign: string): string {
  return `&#${sign.codePointAt(0)};`;
}

function textIn(words: readonly Node[], way: Way): string {
  const pieces = piecesOf(words, way, { from: 0, to: words.length, open: [] });
  const text = pieces
    .map((piece, at) => {
      if (piece.isMark || !way.hasNumbers) return piece.text;
      const afterMark =
        pieces[at - 1]?.isMark === true ? piece.text.replace(/^[\p{L}\p{N}]/u, numberOf) : piece.text;
      return pieces[at + 1]?.isMark === true ? afterMark.replace(/[\p{L}\p{N}]$/u, numberOf) : afterMark;
    })
    .join("");
  return text.split("\n").map(escapedLine).join("\n");
}

/** What would make something else of a line than words. */
function escapedLine(line: string): string {
  if (/^[\s|:=-]+$/.test(line)) return `\\${line}`;
  return line
    .replace(/^(#{1,6})(?=\s|$)/, "\\$1")
    .replace(/^>/, "\\>")
    .replace(/^([-+])(?=\s|$)/, "\\$1")
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, "$1\\$2")
    .replace(/(?<=\s)#+$/, (signs) => signs.replaceAll("#", "\\#"));
}
