/** HTML as plain text, for a preview and for messages that have none of their own. Nothing of it is ever run or fetched. */
import { Tokenizer } from "htmlparser2";

export interface HtmlTextOptions {
  /** Whether a link tells where it leads, as `text (address)`. */
  withLinks: boolean;
  /** Not more than this of the HTML is looked at, in UTF-16 units. */
  mostUnits: number;
}

/** What stands in these is not shown. */
const hidden = new Set(["script", "style", "title", "template", "noscript", "object", "select"]);
const paragraphs = new Set([
  "p",
  "h1",
  "h2",
  "h3",
  "h4",
  "h5",
  "h6",
  "ul",
  "ol",
  "blockquote",
  "pre",
  "table",
]);
const mostQuotes = 10;
const blocks = new Set(
  "address article aside dd div dl dt fieldset figure footer form header hr li main nav section tr".split(
    " ",
  ),
);

/**
 * The text of an HTML document in lines: paragraphs apart, list items with a dash, what is quoted behind `> `. Takes time
 * in proportion to what it is given, whatever that is.
 */
export function htmlToText(html: string, options: HtmlTextOptions): string {
  const source = html.slice(0, options.mostUnits);
  const lines = new Lines();
  let tag = "";
  let skipped: string | undefined;
  let attribute = "";
  let value = "";
  let link: string | undefined;
  const endLink = () => {
    if (link !== undefined && options.withLinks) lines.endLink(link);
    link = undefined;
  };
  const begin = () => {
    if (skipped !== undefined) return;
    if (hidden.has(tag)) skipped = tag;
    else lines.beginElement(tag);
  };
  const end = (name: string) => {
    if (skipped !== undefined) {
      if (name === skipped) skipped = undefined;
      return;
    }
    if (name === "a") endLink();
    lines.endElement(name);
  };
  const ignore = () => undefined;
  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      ontext: (from, to) => {
        if (skipped === undefined) lines.addText(source.slice(from, to));
      },
      ontextentity: (codepoint) => {
        if (skipped === undefined) lines.addText(String.fromCodePoint(codepoint));
      },
      onopentagname: (from, to) => {
        tag = source.slice(from, to).toLowerCase();
      },
      onopentagend: begin,
      onselfclosingtag: begin,
      onclosetag: (from, to) => end(source.slice(from, to).trim().toLowerCase()),
      onattribname: (from, to) => {
        attribute = source.slice(from, to).toLowerCase();
        value = "";
      },
      onattribdata: (from, to) => {
        value += source.slice(from, to);
      },
      onattribentity: (codepoint) => {
        value += String.fromCodePoint(codepoint);
      },
      onattribend: () => {
        if (tag !== "a" || attribute !== "href" || skipped !== undefined) return;
        endLink();
        link = value.trim();
        lines.beginLink();
      },
      oncdata: ignore,
      oncomment: ignore,
      ondeclaration: ignore,
      onprocessinginstruction: ignore,
      onend: endLink,
    },
  );
  tokenizer.write(source);
  tokenizer.end();
  return lines.text();
}

/** Text as it grows, white space drawn together. */
class Lines {
  readonly #pieces: string[] = [];
  #last = "";
  #linkWords = "";
  #breaks = 0;
  #needsSpace = false;
  #quotes = 0;
  /** How deep the line before was quoted. */
  #quotesBefore = 0;
  #preformatted = 0;

  beginElement(name: string): void {
    if (name === "br") this.#line();
    else if (name === "td" || name === "th") this.#needsSpace = true;
    else this.#block(name);
    if (name === "blockquote") this.#quotes++;
    if (name === "pre") this.#preformatted++;
    if (name === "li") this.#add("- ");
  }

  endElement(name: string): void {
    this.#block(name);
    if (name === "blockquote") this.#quotes = Math.max(0, this.#quotes - 1);
    if (name === "pre") this.#preformatted = Math.max(0, this.#preformatted - 1);
  }

  addText(text: string): void {
    if (this.#preformatted > 0) {
      text.split(/\r?\n/).forEach((line, index) => {
        if (index > 0) this.#line();
        if (line !== "") this.#add(line);
      });
      return;
    }
    const words = text.replaceAll(/[\s\u00a0]+/g, " ");
    const bare = words.trim();
    if (words.startsWith(" ")) this.#needsSpace = true;
    if (bare === "") return;
    this.#add(bare);
    this.#needsSpace = words.endsWith(" ");
  }

  beginLink(): void {
    this.#linkWords = "";
  }

  /** After the words of a link, where it leads, unless they say so themselves. */
  endLink(href: string): void {
    const words = this.#linkWords.trim();
    if (!/^(?:https?|mailto):/i.test(href) || words === "") return;
    const address = href.replace(/^mailto:/i, "");
    if (words === address || words === href) return;
    const needsSpace = this.#needsSpace;
    this.#needsSpace = true;
    this.#add(`(${address})`);
    this.#needsSpace = needsSpace;
  }

  text(): string {
    return this.#pieces.join("").trim();
  }

  #block(name: string): void {
    if (paragraphs.has(name)) this.#breaks = Math.max(this.#breaks, 2);
    else if (blocks.has(name)) this.#breaks = Math.max(this.#breaks, 1);
    else return;
    this.#needsSpace = false;
  }

  #line(): void {
    this.#breaks = Math.min(this.#breaks + 1, 2);
    this.#needsSpace = false;
  }

  #add(text: string): void {
    const gap = this.#gap();
    this.#pieces.push(gap, text);
    this.#linkWords += gap + text;
    this.#last = text.slice(-1);
    this.#breaks = 0;
    this.#needsSpace = false;
    this.#quotesBefore = this.#quotes;
  }

  /** What stands between what was written and what comes. */
  #gap(): string {
    const prefix = quotePrefix(this.#quotes);
    if (this.#last === "") return prefix;
    if (this.#breaks === 0) return this.#needsSpace && this.#last !== " " ? " " : "";
    if (this.#breaks === 1) return `\n${prefix}`;
    return `\n${quotePrefix(Math.min(this.#quotes, this.#quotesBefore)).trimEnd()}\n${prefix}`;
  }
}

function quotePrefix(depth: number): string {
  return "> ".repeat(Math.min(depth, mostQuotes));
}
