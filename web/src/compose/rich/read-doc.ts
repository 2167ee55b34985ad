/** Markdown as the document that an editor shows. */
import { Fragment, type Mark, type Node } from "prosemirror-model";
import { type Block, type Inline, readMarkdown } from "../../mail/markdown-tree.ts";
import { schema } from "./schema.ts";

const { nodes, marks } = schema;

/** Undefined for what is too long to be looked through at each key. */
export function readDoc(text: string): Node | undefined {
  const blocks = readMarkdown(text);
  if (blocks === undefined) return undefined;
  const read = blocks.map(blockOf);
  // Room to write in, above a signature or what is handed on.
  const isRoomFirst = read.length === 0 || /^[ \t]*\n/.test(text);
  return nodes.doc.create(null, isRoomFirst ? [nodes.paragraph.create(), ...read] : read);
}

function blockOf(block: Block): Node {
  switch (block.kind) {
    case "paragraph":
      return nodes.paragraph.create(null, inlinesOf(block.inside));
    case "heading": {
      // A line of a heading ends with it.
      const inside = inlinesOf(block.inside).content.map((node) =>
        node.type === nodes.lineBreak ? schema.text(" ", node.marks) : node,
      );
      return nodes.heading.create({ level: block.depth }, Fragment.fromArray(inside));
    }
    case "quote":
      return nodes.quote.create(null, filled(block.blocks.map(blockOf)));
    case "code":
      return nodes.code.create(null, textOf(block.text));
    case "table":
      return nodes.source.create(null, textOf(block.source));
    case "rule":
      return nodes.rule.create();
    case "list": {
      const items = block.items.map(({ checked = null, blocks }) =>
        nodes.listItem.create({ checked }, begunWithWords(blocks.map(blockOf))),
      );
      return block.start === undefined
        ? nodes.bulletList.create(null, items)
        : nodes.orderedList.create({ start: block.start }, items);
    }
  }
}

function filled(blocks: readonly Node[]): readonly Node[] {
  return blocks.length === 0 ? [nodes.paragraph.create()] : blocks;
}

/** An item begins with a line to write in. */
function begunWithWords(blocks: readonly Node[]): readonly Node[] {
  return blocks[0]?.type === nodes.paragraph ? blocks : [nodes.paragraph.create(), ...blocks];
}

function textOf(text: string): Node[] {
  return text === "" ? [] : [schema.text(text)];
}

function inlinesOf(inlines: readonly Inline[], around: readonly Mark[] = []): Fragment {
  return Fragment.fromArray(inlines.flatMap((inline) => inlineOf(inline, around)));
}

function inlineOf(inline: Inline, around: readonly Mark[]): readonly Node[] {
  switch (inline.kind) {
    case "text":
      return linesOf(inline.text, around);
    case "break":
      return [nodes.lineBreak.create(null, null, around)];
    case "code":
      return inline.text === "" ? [] : [schema.text(inline.text, marks.monospace.create().addToSet(around))];
    case "strong":
    case "em":
    case "del":
      return inlinesOf(inline.inside, marks[inline.kind].create().addToSet(around)).content;
    case "link":
      return linked(inline.url, inline.inside, around);
    case "address":
      return linked(`mailto:${inline.address}`, inline.inside, around);
    case "image": {
      const { file = null, address, words } = inline;
      return [nodes.image.create({ file, address: file === null ? address : "", alt: words }, null, around)];
    }
  }
}

/** An address that stands for itself is words: readers find it by themselves. */
function linked(url: string, inside: readonly Inline[], around: readonly Mark[]): readonly Node[] {
  const [only, ...others] = inside;
  const isBare = only?.kind === "text" && others.length === 0 && isSame(only.text, url);
  return inlinesOf(inside, isBare ? around : marks.link.create({ url }).addToSet(around)).content;
}

function isSame(words: string, url: string): boolean {
  return [words, `http://${words}`, `mailto:${words}`].some(
    (text) => text === url || (URL.canParse(text) && new URL(text).href === url),
  );
}

/** HTML that stands there as words may have several lines. */
function linesOf(text: string, around: readonly Mark[]): readonly Node[] {
  return text
    .split("\n")
    .flatMap((line, at) => [
      ...(at === 0 ? [] : [nodes.lineBreak.create(null, null, around)]),
      ...(line === "" ? [] : [schema.text(line, around)]),
    ]);
}
