/** Whether a letter speaks of a file that goes with it, in English or German. */
const mentions =
  /(?<!\p{L})(attach(?:ed|ment|ments|ing)|enclosed|i attach|anbei|angehängt\p{L}*|angehaengt\p{L}*|anhang|anhänge|beigefügt\p{L}*|beigefuegt\p{L}*|anlage)(?!\p{L})/iu;

/** The word that says so; undefined when none does. What is quoted was said by somebody else. */
export function mentionOfFile(body: string): string | undefined {
  const own = body
    .split("\n")
    .filter((line) => !line.startsWith(">"))
    .join("\n");
  return mentions.exec(own)?.[1];
}
