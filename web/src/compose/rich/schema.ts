/** What a letter's text can be made of: what Markdown says, and what a reader shows of it. */
import { type Attrs, type DOMOutputSpec, type Mark, type Node, Schema } from "prosemirror-model";
import { safeUrl } from "../../mail/text-links.ts";

const dir = { dir: "auto" };

export const schema = new Schema({
  nodes: {
    doc: { content: "block+" },
    paragraph: {
      content: "inline*",
      group: "block",
      parseDOM: [{ tag: "p" }],
      toDOM: () => ["p", dir, 0],
    },
    heading: {
      attrs: { level: { default: 1, validate: "number" } },
      content: "(text | image)*",
      group: "block",
      defining: true,
      parseDOM: [1, 2, 3, 4, 5, 6].map((level) => ({ tag: `h${level}`, attrs: { level } })),
      toDOM: ({ attrs }) => [`h${levelOf(attrs)}`, dir, 0],
    },
    quote: {
      content: "block+",
      group: "block",
      defining: true,
      parseDOM: [{ tag: "blockquote" }],
      toDOM: () => ["blockquote", 0],
    },
    code: {
      content: "text*",
      marks: "",
      group: "block",
      code: true,
      defining: true,
      parseDOM: [{ tag: "pre", preserveWhitespace: "full" }],
      toDOM: () => ["pre", ["code", 0]],
    },
    /** Markdown that has no place here, as a table: it stays as it was written. */
    source: {
      content: "text*",
      marks: "",
      group: "block",
      code: true,
      defining: true,
      toDOM: () => ["pre", { "data-source": "" }, 0],
    },
    rule: { group: "block", parseDOM: [{ tag: "hr" }], toDOM: () => ["hr"] },
    bulletList: {
      content: "listItem+",
      group: "block",
      parseDOM: [{ tag: "ul" }],
      toDOM: () => ["ul", dir, 0],
    },
    orderedList: {
      attrs: { start: { default: 1, validate: "number" } },
      content: "listItem+",
      group: "block",
      parseDOM: [{ tag: "ol", getAttrs: (element) => ({ start: startOf(element.getAttribute("start")) }) }],
      toDOM: ({ attrs }) => ["ol", { ...dir, start: String(attrs.start) }, 0],
    },
    listItem: {
      /** Of a task, whether it is done. */
      attrs: { checked: { default: null, validate: "boolean|null" } },
      content: "paragraph block*",
      defining: true,
      parseDOM: [{ tag: "li" }],
      toDOM: ({ attrs: { checked } }) =>
        checked === null ? ["li", 0] : ["li", { "data-task": checked === true ? "done" : "open" }, 0],
    },
    text: { group: "inline" },
    lineBreak: {
      inline: true,
      group: "inline",
      selectable: false,
      linebreakReplacement: true,
      parseDOM: [{ tag: "br" }],
      toDOM: () => ["br"],
    },
    /** `file` names one that goes with the letter; of another server's there is the address, and it is not loaded. */
    image: {
      attrs: {
        file: { default: null, validate: "string|null" },
        address: { default: "", validate: "string" },
        alt: { default: "", validate: "string" },
      },
      inline: true,
      group: "inline",
      draggable: true,
      parseDOM: [
        {
          tag: "img[data-file]",
          getAttrs: (element) => ({
            file: element.getAttribute("data-file"),
            alt: element.getAttribute("alt") ?? "",
          }),
        },
      ],
      toDOM: ({ attrs: { file, alt } }): DOMOutputSpec =>
        file === null ? ["span", String(alt)] : ["img", { "data-file": String(file), alt: String(alt) }],
    },
  },
  marks: {
    link: {
      attrs: { url: { validate: "string" } },
      inclusive: false,
      parseDOM: [
        {
          tag: "a[href]",
          getAttrs: (element) => {
            const url = linkable(element.getAttribute("href") ?? "");
            return url === undefined ? false : { url };
          },
        },
      ],
      toDOM: ({ attrs }) => ["a", { href: urlOf(attrs), rel: "noopener noreferrer nofollow" }, 0],
    },
    strong: {
      parseDOM: [{ tag: "strong" }, { tag: "b" }],
      toDOM: () => ["strong", 0],
    },
    em: { parseDOM: [{ tag: "em" }, { tag: "i" }], toDOM: () => ["em", 0] },
    del: { parseDOM: [{ tag: "del" }, { tag: "s" }, { tag: "strike" }], toDOM: () => ["del", 0] },
    monospace: {
      code: true,
      inclusive: false,
      parseDOM: [{ tag: "code" }, { tag: "kbd" }, { tag: "tt" }],
      toDOM: () => ["code", 0],
    },
  },
});

/** Where a link may lead: to a page or to a person. */
export function linkable(text: string): string | undefined {
  const address = /^mailto:([^?\s]{1,320})/i.exec(text)?.[1];
  return address === undefined ? safeUrl(text)?.href : `mailto:${address}`;
}

export function urlOf(attrs: Attrs | Mark["attrs"]): string {
  return String(attrs.url);
}

export function levelOf(attrs: Attrs): number {
  return Math.min(Math.max(Number(attrs.level), 1), 6);
}

/** The file that an image shows; undefined for those of other servers. */
export function fileOf({ type, attrs }: Node): string | undefined {
  return type === schema.nodes.image && typeof attrs.file === "string" ? attrs.file : undefined;
}

const highestStart = 999_999_999;

function startOf(text: string | null): number {
  const start = Number(text ?? "1");
  return Number.isInteger(start) && start >= 0 && start <= highestStart ? start : 1;
}
