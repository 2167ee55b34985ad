/** Old mail comes back: the phrase of before a reset was found. */
import {
  checkChain,
  deriveSecret,
  fromBase64Url,
  identityOf,
  type KemKey,
  keyIdOf,
  recoveryKey,
  unwrapEpochKey,
  unwrapRootSecret,
} from "@posthorn/crypto";
import { type FormerKeys, fail } from "@posthorn/protocol";
import { bringBack } from "../records/bring-back.ts";
import type { Session } from "../session.ts";
import { listLost } from "./former-keys.ts";
import { isBelieved, type Keyring } from "./keyring.ts";
import { wrapEpoch } from "./make-keys.ts";
import { readPhrase } from "./recovery.ts";
import { getKeyring } from "./session-keys.ts";
import { sealVault } from "./vault.ts";

/** How many identities before a reset have left what does not open yet. 0 for an open account. */
export async function countLost(session: Session): Promise<number> {
  const keyring = await session.keys.find();
  return keyring === undefined ? 0 : (await listLost(session, keyring)).length;
}

/**
 * Brings back what an identity before a reset opened: messages, and what its owner has written, where nothing has taken its
 * place since. Throws ProblemError `badRequest` with help by the word when these words cannot be a phrase, `unauthorized`
 * when they are of no identity that has left something.
 */
export async function regain(session: Session, phrase: string): Promise<void> {
  const entropy = readPhrase(phrase);
  const keyring = await getKeyring(session);
  const { address } = keyring;
  const key = await recoveryKey(entropy, address);
  for (const former of await listLost(session, keyring)) {
    const found = await openFormer(keyring, former, key);
    if (found === undefined) continue;
    const epochs = await Promise.all(
      [...found.epochs].map(([keyId, one]) => wrapEpoch(keyring.wrapSecret, address, keyId, one)),
    );
    // First what was written: as long as the epochs are not back, all of it can be begun again.
    if (await bringBack(session, found, keyring)) await sealVault(session);
    await session.call("regainKeys", { input: { identityKey: former.identityKey, epochs } });
    await session.keys.renew();
    return;
  }
  fail("unauthorized", "That phrase opens none of the mail from before. Is it the one you had then?", {
    pointer: "/phrase",
  });
}

/** The keyring as it was; undefined when the phrase is not that of this identity. */
async function openFormer(
  { address, statements }: Keyring,
  { identityKey, recovery, epochs: wrapped }: FormerKeys,
  key: Uint8Array,
): Promise<Keyring | undefined> {
  const last = statements.findLastIndex(({ statement }) => statement.identityKey === identityKey);
  const until = statements.slice(0, last + 1);
  const head = until.at(-1)?.statement;
  if (head === undefined) return undefined;
  const rootSecret = await unwrapRootSecret(key, { address, way: "recovery" }, head, fromBase64Url(recovery));
  const result = await checkChain(until, { address, nowMs: Date.parse(head.validFrom) });
  if (rootSecret === undefined || !isBelieved(result)) return undefined;
  const identity = await identityOf(rootSecret);
  const wrapSecret = await deriveSecret(rootSecret, "wrap");
  const epochs = new Map<string, KemKey>();
  const stated = until.flatMap(({ statement }) => statement.epochs);
  for (const { keyId, wrapped: sealed } of wrapped) {
    const epoch = stated.find((one) => one.keyId === keyId);
    const opened = epoch && (await unwrapEpochKey(wrapSecret, address, epoch, fromBase64Url(sealed)));
    if (opened !== undefined) epochs.set(keyId, opened);
  }
  const identityKeyId = await keyIdOf(identity.publicKey);
  const { pin } = result;
  return { address, rootSecret, identity, identityKeyId, wrapSecret, statements: until, head, pin, epochs };
}
