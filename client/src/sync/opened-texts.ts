/** Messages as they were opened or read once, kept sealed on the device by the ids of their Emails. */
import { openLocal, sealLocal } from "../local/seal-local.ts";
import type { Opened } from "../open.ts";
import { type Mail, openedTexts } from "./mail-context.ts";

/** Standard mail (RFC 5322), whose server reads it. */
interface StandardText {
  kind: "standard";
  text: string;
  filenames: readonly string[];
}

/** A message as it is kept here. */
export type KeptText = Opened | StandardText;

const encoder = new TextEncoder();

export async function keepTexts({ store, key }: Mail, texts: Iterable<[string, KeptText]>): Promise<void> {
  const sealed = await Promise.all(
    [...texts].map(async ([id, text]) => {
      const bytes = encoder.encode(JSON.stringify(text));
      return [id, await sealLocal(key, { table: openedTexts, key: id }, bytes)] as const;
    }),
  );
  await store.write([openedTexts], async (writer) => {
    for (const [id, bytes] of sealed) await writer.putBytes(openedTexts, id, bytes);
  });
}

/** By their ids, without those that were never opened, or not with these keys. Asks no server. */
export async function readTexts(
  { store, key }: Mail,
  ids: readonly string[],
): Promise<Map<string, KeptText>> {
  const sealed = await store.read([openedTexts], (reader) =>
    Promise.all(ids.map((id) => reader.getBytes(openedTexts, id))),
  );
  const texts = await Promise.all(
    ids.map(async (id, at): Promise<[string, KeptText][]> => {
      const kept = sealed[at];
      const bytes = kept && (await openLocal(key, { table: openedTexts, key: id }, kept));
      const text: unknown = bytes && JSON.parse(new TextDecoder().decode(bytes));
      return isKept(text) ? [[id, text]] : [];
    }),
  );
  return new Map(texts.flat());
}

/**
 * A message as it was opened here before, without asking anybody; who signed it was checked then. Undefined for standard
 * mail, too.
 */
export async function findOpened(mail: Mail, id: string): Promise<Opened | undefined> {
  const text = (await readTexts(mail, [id])).get(id);
  return text?.kind === "standard" ? undefined : text;
}

/** It was sealed here by ourselves, so little is looked at. */
function isKept(value: unknown): value is KeptText {
  if (typeof value !== "object" || value === null || !("kind" in value)) return false;
  return value.kind === "standard" ? "text" in value && "filenames" in value : "message" in value;
}
