/** The words of HTML, for searching and for lists; never for showing it. One pass, whatever it is given. */
const most = 200_000;
const named: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
};
/** What begins a new line. */
const blocks = /^\/?(?:p|div|br|tr|li|ul|ol|table|h[1-6]|blockquote|hr|pre|section|article)$/;
/** Of which nothing is shown. */
const unseen = new Set(["script", "style", "head", "title", "template", "noscript"]);

export function wordsOfHtml(html: string): string {
  const parts: string[] = [];
  let at = 0;
  let size = 0;
  const add = (text: string) => {
    parts.push(text);
    size += text.length;
  };
  while (at < html.length && size < most) {
    const open = html.indexOf("<", at);
    add(decoded(html.slice(at, open < 0 ? undefined : Math.min(open, at + most))));
    if (open < 0) break;
    const isComment = html.startsWith("<!--", open);
    const close = html.indexOf(isComment ? "-->" : ">", open);
    if (close < 0) break;
    at = close + (isComment ? 3 : 1);
    const name = /^\/?[a-z0-9]{1,20}/i.exec(html.slice(open + 1, open + 22))?.[0].toLowerCase() ?? "";
    if (blocks.test(name)) add("\n");
    else if (name === "td" || name === "th") add(" ");
    if (!isComment && unseen.has(name)) {
      const end = html.slice(at).search(new RegExp(`</${name}`, "i"));
      if (end < 0) break;
      at += end;
    }
  }
  return parts
    .join("")
    .split("\n")
    .map((line) => line.replaceAll(/\s+/g, " ").trim())
    .join("\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();
}

function decoded(text: string): string {
  return text
    .replaceAll(/\s+/g, " ")
    .replaceAll(/&(#x?[0-9a-f]{1,6}|[a-z]{2,6});/gi, (whole, name: string) => {
      if (!name.startsWith("#")) return named[name.toLowerCase()] ?? whole;
      const isHex = name[1] === "x" || name[1] === "X";
      const code = Number.parseInt(name.slice(isHex ? 2 : 1), isHex ? 16 : 10);
      const isText = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000);
      return isText ? String.fromCodePoint(code) : whole;
    });
}
