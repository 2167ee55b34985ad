/** People as other programs read them: vCard 4.0 (RFC 6350). */

/** Somebody to be written. */
export interface CardPerson {
  address: string;
  /** As they are called here; undefined where nobody has said it. */
  name?: string | undefined;
  /** As they call themselves, where that is another. */
  saidName?: string | undefined;
  /** What was decided of their mail; undefined while nothing was. */
  standing?: "accepted" | "blocked" | undefined;
  /** Safety numbers were compared, and are the same still. */
  isVerified?: boolean | undefined;
}

const lineOctets = 75;
const encoder = new TextEncoder();

/** A file of cards, one for each. */
export function writeVcards(people: readonly CardPerson[]): string {
  return people.map(cardOf).join("");
}

function cardOf({ address, name, saidName, standing, isVerified }: CardPerson): string {
  const lines = [
    "BEGIN:VCARD",
    "VERSION:4.0",
    `UID;VALUE=text:${escaped(address)}`,
    `FN:${escaped(name ?? address)}`,
    ...(saidName === undefined ? [] : [`NICKNAME:${escaped(saidName)}`]),
    `EMAIL:${escaped(address)}`,
    ...(standing === undefined ? [] : [`X-POSTHORN-STANDING:${standing}`]),
    ...(isVerified === true ? ["X-POSTHORN-VERIFIED:true"] : []),
    "END:VCARD",
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join("");
}

/** As the text of a value (RFC 6350 §3.4). */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\\,;]/g, "\\$&")
    .replaceAll(/\r\n|\r|\n/g, "\\n");
}

/** No line has more than 75 octets, and none is cut within a letter (RFC 6350 §3.2). */
function folded(line: string): string {
  const parts: string[] = [];
  let part = "";
  let octets = 0;
  for (const letter of line) {
    const size = encoder.encode(letter).length;
    if (octets + size > lineOctets) {
      parts.push(part);
      part = "";
      // A line that goes on begins with a space, which counts.
      octets = 1;
    }
    part += letter;
    octets += size;
  }
  return [...parts, part].join("\r\n ");
}
