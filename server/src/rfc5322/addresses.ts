/**
 * Lists of addresses (RFC 5322 §3.4), read as well as they can be (RFC 8621 §4.1.2.3): drafts have halves of addresses, and
 * old mail has whatever its programs wrote. An address is never made of a part of what stands there as one: readers who
 * disagree about whom a mail is from are what attacks are made of.
 */
import { decodeWords } from "./encoded-words.ts";
import { endOfQuote, unfold, unquote } from "./header-text.ts";
import type { EmailAddress, EmailAddressGroup } from "./mail.ts";

type Token =
  /** Anything that is none of the following, white space included. */
  { kind: "text" | "quoted" | "comment" | "angle"; text: string } | { kind: "," | ";" | ":" };

/** The mailboxes, whether in groups or not. */
export function parseAddresses(raw: string): EmailAddress[] {
  return parseGroups(raw).flatMap((group) => group.addresses);
}

/** The mailboxes by group; those in none that follow one another are together. */
export function parseGroups(raw: string): EmailAddressGroup[] {
  const groups: EmailAddressGroup[] = [];
  let open: { name: string | null; addresses: EmailAddress[] } = { name: null, addresses: [] };
  let mailbox: Token[] = [];
  /** Whether what has come of a mailbox can be the name of a group. */
  let isName = true;
  const endMailbox = () => {
    const address = makeAddress(mailbox);
    if (address !== undefined) open.addresses.push(address);
    mailbox = [];
    isName = true;
  };
  const begin = (name: string | null) => {
    if (open.name !== null || open.addresses.length > 0) groups.push(open);
    open = { name, addresses: [] };
  };
  for (const token of tokens(unfold(raw))) {
    if (token.kind === ":" && open.name === null && isName) {
      begin(phrase(mailbox) ?? "");
      mailbox = [];
    } else if (token.kind === ":") {
      mailbox.push({ kind: "text", text: ":" });
    } else if (token.kind === ",") {
      endMailbox();
    } else if (token.kind === ";") {
      endMailbox();
      if (open.name !== null) begin(null);
    } else {
      mailbox.push(token);
      if (token.kind === "angle" || (token.kind === "text" && token.text.includes("@"))) isName = false;
    }
  }
  endMailbox();
  begin(null);
  return groups;
}

function* tokens(text: string): Generator<Token> {
  let plain = "";
  for (let at = 0; at < text.length; ) {
    const character = text[at] ?? "";
    const token = tokenAt(text, at, character);
    if (token === undefined) {
      plain += character;
      at++;
      continue;
    }
    if (plain !== "") yield { kind: "text", text: plain };
    plain = "";
    yield token.token;
    at = token.end;
  }
  if (plain !== "") yield { kind: "text", text: plain };
}

function tokenAt(text: string, at: number, character: string): { token: Token; end: number } | undefined {
  switch (character) {
    case ",":
    case ";":
    case ":":
      return { token: { kind: character }, end: at + 1 };
    case '"':
    case "(": {
      const end = endOfQuote(text, at);
      return { token: { kind: character === "(" ? "comment" : "quoted", text: text.slice(at, end) }, end };
    }
    case "[":
      return literalAt(text, at);
    case "<": {
      const end = endOfAngle(text, at);
      const isClosed = text[end - 1] === ">" && end - 1 > at;
      return { token: { kind: "angle", text: text.slice(at + 1, isClosed ? end - 1 : end) }, end };
    }
    default:
      return undefined;
  }
}

/** A domain in brackets may have colons. */
function literalAt(text: string, at: number): { token: Token; end: number } | undefined {
  const literal = /^\[[^\][\\\s,;<>]*\]/.exec(text.slice(at, at + 256))?.[0];
  return literal === undefined
    ? undefined
    : { token: { kind: "text", text: literal }, end: at + literal.length };
}

/** An angle that is never closed ends where the next address begins. */
function endOfAngle(text: string, start: number): number {
  let comma: number | undefined;
  let at = start + 1;
  for (; at < text.length && text[at] !== "<"; at++) {
    if (text[at] === ">") return at + 1;
    if (text[at] === ",") comma ??= at;
    if (text[at] === '"') at = endOfQuote(text, at) - 1;
  }
  return comma ?? at;
}

function makeAddress(mailbox: readonly Token[]): EmailAddress | undefined {
  const angle = mailbox.findIndex(({ kind }) => kind === "angle");
  if (angle >= 0) {
    const name = phrase(mailbox.slice(0, angle)) ?? commentAfter(mailbox, angle);
    const inside = outsideQuotes(textOf(mailbox[angle]), (piece) => piece.replaceAll(/\([^()]*\)/g, " "));
    return { name: name ?? null, email: addrSpec(withoutRoute(inside)) };
  }
  const written = mailbox.map((token) => (token.kind === "comment" ? " " : textOf(token))).join("");
  const spec = addrSpec(written);
  if (spec === "") return undefined;
  const split = splitName(spec);
  const comment = commentAfter(mailbox, mailbox.findLastIndex(isWritten));
  return { name: split.name ?? comment ?? null, email: split.email };
}

/** `Jane Doe jane@a.test`: a name that stands before an address without brackets. */
function splitName(written: string): { name?: string; email: string } {
  const match = /^((?:[^"@]|"(?:[^"\\]|\\.)*")*\s)(\S+@\S+)$/s.exec(written);
  if (match === null) return { email: written };
  const [, name = "", email = ""] = match;
  return { name: decodeWords(name.trim()), email };
}

function isWritten(token: Token): boolean {
  return token.kind === "quoted" || (token.kind === "text" && token.text.trim() !== "");
}

/** The words that a comment right after place `at` has, when there are any. */
function commentAfter(mailbox: readonly Token[], at: number): string | undefined {
  const next = mailbox.slice(at + 1).find((token) => token.kind === "comment" || isWritten(token));
  if (next?.kind !== "comment") return undefined;
  return orUndefined(decodeWords(unquote(next.text)).trim());
}

/** A display name (RFC 5322 §3.2.5) without its comments; undefined when there are no words. */
function phrase(mailbox: readonly Token[]): string | undefined {
  let name = "";
  for (const token of mailbox) {
    if (token.kind === "quoted") name += unquote(token.text);
    else if (token.kind === "text") name += decodeWords(token.text.replaceAll(/\s+/g, " "));
  }
  return orUndefined(name.trim().normalize("NFC"));
}

/** Where white space may stand in an address it is none; elsewhere it is kept, for then this is no address yet. */
function addrSpec(text: string): string {
  return outsideQuotes(text, (piece) =>
    piece.replaceAll(/[ \t]+/g, " ").replaceAll(/ ?([@.]) ?/g, "$1"),
  ).trim();
}

/** `@a.test,@b.test:bob@c.test` is bob@c.test (RFC 5322 §4.4). */
function withoutRoute(text: string): string {
  const colon = text.indexOf(":");
  return /^\s*@/.test(text) && colon >= 0 ? text.slice(colon + 1) : text;
}

function outsideQuotes(text: string, change: (piece: string) => string): string {
  let changed = "";
  for (let at = 0; at < text.length; ) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return changed + change(text.slice(at));
    const end = endOfQuote(text, quote);
    changed += change(text.slice(at, quote)) + text.slice(quote, end);
    at = end;
  }
  return changed;
}

function textOf(token: Token | undefined): string {
  return token !== undefined && "text" in token ? token.text : "";
}

function orUndefined(text: string): string | undefined {
  return text === "" ? undefined : text;
}
