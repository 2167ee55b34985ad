/** Comparing safety numbers: how two people know that no server has put a key of its own between them. */
import {
  type Comparison,
  checkChain,
  compareVerifyText,
  fromBase64Url,
  type Person,
  safetyNumber,
  verifyText,
} from "@posthorn/crypto";
import { fail, formatTime, ProblemError } from "@posthorn/protocol";
import { collectionKey, findRecord, openOwn } from "../records/records.ts";
import type { Session } from "../session.ts";
import { askForChain, forgetChain } from "./ask-for-chain.ts";
import { type Contact, lookUpContact, refuseContact } from "./contacts.ts";
import { isBelieved, sentenceOf } from "./keyring.ts";
import { changeSinceCompared, findPin, keepPin, type Pin, parsePin, pinOf } from "./pins.ts";
import { getKeyring } from "./session-keys.ts";
import { sealVault } from "./vault.ts";
import { checkRevision, readHead } from "./vault-head.ts";

export interface ToCompare {
  /** Sixty digits that both see. */
  safetyNumber: string;
  /** The text of the QR code that this device shows. */
  verifyText: string;
  isCompared: boolean;
  /** When they have last compared, RFC 3339; null when they never have, or have forgotten it. */
  comparedAt: string | null;
}

/** What two people compare, in person or by telephone. Throws ProblemError `noKeys` or `keysNotBelieved`. */
export async function readSafetyNumber(session: Session, address: string): Promise<ToCompare> {
  const { me, them, contact } = await getPair(session, address);
  const isCompared = contact.kind === "sealed" && contact.isCompared;
  const comparedAt = (await findPin(session, address))?.pin.compared?.at ?? null;
  return { safetyNumber: safetyNumber(me, them), verifyText: verifyText(me, them), isCompared, comparedAt };
}

/** Somebody whose number was compared; `isChanged` when that must be done again, as far as was seen. */
export interface Compared {
  address: string;
  isChanged: boolean;
}

/** With whom this account has compared numbers, on any device. Asks nothing of their servers. Throws ProblemError `notOpened`. */
export async function listCompared(session: Session): Promise<Compared[]> {
  const keyring = await getKeyring(session);
  const key = await collectionKey(keyring, "pins");
  const named = [...(await readHead(session, keyring))];
  const pins = await Promise.all(
    named.map(async ([id, least]) => {
      const record = await findRecord(session, "pins", id);
      checkRevision(record?.revision, least);
      return record && parsePin((await openOwn(key, record)).value);
    }),
  );
  return pins.flatMap((pin) => (pin === undefined ? [] : comparedOf(pin)));
}

/** Nobody when the two have not compared. */
export function comparedOf(pin: Pin): Compared[] {
  if (pin.compared === null) return [];
  return [{ address: pin.address, isChanged: changeSinceCompared(pin) !== undefined }];
}

/** Holds what was scanned from the contact's device against what this one knows. */
export async function compareScanned(
  session: Session,
  address: string,
  scanned: string,
): Promise<Comparison> {
  const { me, them } = await getPair(session, address);
  return compareVerifyText(scanned, me, them);
}

/**
 * Remembers, on all devices of the account, that the two have compared and found the same: `proof` is the safety number
 * that the person has compared, or the text that was scanned. From then on nothing is sent when the contact's identity
 * changes, until they have compared again. Throws ProblemError `keysChanged` when it is not the number of the identity
 * that the server shows now: another one than was compared.
 */
export async function markCompared(session: Session, address: string, proof: string): Promise<void> {
  const { me, them, contact } = await getPair(session, address);
  if (proof !== safetyNumber(me, them) && compareVerifyText(proof, me, them) !== "same") {
    fail(
      "keysChanged",
      `The server shows another identity for ${address} than the one you have compared. Nothing was kept. Compare the safety number with them again.`,
    );
  }
  const at = formatTime(session.platform.clock.now());
  await rewritePin(session, contact, { identityKey: contact.head.identityKey, at });
}

/**
 * The two have compared and found that their numbers are not the same: nothing is sent to the contact until they have
 * compared again, on all devices of the account.
 */
export async function markDifferent(session: Session, address: string): Promise<void> {
  const { contact } = await getPair(session, address);
  const at = formatTime(session.platform.clock.now());
  await rewritePin(session, contact, { identityKey: contact.head.identityKey, at, isOther: true });
}

/**
 * Forgets that the two have compared; messages may be sent again whatever the contact's identity becomes. A change that was
 * seen since is told then as of any other contact.
 */
export async function forgetCompared(session: Session, address: string): Promise<void> {
  const { contact } = await getPair(session, address);
  await rewritePin(session, contact, null);
}

/**
 * Believes the keys that the server shows now as if they were seen for the first time, and forgets what was believed and
 * compared before. For a contact whose server has lost statements, as after an old backup; the owner has asked the
 * contact in another way, because it is also what a server shows that lies. Throws ProblemError `keysNotBelieved` for a
 * chain that does not hold by itself, `noKeys`.
 */
export async function believeAnew(session: Session, address: string): Promise<void> {
  forgetChain(session, address);
  const answer = await askForChain(session, address);
  if (answer.kind === "refused") throw new ProblemError(answer.problem);
  const { statements } = answer;
  if (statements.length === 0) refuseContact(address, { kind: "open" });
  const result = await checkChain(statements, { address, nowMs: session.platform.clock.now() });
  if (!isBelieved(result)) return fail("keysNotBelieved", sentenceOf(result, address));
  const known = await findPin(session, address);
  const pin = pinOf({ statements, pin: result.pin }, null);
  await sealVault(session, await keepPin(session, pin, known?.revision ?? 0));
}

type Comparable = Extract<Contact, { kind: "sealed" | "mustCompare" }>;

async function rewritePin(session: Session, contact: Comparable, compared: Pin["compared"]): Promise<void> {
  const known = await findPin(session, contact.head.address);
  const pin = pinOf(
    contact,
    compared,
    compared === null || compared.isOther === true ? known?.pin.untold : undefined,
  );
  await sealVault(session, await keepPin(session, pin, known?.revision ?? 0));
}

async function getPair(
  session: Session,
  address: string,
): Promise<{ me: Person; them: Person; contact: Comparable }> {
  const contact = await lookUpContact(session, address);
  if (contact.kind !== "sealed" && contact.kind !== "mustCompare") return refuseContact(address, contact);
  const own = await getKeyring(session);
  return {
    me: { address: own.address, identityKey: own.identity.publicKey },
    them: { address, identityKey: fromBase64Url(contact.head.identityKey) },
    contact,
  };
}
