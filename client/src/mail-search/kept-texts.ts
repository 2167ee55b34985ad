/** What messages say, as it was opened and is kept on the device; what is not there yet is asked for in portions. */
import { MailBodiesSchema, ProblemError, shape, WireTextsSchema } from "@posthorn/protocol";
import { callMethod, JmapRefusal } from "../jmap.ts";
import { openLocal, sealLocal } from "../local/seal-local.ts";
import { type Opened, openBytes } from "../open.ts";
import type { EmailRow } from "../sync/email.ts";
import { type Mail, openedTexts } from "../sync/mail-context.ts";
import type { KeptText } from "./text-of.ts";

/** As many as one answer can hold, however long their texts are. */
const portionSize = 50;
/** A server reads no more mail for one answer than this, and a single message whatever its size. */
const portionBytes = 16 * 1024 * 1024;
const openedAtOnce = 8;
const mostTextBytes = 256 * 1024;

const encoder = new TextEncoder();
const wireTextsShape = shape(WireTextsSchema);
const bodiesShape = shape(MailBodiesSchema);

/** A message as it is kept here; undefined when it was never opened, or not with these keys. */
export async function findKept({ store, key }: Mail, id: string): Promise<KeptText | undefined> {
  const sealed = await store.getBytes(openedTexts, id);
  const bytes = sealed && (await openLocal(key, { table: openedTexts, key: id }, sealed));
  const value: unknown = bytes && JSON.parse(new TextDecoder().decode(bytes));
  return isKept(value) ? value : undefined;
}

/**
 * These messages as they are kept here, by their ids. With a signal those that are not are asked for, opened and kept;
 * what cannot be opened, or is gone, is not among them. Throws what a call throws.
 */
export async function readKept(
  mail: Mail,
  rows: readonly EmailRow[],
  signal: AbortSignal | undefined,
): Promise<Map<string, KeptText>> {
  const found = new Map<string, KeptText>();
  for (const { id } of rows) {
    const kept = await findKept(mail, id);
    if (kept !== undefined) found.set(id, kept);
  }
  if (signal === undefined) return found;
  const lacking = rows.filter(({ id }) => !found.has(id));
  for (const portion of portionsBySize(lacking)) {
    signal.throwIfAborted();
    for (const [id, kept] of await fetchPortion(mail, portion, signal)) found.set(id, kept);
  }
  return found;
}

function* portionsOf<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

/** What is large is alone. */
function* portionsBySize(rows: readonly EmailRow[]): Generator<readonly EmailRow[]> {
  let [portion, bytes]: [EmailRow[], number] = [[], 0];
  for (const row of rows) {
    if (portion.length > 0 && (portion.length === portionSize || bytes + row.size > portionBytes)) {
      yield portion;
      [portion, bytes] = [[], 0];
    }
    portion.push(row);
    bytes += row.size;
  }
  if (portion.length > 0) yield portion;
}

async function fetchPortion(
  mail: Mail,
  rows: readonly EmailRow[],
  signal: AbortSignal,
): Promise<[string, KeptText][]> {
  const standard = rows.filter(({ wire }) => wire === null);
  const fetched = [
    ...(await openWire(
      mail,
      rows.filter(({ wire }) => wire !== null),
      signal,
    )),
    ...(await fetchStandard(mail, standard, signal)),
  ];
  const sealed = await Promise.all(
    fetched.map(async ([id, kept]) => {
      const bytes = encoder.encode(JSON.stringify(kept));
      return [id, await sealLocal(mail.key, { table: openedTexts, key: id }, bytes)] as const;
    }),
  );
  await mail.store.write([openedTexts], async (writer) => {
    for (const [id, bytes] of sealed) await writer.putBytes(openedTexts, id, bytes);
  });
  return fetched;
}

/** Messages of Posthorn, opened a few at a time. */
async function openWire(
  { session }: Mail,
  rows: readonly EmailRow[],
  signal: AbortSignal,
): Promise<[string, KeptText][]> {
  if (rows.length === 0) return [];
  const call = { method: "Email/get", arguments: { ids: idsOf(rows), properties: ["wireText"] } };
  const { list } = await callMethod(session, call, wireTextsShape, { signal, idempotent: true });
  const opened: [string, KeptText][] = [];
  for (const some of portionsOf(list, openedAtOnce)) {
    const opening = some.map(async ({ id, wireText }): Promise<[string, KeptText][]> => {
      if (typeof wireText !== "string") return [];
      const one = await openUnless(() => openBytes(session, encoder.encode(wireText)));
      return one === undefined ? [] : [[id, one]];
    });
    await Promise.allSettled(opening);
    opened.push(...(await Promise.all(opening)).flat());
  }
  return opened;
}

async function fetchStandard(
  { session }: Mail,
  rows: readonly EmailRow[],
  signal: AbortSignal,
): Promise<[string, KeptText][]> {
  if (rows.length === 0) return [];
  const given = {
    ids: idsOf(rows),
    properties: ["textBody", "bodyValues", "attachments"],
    fetchTextBodyValues: true,
    maxBodyValueBytes: mostTextBytes,
  };
  const call = { method: "Email/get", arguments: given };
  const { list } = await callMethod(session, call, bodiesShape, { signal, idempotent: true });
  return list.map(({ id, textBody, bodyValues, attachments }) => {
    const texts = textBody.map(({ partId, type }) => {
      const text = bodyValues[partId ?? ""]?.value ?? "";
      return type === "text/html" ? withoutTags(text) : text;
    });
    const filenames = attachments.flatMap(({ name }) => name ?? []);
    return [id, { kind: "standard", text: texts.join("\n"), filenames }];
  });
}

function idsOf(rows: readonly EmailRow[]): string[] {
  return rows.map(({ id }) => id);
}

/** Its words, to be searched and never to be shown as a page. */
function withoutTags(html: string): string {
  return html
    .replaceAll(/<(style|script)\b[\s\S]*?<\/\1\s*>/gi, " ")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/&nbsp;|&#160;/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
}

/** What is wrong with one message, or with the keys of its sender, and not with the account or its server. */
const ofTheMessage: ReadonlySet<string> = new Set([
  "notOpened",
  "invalidMessage",
  "badJson",
  "tooLarge",
  "unavailable",
  "notFound",
]);

async function openUnless(open: () => Promise<Opened>): Promise<Opened | undefined> {
  try {
    return await open();
  } catch (error) {
    const isOfTheMessage =
      error instanceof ProblemError &&
      !(error instanceof JmapRefusal) &&
      ofTheMessage.has(error.problem.code);
    if (!isOfTheMessage) throw error;
    return undefined;
  }
}

/** It was sealed here by ourselves, so little is looked at. */
function isKept(value: unknown): value is KeptText {
  if (typeof value !== "object" || value === null || !("kind" in value)) return false;
  return value.kind === "standard" ? "text" in value && "filenames" in value : "message" in value;
}
