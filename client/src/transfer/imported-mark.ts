/**
 * The mark by which an owner's clients know what the owner has imported (§100.14): a server can seal to its accounts in anybody's
 * name, and cannot make it.
 */
import { bindTexts, deriveSecret, findBase64Url, openBytes, sealBytes, toBase64Url } from "@posthorn/crypto";
import type { Keyring } from "../keys/keyring.ts";

type Owner = Pick<Keyring, "address" | "rootSecret">;

const encoder = new TextEncoder();

/** The message as it is to be sealed: its mark is its last member. */
export async function markImported<Content extends { id: string }>(
  owner: Owner,
  message: Content,
): Promise<Content & { imported: string }> {
  const { secret, context } = await placeOf(owner, message.id);
  const mark = await sealBytes(secret, context, await digestOf(message));
  return { ...message, imported: toBase64Url(mark) };
}

/** Whether a message that was opened has the mark of its owner. */
export async function isImported(owner: Owner, message: { id: string }): Promise<boolean> {
  const { imported, ...content }: { id: string; imported?: unknown } = message;
  const mark = typeof imported === "string" ? findBase64Url(imported) : undefined;
  if (mark === undefined) return false;
  const { secret, context } = await placeOf(owner, message.id);
  const digest = await openBytes(secret, context, mark);
  if (digest === undefined) return false;
  const wanted = await digestOf(content);
  return digest.length === wanted.length && digest.every((byte, at) => byte === wanted[at]);
}

async function placeOf({ address, rootSecret }: Owner, id: string) {
  return {
    secret: await deriveSecret(rootSecret, "settings"),
    context: bindTexts("posthorn-imported-v1", [address, id]),
  };
}

async function digestOf(content: object): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(JSON.stringify(content))));
}
