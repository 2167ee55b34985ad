/** What is typed to call a template, and what its text becomes. */

/** What stands for the name of whoever is written to. */
export const blank = "{{name}}";

/** What follows a `;` at the beginning of a word that ends there; undefined where there is none. */
export function templateWord(before: string): string | undefined {
  return /(?:^|\s);([^\s;]*)$/.exec(before)?.[1];
}

/** The text with the names in it, each as one says it to their face; as it is where nobody is written to yet. */
export function filledIn(text: string, names: readonly string[], language: string): string {
  if (names.length === 0) return text;
  const all = new Intl.ListFormat(language, { type: "conjunction" }).format(names);
  const words = all.replaceAll(/[\\`*_[\]<>~]/g, "\\$&");
  return text.replaceAll(blank, () => words);
}

/** Whether a name is still missing in a letter. What is quoted was said by somebody else. */
export function hasBlank(body: string): boolean {
  return body.split("\n").some((line) => isOwn(line) && line.includes(blank));
}

/** A letter with the names in it that are missing there. */
export function withoutBlanks(body: string, names: readonly string[], language: string): string {
  const lines = body.split("\n").map((line) => (isOwn(line) ? filledIn(line, names, language) : line));
  return lines.join("\n");
}

function isOwn(line: string): boolean {
  return !line.startsWith(">");
}
