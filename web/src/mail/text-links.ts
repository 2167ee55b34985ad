/** Addresses in a text that people can follow, and what is to be known of them before they do. */

export type TextPiece =
  | { kind: "text"; text: string }
  | { kind: "link"; text: string; url: string }
  | { kind: "address"; text: string };

const found =
  /\b(?:https?:\/\/|www\.)[^\s<>"'`\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+|\b[\w.+-]{1,64}@[a-z\d](?:[a-z\d.-]{0,250}[a-z\d])?\b/giu;

/** In order, and together the text as it was. */
export function linksIn(text: string): TextPiece[] {
  const pieces: TextPiece[] = [];
  let at = 0;
  for (const match of text.matchAll(found)) {
    const shown = withoutTail(match[0]);
    const piece = pieceOf(shown);
    if (piece === undefined) continue;
    if (match.index > at) pieces.push({ kind: "text", text: text.slice(at, match.index) });
    pieces.push(piece);
    at = match.index + shown.length;
  }
  if (at < text.length) pieces.push({ kind: "text", text: text.slice(at) });
  return pieces;
}

function pieceOf(shown: string): TextPiece | undefined {
  if (!/^(?:https?:\/\/|www\.)/i.test(shown)) return { kind: "address", text: shown };
  const url = safeUrl(shown.startsWith("www.") ? `https://${shown}` : shown);
  return url === undefined ? undefined : { kind: "link", text: shown, url: url.href };
}

/** A sentence's end is not the address's, and neither is a bracket that was opened before it. */
function withoutTail(text: string): string {
  let shown = text.replace(/[.,;:!?…]+$/u, "");
  while (shown.endsWith(")") && count(shown, ")") > count(shown, "(")) {
    shown = shown.slice(0, -1).replace(/[.,;:!?…]+$/u, "");
  }
  return shown;
}

function count(text: string, letter: string): number {
  return text.split(letter).length - 1;
}

/** What may be followed: an address of the web, and nothing that runs or reads. */
export function safeUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && (url.protocol === "https:" || url.protocol === "http:") && url.host !== ""
    ? url
    : undefined;
}

/** Where it really leads. Names in other scripts stand as the network has them, so that none looks like another. */
export function realHost(url: URL): string {
  return url.host;
}

/** Whether who reads the words would go somewhere else than they think, or cannot know where. */
export function hidesHost(words: string, url: URL): boolean {
  const plain = words.trim().toLowerCase();
  const said = /^(?:https?:\/\/)?(?:www\.)?([^\s/?#@:]+)(?:[:/?#]|$)/.exec(plain)?.[1];
  const real = url.host.replace(/^www\./, "").replace(/:\d+$/, "");
  return said !== real || url.username !== "" || url.password !== "" || real.includes("xn--");
}

/** Without what turns the direction of reading around (https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters). */
export function withoutTurns(text: string): string {
  return text.replaceAll(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "");
}
