/** Addresses out of what somebody types or pastes. */

/**
 * One after the other, without the names and brackets that stand around them: `Bo <bo@b.test>, cy@c.test` gives two. What
 * is no address is given as it stands, so that it is seen and put right.
 */
export function readAddresses(text: string): string[] {
  const parts = text
    .replaceAll(/"[^"\n]*"/g, " ")
    .split(/[,;\n\r\t]+/)
    .flatMap(partsOf);
  return [...new Set(parts)];
}

function partsOf(part: string): string[] {
  const inBrackets = [...part.matchAll(/<\s*(?:mailto:)?([^<>\s]+)\s*>/g)].map(([, address = ""]) => address);
  if (inBrackets.length > 0) return inBrackets.map(tidied);
  const words = part.trim().split(/\s+/).filter(Boolean);
  const addresses = words.filter((word) => word.includes("@"));
  if (addresses.length > 0) return addresses.map(tidied);
  return words.length === 0 ? [] : [words.join(" ")];
}

function tidied(address: string): string {
  return address
    .replace(/^mailto:/i, "")
    .replace(/^[("'<]+|[)"'>.]+$/g, "")
    .toLowerCase();
}

/** Whether what is typed so far could be a whole address. */
export function looksWhole(text: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(text.trim());
}
