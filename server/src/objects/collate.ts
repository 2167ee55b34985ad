/** Which texts count as the same when sorting (RFC 4790): those that differ in the case of ASCII letters, or of any. */
export type Collation = "i;ascii-casemap" | "i;unicode-casemap";

/** What a text is compared by. */
export function collate(text: string, collation: Collation): string {
  return collation === "i;ascii-casemap"
    ? text.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase())
    : text.toUpperCase().normalize("NFKD");
}

/** The collation of a name, the wider one when it names none. */
export function findCollation(name: string | undefined): Collation {
  return name === "i;ascii-casemap" ? name : "i;unicode-casemap";
}
