/** By whose key a message was signed, and what a person is to think of it. */
import { fromBase64Url, keyIdOf, type SignedStatement } from "@posthorn/crypto";
import { fail } from "@posthorn/protocol";
import type { Session } from "../session.ts";
import { forgetChain } from "./ask-for-chain.ts";
import { type Contact, type ContactNews, lookUpSigner } from "./contacts.ts";
import { type ComparedAgain, changeSinceCompared, findPin } from "./pins.ts";
import { getKeyring } from "./session-keys.ts";

/**
 * Who has signed a message: the account itself · a contact, by the key that holds now · a contact with whom
 * numbers must be compared again, by the key that the server shows · a key that the account has given up at `until`, perhaps because it
 * was stolen. `news` is what looking for the key has found, and the person must hear of it (§90.7): it comes again until
 * `markTold` is called. So must they of `doubt`, a sentence: the server shows keys that are not believed, and the key is
 * the one believed before.
 */
export type SenderTrust =
  | { kind: "self" }
  | { kind: "known"; isCompared: boolean; news: ContactNews | undefined; doubt: string | undefined }
  | { kind: "changed"; why: ComparedAgain }
  | { kind: "formerKey"; until: string; news: ContactNews | undefined };

export interface SenderKey {
  /** 32 bytes. */
  identityKey: Uint8Array;
  trust: SenderTrust;
}

/**
 * The identity key of that id of an account, out of its believed chain; undefined when there is none, and then nothing
 * that it signed can be opened. Throws ProblemError `unavailable` when that cannot be said now.
 */
export async function findSenderKey(
  session: Session,
  address: string,
  keyId: string,
): Promise<SenderKey | undefined> {
  const own = await getKeyring(session);
  if (address === own.address) {
    const found = await findInChain(own.statements, keyId);
    return (
      found && {
        identityKey: found.identityKey,
        trust:
          found.until === undefined
            ? { kind: "self" }
            : { kind: "formerKey", until: found.until, news: undefined },
      }
    );
  }
  const found = await findKeyOf(session, address, keyId);
  // A key that was not there a moment ago may be: its owner has replaced the identity meanwhile.
  return found === undefined && forgetChain(session, address) ? findKeyOf(session, address, keyId) : found;
}

async function findKeyOf(session: Session, address: string, keyId: string): Promise<SenderKey | undefined> {
  const contact = await lookUpSigner(session, address);
  const found = await findInChain("statements" in contact ? contact.statements : [], keyId);
  if (found !== undefined) return { identityKey: found.identityKey, trust: trustOf(contact, found) };
  // What the pinned key has signed stays readable, whatever the server shows now (§90.7).
  const pin = (await findPin(session, address))?.pin;
  const pinned = pin && (await findInChain([pin.newest], keyId));
  if (pin !== undefined && pinned !== undefined) {
    const why = changeSinceCompared(pin);
    const trust: SenderTrust = why === undefined ? trustOf(contact, pinned) : { kind: "changed", why };
    return { identityKey: pinned.identityKey, trust };
  }
  if (contact.kind !== "unknown" || contact.problem.retry === "never") return undefined;
  return fail(
    "unavailable",
    `The keys of ${address} cannot be asked for now, so what was sent from there cannot be opened yet. Try again later.`,
  );
}

function trustOf(contact: Contact, found: FoundKey): SenderTrust {
  const news = contact.kind === "sealed" ? contact.news : undefined;
  if (found.until !== undefined) return { kind: "formerKey", until: found.until, news };
  if (contact.kind === "mustCompare") return { kind: "changed", why: contact.why };
  const isCompared = contact.kind === "sealed" && contact.isCompared;
  const doubt = contact.kind === "notBelieved" ? contact.sentence : undefined;
  return { kind: "known", isCompared, news, doubt };
}

interface FoundKey {
  identityKey: Uint8Array;
  /** When another identity took its place; undefined while none has. */
  until: string | undefined;
}

async function findInChain(
  statements: readonly SignedStatement[],
  keyId: string,
): Promise<FoundKey | undefined> {
  const named = await Promise.all(
    statements.map(async ({ statement }) => {
      const identityKey = fromBase64Url(statement.identityKey);
      return { statement, identityKey, isNamed: (await keyIdOf(identityKey)) === keyId };
    }),
  );
  const last = named.findLastIndex(({ isNamed }) => isNamed);
  const found = named[last];
  return found && { identityKey: found.identityKey, until: named[last + 1]?.statement.validFrom };
}
