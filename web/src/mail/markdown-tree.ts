/** Markdown as what may be shown of it: words, links that may be followed, and nothing else. HTML in it is words. */
import { Lexer } from "marked";
import { safeUrl } from "./text-links.ts";

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "strong" | "em" | "del"; inside: Inline[] }
  | { kind: "code"; text: string }
  | { kind: "break" }
  | { kind: "link"; url: string; inside: Inline[] }
  | { kind: "address"; address: string; inside: Inline[] }
  /** `file` names one that came with the message (§20.7). One of another server is not loaded. */
  | { kind: "image"; words: string; address: string; file: string | undefined; host: string | undefined };

export type Block =
  | { kind: "paragraph"; inside: Inline[] }
  | { kind: "heading"; depth: number; inside: Inline[] }
  | { kind: "quote"; blocks: Block[] }
  | { kind: "code"; text: string }
  | { kind: "list"; start: number | undefined; items: { checked: boolean | undefined; blocks: Block[] }[] }
  | { kind: "table"; head: Inline[][]; rows: Inline[][][]; source: string }
  | { kind: "rule" };

/** Nobody writes deeper, and who does wants to see a browser give up. */
const deepest = 24;
/** Longer ones are shown as they were written. */
export const longestMarkdown = 120_000;

/** Undefined for what is too long to be looked through while somebody waits. */
export function readMarkdown(text: string): Block[] | undefined {
  if (text.length > longestMarkdown) return undefined;
  return blocksOf(new Lexer({ gfm: true, breaks: true }).lex(text), 0);
}

/** As much as is looked at of what the lexer gives. */
interface Token {
  type: string;
  raw: string;
}

function blocksOf(tokens: unknown, depth: number): Block[] {
  return tokensIn(tokens).flatMap((token) => blockOf(token, depth));
}

function blockOf(token: Token, depth: number): Block[] {
  if (depth > deepest) return [{ kind: "paragraph", inside: [{ kind: "text", text: token.raw }] }];
  switch (token.type) {
    case "space":
    case "def":
      return [];
    case "hr":
      return [{ kind: "rule" }];
    case "heading":
      return [{ kind: "heading", depth: numberIn(token, "depth") ?? 1, inside: inlinesOf(token, depth) }];
    case "blockquote":
      return [{ kind: "quote", blocks: blocksOf(Reflect.get(token, "tokens"), depth + 1) }];
    case "code":
      return [{ kind: "code", text: textIn(token, "text") }];
    case "list": {
      const isOrdered = Reflect.get(token, "ordered") === true;
      const items = tokensIn(Reflect.get(token, "items")).map((item) => ({
        checked: Reflect.get(item, "task") === true ? Reflect.get(item, "checked") === true : undefined,
        blocks: blocksOf(Reflect.get(item, "tokens"), depth + 1),
      }));
      return [{ kind: "list", start: isOrdered ? (numberIn(token, "start") ?? 1) : undefined, items }];
    }
    case "table": {
      const cells = (list: unknown) => partsIn(list).map((cell) => inlinesOf(cell, depth));
      const rows: unknown = Reflect.get(token, "rows");
      return [
        {
          kind: "table",
          head: cells(Reflect.get(token, "header")),
          rows: Array.isArray(rows) ? rows.map(cells) : [],
          source: token.raw.trimEnd(),
        },
      ];
    }
    case "checkbox":
      return [];
    case "paragraph":
    case "text":
      return [{ kind: "paragraph", inside: inlinesOf(token, depth) }];
    default:
      return [{ kind: "paragraph", inside: [{ kind: "text", text: token.raw.trimEnd() }] }];
  }
}

/** What is in it; its text where it is in no parts. */
function inlinesOf(token: object, depth: number): Inline[] {
  const inner: unknown = Reflect.get(token, "tokens");
  if (!Array.isArray(inner)) return [{ kind: "text", text: decoded(textIn(token, "text")) }];
  return tokensIn(inner).flatMap((one) => inlineOf(one, depth + 1));
}

function inlineOf(token: Token, depth: number): Inline[] {
  if (depth > deepest) return [{ kind: "text", text: token.raw }];
  switch (token.type) {
    case "strong":
    case "em":
    case "del":
      return [{ kind: token.type, inside: inlinesOf(token, depth) }];
    case "codespan":
      return [{ kind: "code", text: textIn(token, "text") }];
    case "br":
      return [{ kind: "break" }];
    case "escape":
      return [{ kind: "text", text: textIn(token, "text") }];
    case "link":
      return linkOf(token, depth);
    case "image": {
      const address = decoded(textIn(token, "href"));
      const words = decoded(textIn(token, "text"));
      return [{ kind: "image", words, address, file: fileNamed(address), host: safeUrl(address)?.host }];
    }
    case "checkbox":
      return [];
    case "text":
      return Array.isArray(Reflect.get(token, "tokens"))
        ? inlinesOf(token, depth)
        : [{ kind: "text", text: decoded(textIn(token, "text")) }];
    default:
      return [{ kind: "text", text: token.raw }];
  }
}

/** The file that an image's destination names: one without a scheme and without a server does. */
function fileNamed(destination: string): string | undefined {
  if (destination === "" || /^(?:[a-z][a-z\d+.-]*:|[/#?])/i.test(destination)) return undefined;
  try {
    return decodeURIComponent(destination);
  } catch {
    // It has a percent sign that is one.
    return destination;
  }
}

/** What may not be followed stays as its words. */
function linkOf(token: Token, depth: number): Inline[] {
  const inside = inlinesOf(token, depth);
  const href = decoded(textIn(token, "href"));
  const address = /^mailto:([^?]{1,320})/i.exec(href)?.[1];
  if (address !== undefined) return [{ kind: "address", address, inside }];
  const url = safeUrl(href);
  return url === undefined ? inside : [{ kind: "link", url: url.href, inside }];
}

const named: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  ["nbsp", "\u00a0"],
  ["colon", ":"],
  ["Tab", "\t"],
  ["NewLine", "\n"],
]);

/** The characters that are written by their names or numbers (CommonMark 2.5), as far as people write them. */
function decoded(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([A-Za-z]{2,7}));/g, (whole, ...found) => {
    const [decimal, hex, name]: unknown[] = found;
    if (typeof name === "string") return named.get(name) ?? whole;
    const point = typeof decimal === "string" ? Number(decimal) : Number.parseInt(String(hex), 16);
    return point > 0 && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff)
      ? String.fromCodePoint(point)
      : "\ufffd";
  });
}

function tokensIn(value: unknown): Token[] {
  return partsIn(value).filter(isToken);
}

function partsIn(value: unknown): object[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "object" && one !== null) : [];
}

function isToken(value: object): value is Token {
  return "type" in value && typeof value.type === "string" && "raw" in value && typeof value.raw === "string";
}

function textIn(token: object, name: string): string {
  const value: unknown = Reflect.get(token, name);
  return typeof value === "string" ? value : "";
}

function numberIn(token: object, name: string): number | undefined {
  const value: unknown = Reflect.get(token, name);
  return typeof value === "number" ? value : undefined;
}
