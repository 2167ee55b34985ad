/** The document of an editor as Markdown. */
import type { Node } from "prosemirror-model";
import { levelOf, schema } from "./schema.ts";
import { tidied, writeWords } from "./write-words.ts";

const { nodes } = schema;

/** As it was written the last time: a key changes one block, and the others stay the same nodes. */
const kept = new WeakMap<Node, string>();

/** Reads back as the same document, but for empty paragraphs, of which the first alone is kept, and for blanks at ends. */
export function writeDoc(doc: Node): string {
  const text = writeBlocks(doc.content.content);
  const isRoomFirst =
    text !== "" && doc.firstChild?.type === nodes.paragraph && doc.firstChild.childCount === 0;
  return isRoomFirst ? `\n\n${text}` : text;
}

function writeBlocks(blocks: readonly Node[]): string {
  const parts: string[] = [];
  let before: Node | undefined;
  let isOther = false;
  for (const block of blocks) {
    // Of two lists beside each other the second has other signs, or they would be one.
    isOther = before?.type === block.type && isList(block) && !isOther;
    const text = isOther ? writeList(block, true) : writeBlock(block);
    if (text === undefined) continue;
    parts.push(text);
    before = block;
  }
  return parts.join("\n\n");
}

const isList = ({ type }: Node) => type === nodes.bulletList || type === nodes.orderedList;

/** Undefined for what says nothing. */
function writeBlock(block: Node): string | undefined {
  const known = kept.get(block);
  if (known !== undefined) return known;
  const text = write(block);
  if (text !== undefined) kept.set(block, text);
  return text;
}

function write(block: Node): string | undefined {
  switch (block.type) {
    case nodes.paragraph: {
      const groups = tidied(block);
      return groups.length === 0 ? undefined : signature(groups.map(writeWords).join("\n\n"));
    }
    case nodes.heading: {
      const words = tidied(block).map(writeWords).join(" ");
      return `${"#".repeat(levelOf(block.attrs))}${words === "" ? "" : ` ${words}`}`;
    }
    case nodes.quote:
      return writeBlocks(block.content.content)
        .split("\n")
        .map((line) => (line === "" ? ">" : `> ${line}`))
        .join("\n");
    case nodes.code: {
      // Lines without words at its end are not told from the end.
      const text = block.textContent.trimEnd();
      const runs = text.match(/`{3,}/g) ?? [];
      const fence = "`".repeat(Math.max(3, ...runs.map(({ length }) => length + 1)));
      return `${fence}\n${text === "" ? "" : `${text}\n`}${fence}`;
    }
    case nodes.source:
      return block.textContent.trim() === "" ? undefined : block.textContent.trim();
    case nodes.rule:
      return "---";
    default:
      return writeList(block, false);
  }
}

/** The line that mail programs know a signature by has a blank at its end. */
function signature(text: string): string {
  return text.replace(/^\\?--(?=\n)/, "-- ");
}

function writeList(list: Node, isOther: boolean): string {
  const start = list.type === nodes.orderedList ? Number(list.attrs.start) : undefined;
  const items = list.content.content.map((item, at) => {
    const sign = start === undefined ? (isOther ? "*" : "-") : `${start + at}${isOther ? ")" : "."}`;
    return writeItem(item, sign);
  });
  return items.join(list.content.content.every(isShort) ? "\n" : "\n\n");
}

const saying = (parent: Node) => parent.content.content.filter((block) => writeBlock(block) !== undefined);

/** A line, and no more than a list under it. */
function isShort(item: Node): boolean {
  const [first, second, third] = saying(item);
  if (first === undefined) return true;
  const isLine = first.type === nodes.paragraph && tidied(first).length === 1;
  return isLine && third === undefined && (second === undefined || isShortList(second));
}

/** One that needs no empty line before it: any other number than one would be words there, and a dash alone a heading's line. */
function isShortList(list: Node): boolean {
  const isOne = list.type === nodes.bulletList || (list.type === nodes.orderedList && list.attrs.start === 1);
  const begins = list.firstChild !== null && saying(list.firstChild).length > 0;
  return isOne && begins && list.content.content.every(isShort);
}

function writeItem(item: Node, sign: string): string {
  const { checked } = item.attrs;
  const [first, ...others] = saying(item);
  const isTask = checked !== null && first?.type === nodes.paragraph;
  const task = isTask ? (checked === true ? "[x] " : "[ ] ") : "";
  const text =
    first !== undefined && isShort(item)
      ? [writeBlocks([first]), ...others.map((list) => writeBlocks([list]))].join("\n")
      : writeBlocks(saying(item));
  // Dashes after a dash would be a rule, and the item gone.
  const safe = text.replace(/^---(?=\n|$)/, "___");
  const indent = " ".repeat(sign.length + 1);
  const lines = `${task}${safe}`
    .split("\n")
    .map((line, at) => (at === 0 || line === "" ? line : indent + line));
  return `${sign} ${lines.join("\n")}`.trimEnd();
}
