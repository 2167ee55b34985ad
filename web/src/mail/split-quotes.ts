/** What somebody wrote, and what they quoted of others, apart. */

export type TextPart =
  | { kind: "said"; text: string }
  /** What others said before, with the line that tells who did; without the signs of quotation. */
  | { kind: "quoted"; text: string; intro: string };

/** A quotation of so many lines is shown where it stands, for an answer stands under it. */
const mostShown = 4;

/** Lines that say who wrote what follows, in the languages of the common mail programs. */
const intro =
  /^(?:on\b.{4,200}\bwrote|am\b.{4,200}\bschrieb.{0,120}|le\b.{4,200}\ba écrit|el\b.{4,200}\bescribió|op\b.{4,200}\bschreef.{0,120}|il\b.{4,200}\bha scritto)\s*:\s*$/i;
const original =
  /^-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|message d'origine)\s*-{2,}\s*$/i;

/** In order, and together all that was there but signs of quotation and blank lines between the parts. */
export function splitQuotes(text: string): TextPart[] {
  const parts: TextPart[] = [];
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  let said: string[] = [];
  const say = () => {
    const words = said.join("\n").replace(/^\n+|\s+$/g, "");
    said = [];
    if (words !== "") parts.push({ kind: "said", text: words });
  };
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? "";
    if (original.test(line)) {
      say();
      parts.push({
        kind: "quoted",
        intro: line,
        text: lines
          .slice(at + 1)
          .join("\n")
          .trim(),
      });
      return parts;
    }
    if (!line.startsWith(">")) {
      said.push(line);
      at++;
      continue;
    }
    const end = endOfQuote(lines, at);
    const introLines = takeIntro(said);
    say();
    const quoted = lines.slice(at, end).map((one) => one.replace(/^> ?/, ""));
    parts.push({ kind: "quoted", intro: introLines, text: quoted.join("\n").trim() });
    at = end;
  }
  say();
  return parts;
}

/** Whether a quotation is shown where it stands: it is short, and something follows that answers it. */
export function isShownWhole(parts: readonly TextPart[], at: number): boolean {
  const part = parts[at];
  if (part?.kind !== "quoted") return true;
  return at < parts.length - 1 && part.text.split("\n").length <= mostShown;
}

/** One blank line within belongs to it. */
function endOfQuote(lines: readonly string[], from: number): number {
  let end = from;
  while (end < lines.length) {
    const isQuoted = lines[end]?.startsWith(">") === true;
    const isGap = lines[end]?.trim() === "" && lines[end + 1]?.startsWith(">") === true;
    if (!isQuoted && !isGap) break;
    end++;
  }
  return end;
}

/** Takes the line, or the two of a wrapped one, that tells whose words follow off what was said. */
function takeIntro(said: string[]): string {
  while (said.at(-1)?.trim() === "") said.pop();
  for (const count of [1, 2]) {
    const lines = said.slice(-count).map((line) => line.trim());
    if (lines.length === count && intro.test(lines.join(" "))) {
      said.splice(-count);
      return lines.join(" ");
    }
  }
  return "";
}
