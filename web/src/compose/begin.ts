/** What a letter begins with, in the words of whoever writes it. */
import type { LetterFields } from "../state/worker/letter-content.ts";
import type { BegunLetter, Original } from "../state/worker/open-letter.ts";
import type { Person } from "../state/worker/persons.ts";
import { longTime } from "../words/dates.ts";
import { say } from "../words/words.ts";
import { quoted } from "./edit-text.ts";

/** What a letter says that is not open yet. */
export const nothing: LetterFields = { from: "", to: [], cc: [], subject: "", body: "" };

/** A draft is as it was left; what is new has its signature, and what is handed on its text. */
export function begin({ name, fields, original, isForward, identities }: BegunLetter): LetterFields {
  if (name !== null) return fields;
  const signature = identities.find(({ address }) => address === fields.from)?.signature ?? "";
  const signed = signature.trim() === "" ? "" : `\n\n-- \n${signature}`;
  const handedOn = isForward && original !== null ? `\n\n${forwarded(original)}` : "";
  return { ...fields, body: `${fields.body}${signed}${handedOn}` };
}

/** The message that is answered, as a quotation. */
export function quoteOf(original: Original): string {
  const when = longTime(original.atMs);
  const text = withoutFiles(original.text);
  return quoted(say("compose.wrote", { who: namesOf(original.from), when }), text);
}

/** Files do not go along with an answer: of a picture in the text its words stay. */
function withoutFiles(text: string): string {
  return text.replaceAll(/!\[([^\]]*)\]\((?![a-z][a-z\d+.-]*:|\/)[^()\s]+\)/gi, (_, alt) =>
    say("image.blocked", { words: String(alt) }),
  );
}

function forwarded(original: Original): string {
  const head = [
    `**${say("forward.from")}** ${namesOf(original.from)}`,
    `**${say("forward.date")}** ${longTime(original.atMs)}`,
    `**${say("forward.subject")}** ${original.subject}`,
    `**${say("forward.to")}** ${namesOf(original.to)}`,
  ];
  return `---\n\n${head.join("  \n")}\n\n${original.text}\n`;
}

function namesOf(people: readonly Person[]): string {
  return people
    .map(({ address, name }) => (name === undefined ? address : `${name} <${address}>`))
    .join(", ");
}

/** Whether nobody has written anything that would be missed. */
export function isEmptyLetter(now: LetterFields, first: LetterFields, wasDraft: boolean): boolean {
  const { to, cc, subject, body } = now;
  if (to.length + cc.length === 0 && `${subject}${body}`.trim() === "") return true;
  const texts = (fields: LetterFields) => [fields.to, fields.cc, fields.subject, fields.body];
  return !wasDraft && JSON.stringify(texts(now)) === JSON.stringify(texts(first));
}
