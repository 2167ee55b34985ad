/** What is known of a message besides what it says: its way, its keys, and itself as it lies on the server. */
import { downloadMailFile, emails, findOpened, openEmail, readWireText, saveName } from "@posthorn/client";
import { fail } from "@posthorn/protocol";
import { blobSink } from "./blob-sink.ts";
import type { Desk } from "./desk.ts";
import type { FetchedFile } from "./save-files.ts";

export interface MessageDetails {
  /** The id that its author gave it; null for mail of another kind, which was imported. */
  wireId: string | null;
  /** When its author says it was written. */
  writtenAt: string | null;
  receivedAt: string;
  sizeBytes: number;
  /** The servers it went through, the first one first. */
  hosts: string[];
  /** The key that signed it, by its id; null for what nobody signed. */
  signedWith: string | null;
  /** It came in the open, and one's own server sealed it before it kept it. */
  isSealedHere: boolean;
  /** As it says it, readable; null for mail of another kind. */
  source: string | null;
}

/** Throws ProblemError `notFound`, and what opening it throws. */
export async function readDetails(
  { mail, signal }: Desk,
  { messageId }: { messageId: string },
): Promise<MessageDetails> {
  const row = (await mail.store.get(emails, messageId)) ?? fail("notFound", "This message is gone.");
  const facts = { writtenAt: row.sentAt, receivedAt: row.receivedAt, sizeBytes: row.size };
  const { wire } = row;
  if (wire === null) {
    return { ...facts, wireId: null, hosts: [], signedWith: null, isSealedHere: false, source: null };
  }
  const opened = (await findOpened(mail, messageId)) ?? (await openEmail(mail, messageId, signal));
  const own = mail.session.address.slice(mail.session.address.indexOf("@") + 1);
  return {
    ...facts,
    wireId: wire.id,
    hosts: wire.from.host === own ? [own] : [wire.from.host, own],
    signedWith: opened.kind === "sealed" ? signingKeyOf(await readWireText(mail, messageId, signal)) : null,
    isSealedHere: opened.kind === "open" && opened.sealedHere,
    source: JSON.stringify(opened.message, null, 2),
  };
}

/** The message as it lies on the server: `json` sealed or not, `eml` for mail that was imported as that. */
export async function saveMessage(
  { mail, signal }: Desk,
  { messageId }: { messageId: string },
): Promise<FetchedFile> {
  const row = (await mail.store.get(emails, messageId)) ?? fail("notFound", "This message is gone.");
  if (row.wire === null) {
    const sink = blobSink();
    const file = { blobId: row.blobId, name: "message.eml", type: "message/rfc822", size: row.size };
    await downloadMailFile(mail.session, file, sink, { signal });
    return { blob: sink.blob("text/plain"), name: saveName({ filename: `${row.subject || "message"}.eml` }) };
  }
  const opened = (await findOpened(mail, messageId)) ?? (await openEmail(mail, messageId, signal));
  const subject: unknown = Reflect.get(opened.message, "subject");
  const name = typeof subject === "string" && subject !== "" ? subject : "message";
  if (opened.kind === "open" && opened.imported === true) {
    const { readOriginal } = await import("@posthorn/client/transfer");
    const original = await readOriginal(mail.session, opened, signal);
    if (original !== undefined) {
      const blob = new Blob([new Uint8Array(original)], { type: "text/plain" });
      return { blob, name: saveName({ filename: `${name}.eml` }) };
    }
  }
  const text = JSON.stringify(opened.message, null, 2);
  return { blob: new Blob([text]), name: saveName({ filename: `${name}.json` }) };
}

function signingKeyOf(wireText: string | undefined): string | null {
  const message: unknown = wireText === undefined ? undefined : JSON.parse(wireText);
  const seal: unknown = isObject(message) ? Reflect.get(message, "seal") : undefined;
  const keyId: unknown = isObject(seal) ? Reflect.get(seal, "fromKeyId") : undefined;
  return typeof keyId === "string" ? keyId : null;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
