/**
 * What others wrote, made fit to be printed. A terminal obeys control characters, and characters that turn the reading
 * direction around or cannot be seen make a text look like another (CVE-2021-42574); both are shown by their number.
 * The two joiners stay, because scripts and emoji need them.
 */
const unfit = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const unfitButBreaks = /[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|(?![\n\t])\p{Cc}/gu;
const joiners: ReadonlySet<string> = new Set(["\u200c", "\u200d"]);

/** Text for one line: line breaks and tabs become spaces. */
export function cleanLine(text: string): string {
  return text.replaceAll(/\r\n|[\n\t]/g, " ").replaceAll(unfit, byNumber);
}

/** Text that may run over lines. */
export function cleanLines(text: string): string {
  return text.replaceAll("\r\n", "\n").replaceAll(unfitButBreaks, byNumber);
}

/** The same JSON with every such character as an escape, so that a terminal may show it and programs read no other value. */
export function cleanJson(json: string): string {
  return json.replaceAll(unfit, (character) =>
    [...Array(character.length).keys()]
      .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}

function byNumber(character: string): string {
  if (joiners.has(character)) return character;
  const number = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `<U+${number}>`;
}
