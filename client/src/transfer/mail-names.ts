/** What a mail's own names become on our wire (§100.14). */
import { type Address, findAddress, isHost, uuidV7 } from "@posthorn/protocol";

/** The id of a message that says what a mail says: the same for the same mail. */
export async function idOfMail(
  messageId: string | undefined,
  bytes: Uint8Array,
  sentAtMs: number,
): Promise<string> {
  const own = messageId === undefined ? undefined : ownId(messageId);
  return own ?? uuidV7(sentAtMs, await digestOf(messageId, bytes));
}

/** Names the conversation: by the first of the mails that it answers, or by itself. */
export async function threadOfMail(
  { messageId, answers }: { messageId: string | undefined; answers: readonly string[] },
  bytes: Uint8Array,
): Promise<string> {
  const first = answers[0] ?? messageId;
  return (first === undefined ? undefined : ownThread(first)) ?? uuidV8(await digestOf(first, bytes));
}

/** A Posthorn message keeps its id (§85.11). */
function ownId(mailId: string): string | undefined {
  return /^([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})@[^@\s]+$/.exec(mailId)?.[1];
}

/** It may be the thread of a mail that was imported. */
function ownThread(mailId: string): string | undefined {
  return /^([0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})@[^@\s]+$/.exec(
    mailId,
  )?.[1];
}

async function digestOf(mailId: string | undefined, bytes: Uint8Array): Promise<Uint8Array> {
  const named = mailId === undefined ? new Uint8Array(bytes) : new TextEncoder().encode(mailId);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", named)).subarray(0, 16);
}

function uuidV8(bytes: Uint8Array): string {
  bytes[6] = 0x80 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
}

/** An address as our wire can have it. One that it does not know is still to be read, and nobody can be written to by it. */
export function wireAddress(text: string): Address {
  const known = findAddress(text.trim().toLowerCase());
  if (known !== undefined) return known;
  const at = text.lastIndexOf("@");
  const name = at < 0 ? text : text.slice(0, at);
  const [base = "", ...tags] = name.split("+");
  const [id, tag] = [clean(base), clean(tags.join("-"))];
  const host = `${hostOf(at < 0 ? "" : text.slice(at + 1))}invalid`;
  return {
    id: `${id || "unknown"}${tag === "" ? "" : `+${tag}`}`,
    host: isHost(host) ? host : "unknown.invalid",
  };
}

function clean(text: string): string {
  return text
    .toLowerCase()
    .slice(0, 64)
    .replaceAll(/[^a-z0-9._-]/g, "-")
    .replaceAll(/^[._-]+|[._-]+$/g, "");
}

/** With a dot behind it, or empty. */
function hostOf(text: string): string {
  const found = URL.canParse(`http://${text}`) ? new URL(`http://${text}`).hostname : "";
  return isHost(`${found}.invalid`) ? `${found}.` : "";
}
