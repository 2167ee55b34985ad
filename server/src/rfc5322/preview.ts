import { htmlToText } from "./html-text.ts";
import { mailLimits } from "./limits.ts";
import type { ParsedMail } from "./mail.ts";

/** So much of the HTML is looked at: style sheets come first. */
const htmlUnits = 300_000;
const plainUnits = mailLimits.preview * 100;
/** At most, in any charset. */
const bytesPerUnit = 4;

/**
 * The first words of a mail on one line (RFC 8621 §4.1.4, preview): not more than 256 characters, without what it quotes
 * at its beginning where anything else is said.
 */
export function previewOf(mail: ParsedMail): string {
  const text = firstText(mail);
  const said = withoutQuotes(text);
  return cutPreview(said.trim() === "" ? text : said);
}

/** Text on one line, white space drawn together, cut to the length of a preview at the border of a character. */
function cutPreview(text: string): string {
  const line = text
    .slice(0, mailLimits.preview * 20)
    .replaceAll(/(?:[\s\p{Cc}\u00ad\u200b\u2060\ufeff]|\u034f|\u200c)+/gu, " ")
    .trim();
  if (line.length <= mailLimits.preview) return line;
  const isInside = /[\udc00-\udfff]/.test(line.charAt(mailLimits.preview));
  return line.slice(0, mailLimits.preview - (isInside ? 1 : 0));
}

function firstText(mail: ParsedMail): string {
  for (const part of mail.textBody) {
    if (part.content.kind !== "here") continue;
    if (part.type === "text/plain") {
      const { value } = part.content.text(plainUnits * bytesPerUnit);
      if (value.trim() !== "") return value;
    } else if (part.type === "text/html") {
      const text = htmlToText(part.content.text(htmlUnits * bytesPerUnit).value, {
        withLinks: false,
        mostUnits: htmlUnits,
      });
      if (text !== "") return text;
    }
  }
  return "";
}

function withoutQuotes(text: string): string {
  return text
    .slice(0, plainUnits)
    .split("\n")
    .filter((line) => !line.startsWith(">"))
    .join("\n");
}
