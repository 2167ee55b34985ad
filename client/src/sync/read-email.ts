/** A message itself: read from the device, or asked for once and kept there. */
import { fail, shape, WireTextsSchema } from "@posthorn/protocol";
import { Type } from "typebox";
import { callMethod } from "../jmap.ts";
import { openLocal, sealLocal } from "../local/seal-local.ts";
import { type Opened, openBytes } from "../open.ts";
import { emails } from "./email.ts";
import { type Mail, wireTexts } from "./mail-context.ts";
import { keepTexts } from "./opened-texts.ts";

const encoder = new TextEncoder();

/** As it is kept, with the id that its author gave it: that of an Email may be another message's later (isTextOf). */
const keptShape = shape(Type.Object({ wireId: Type.String(), wireText: Type.String() }));

const wireShape = shape(WireTextsSchema);

/**
 * A message byte for byte as it lies on the server. Undefined for one that did not come over our wire. Throws
 * ProblemError `notFound`, and when it is not here yet what a call throws.
 */
export async function readWireText(
  mail: Mail,
  id: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const { session, store, key } = mail;
  const place = { table: wireTexts, key: id };
  const wireId = (await store.get(emails, id))?.wire?.id;
  const sealed = await store.getBytes(wireTexts, id);
  const here = sealed && (await openLocal(key, place, sealed));
  const kept: unknown = here && JSON.parse(new TextDecoder().decode(here));
  if (keptShape.matches(kept) && kept.wireId === wireId) return kept.wireText;
  const call = { method: "Email/get", arguments: { ids: [id], properties: ["wireText"] } };
  const { list } = await callMethod(session, call, wireShape, { signal, idempotent: true });
  const [email] = list;
  if (email === undefined) return fail("notFound", "This message is not there any more.");
  const { wireText } = email;
  if (wireText === null || wireText === undefined) return undefined;
  if (wireId !== undefined) {
    const bytes = await sealLocal(key, place, encoder.encode(JSON.stringify({ wireId, wireText })));
    await store.write([wireTexts], (writer) => writer.putBytes(wireTexts, id, bytes));
  }
  return wireText;
}

/**
 * As `openStored`, from the bytes that are kept here, and keeps what came out. Throws as that does, so also when the
 * sender's keys cannot be asked for: `findOpened` then gives what was seen before.
 */
export async function openEmail(mail: Mail, id: string, signal?: AbortSignal): Promise<Opened> {
  const text = await readWireText(mail, id, signal);
  if (text === undefined) {
    return fail("notOpened", "This is standard mail: its parts are asked for by Email/get.");
  }
  const opened = await openBytes(mail.session, encoder.encode(text));
  await keepTexts(mail, [[id, opened]]);
  return opened;
}
