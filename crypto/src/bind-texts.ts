import { encodeStatement } from "./statement.ts";

/** As `encodeStatement`, for texts of our own making. Throws Error when one is not well-formed Unicode. */
export function bindTexts(domain: string, texts: readonly string[]): Uint8Array {
  const bytes = encodeStatement(domain, texts);
  if (bytes === undefined) throw new Error(`A text of ${domain} holds half of a surrogate pair.`);
  return bytes;
}
