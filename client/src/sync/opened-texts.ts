/** Messages as they were opened or read once, kept sealed on the device by the ids of their Emails. */
import { openLocal, sealLocal } from "../local/seal-local.ts";
import { newNames, writeNames } from "../names/sender-names.ts";
import type { Opened } from "../open.ts";
import { type EmailRow, emails } from "./email.ts";
import { type Mail, openedTexts, senderNames } from "./mail-context.ts";

/** Standard mail (RFC 5322), whose server reads it. */
interface StandardText {
  kind: "standard";
  /** As its row has them, which change for no message. */
  receivedAt: string;
  size: number;
  text: string;
  filenames: readonly string[];
}

/** A message as it is kept here. */
export type KeptText = Opened | StandardText;

const encoder = new TextEncoder();

/** Keeps them, and what their senders call themselves. */
export async function keepTexts(mail: Mail, given: Iterable<[string, KeptText]>): Promise<void> {
  const { store, key } = mail;
  const texts = [...given];
  const sealed = await Promise.all(
    texts.map(async ([id, text]) => {
      const bytes = encoder.encode(JSON.stringify(text));
      return [id, await sealLocal(key, { table: openedTexts, key: id }, bytes)] as const;
    }),
  );
  for (let isWritten = false; !isWritten; ) {
    const names = await newNames(mail, texts);
    isWritten = await store.write([openedTexts, senderNames], async (writer) => {
      if (!(await writeNames(writer, names))) return false;
      for (const [id, bytes] of sealed) await writer.putBytes(openedTexts, id, bytes);
      return true;
    });
  }
}

/** By their ids, without those that were never opened, or not with these keys. Asks no server. */
export async function readTexts(
  { store, key }: Mail,
  rows: readonly EmailRow[],
): Promise<Map<string, KeptText>> {
  const sealed = await store.read([openedTexts], (reader) =>
    Promise.all(rows.map(({ id }) => reader.getBytes(openedTexts, id))),
  );
  const texts = await Promise.all(
    rows.map(async (row, at): Promise<[string, KeptText][]> => {
      const { id } = row;
      const kept = sealed[at];
      const bytes = kept && (await openLocal(key, { table: openedTexts, key: id }, kept));
      const text: unknown = bytes && JSON.parse(new TextDecoder().decode(bytes));
      return isKept(text) && isTextOf(text, row) ? [[id, text]] : [];
    }),
  );
  return new Map(texts.flat());
}

/** False for the text of another message that has had the id, as a server may give one again that has lost what it knew. */
export function isTextOf(text: KeptText, { wire, receivedAt, size }: EmailRow): boolean {
  if (text.kind !== "standard") return text.message.id === wire?.id;
  return wire === null && text.receivedAt === receivedAt && text.size === size;
}

/**
 * A message as it was opened here before, without asking anybody; who signed it was checked then. Undefined for standard
 * mail, too.
 */
export async function findOpened(mail: Mail, id: string): Promise<Opened | undefined> {
  const row = await mail.store.get(emails, id);
  const text = row && (await readTexts(mail, [row])).get(id);
  return text?.kind === "standard" ? undefined : text;
}

/** It was sealed here by ourselves, so little is looked at. */
function isKept(value: unknown): value is KeptText {
  if (typeof value !== "object" || value === null || !("kind" in value)) return false;
  return value.kind === "standard" ? "receivedAt" in value && "filenames" in value : "message" in value;
}
