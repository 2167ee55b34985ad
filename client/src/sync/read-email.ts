/** A message itself: read from the device, or asked for once and kept there. */
import { fail, shape } from "@posthorn/protocol";
import { Type } from "typebox";
import { callMethod } from "../jmap.ts";
import { openLocal, sealLocal } from "../local/seal-local.ts";
import { type Opened, openBytes } from "../open.ts";
import { type Mail, wireTexts } from "./mail-context.ts";
import { keepTexts } from "./opened-texts.ts";

const encoder = new TextEncoder();

const wireShape = shape(
  Type.Object({ list: Type.Array(Type.Object({ wireText: Type.Union([Type.String(), Type.Null()]) })) }),
);

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
  const kept = await store.getBytes(wireTexts, id);
  const here = kept && (await openLocal(key, place, kept));
  if (here !== undefined) return new TextDecoder().decode(here);
  const call = { method: "Email/get", arguments: { ids: [id], properties: ["wireText"] } };
  const { list } = await callMethod(session, call, wireShape, { signal, idempotent: true });
  const [email] = list;
  if (email === undefined) return fail("notFound", "This message is not there any more.");
  if (email.wireText === null) return undefined;
  const bytes = await sealLocal(key, place, encoder.encode(email.wireText));
  await store.write([wireTexts], (writer) => writer.putBytes(wireTexts, id, bytes));
  return email.wireText;
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
