/** The keys of others: asked for, held against what was believed before, and what a person must be told of it. */
import { type AccountStatement, type ChainPin, checkChain, type SignedStatement } from "@posthorn/crypto";
import { accountOf, fail, type Problem, ProblemError, parseAddress, problem } from "@posthorn/protocol";
import type { Session } from "../session.ts";
import { askForChain } from "./ask-for-chain.ts";
import { type BelievedChain, isBelieved, sentenceOf } from "./keyring.ts";
import {
  type ComparedAgain,
  changeSinceCompared,
  findPin,
  type KnownPin,
  keepPin,
  type Pin,
  pinOf,
} from "./pins.ts";
import { getKeyring } from "./session-keys.ts";
import { sealVault } from "./vault.ts";

/** What is new about a contact's keys: seen for the first time, another identity, or one that takes open mail now. */
export type ContactNews = "firstSeen" | "newKey" | "reset" | "policyLowered";

/**
 * `sealed` messages are sealed to the epochs of `head` · `open` no keys of this account were ever seen: what is sent to
 * it can be read on the way · `mustCompare` the two must compare again: nothing may be sent ·
 * `noConsent` its keys are not for us · `notBelieved` its server shows what does not hold · `unknown` there is no such
 * account, it is closing, or nobody could be asked.
 */
export type Contact =
  | ({ kind: "sealed"; isCompared: boolean; news: ContactNews | undefined } & Believed)
  | { kind: "open" }
  | ({ kind: "mustCompare"; why: ComparedAgain } & Believed)
  | { kind: "noConsent" }
  | { kind: "notBelieved"; sentence: string }
  | { kind: "unknown"; problem: Problem };

/**
 * What was believed of an account's keys. Whatever looks for a key of it looks in these `statements`: the server may
 * answer the next question otherwise, and what it says then was checked by nobody.
 */
interface Believed {
  head: AccountStatement;
  pin: ChainPin;
  statements: readonly SignedStatement[];
}

/**
 * Asks for the keys of an account (`name@host`, without a tag) and believes what holds: the newest statement is pinned.
 * What cannot be pinned holds all the same where the account is seen for the first time, and is so again next time.
 * Throws what asking our own server throws, and keeping a newer pin than there was; `notOpened` when it has changed what
 * was pinned. An account that is closing is `unknown`, by the problem `recipientGone`, unless what is shown of it does not hold.
 */
export async function lookUpContact(session: Session, address: string): Promise<Contact> {
  const { contact, isClosing } = await lookUp(
    session,
    address,
    ({ known, contact }) => known === undefined || contact.kind === "mustCompare",
  );
  // What does not hold is told before who is leaving: a server could cover the one up by the other.
  if (!isClosing || contact.kind === "notBelieved") return contact;
  return {
    kind: "unknown",
    problem: problem("recipientGone", `The address ${address} is no longer in use.`),
  };
}

/**
 * The same, to read what somebody has signed: the chain was checked, so that it cannot be pinned hides no message, and
 * neither does it that they are leaving.
 */
export async function lookUpSigner(session: Session, address: string): Promise<Contact> {
  return (await lookUp(session, address, () => true)).contact;
}

async function lookUp(
  session: Session,
  address: string,
  mayGoUnkept: (found: { known: KnownPin | undefined; contact: Contact }) => boolean,
): Promise<Pick<Found, "contact" | "isClosing">> {
  const own = await getKeyring(session);
  if (address === own.address) {
    const { head, pin, statements } = own;
    const contact: Contact = { kind: "sealed", head, pin, statements, isCompared: true, news: undefined };
    return { contact, isClosing: false };
  }
  for (let tries = 1; ; tries++) {
    const known = await findPin(session, address);
    const { contact, isClosing, toKeep } = await believe(session, address, known);
    const found = { contact, isClosing };
    if (toKeep === undefined) return found;
    try {
      await keepFor(session, toKeep, known);
      return found;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      // Another device has pinned it at the same time; what that one believed is looked at first.
      if (error.problem.code === "changedMeanwhile" && tries < mostTries) continue;
      if (!mayGoUnkept({ known, contact })) throw error;
      return found;
    }
  }
}

const mostTries = 3;

/** `toKeep` is the pin that is to be written now: something is new. */
interface Found {
  contact: Contact;
  /** Its owner has closed it. */
  isClosing: boolean;
  toKeep?: Pin;
}

async function believe(session: Session, address: string, known: KnownPin | undefined): Promise<Found> {
  const answer = await askForChain(session, address);
  if (answer.kind === "refused") {
    return { contact: withoutAnswer(address, answer.problem, known?.pin), isClosing: false };
  }
  const { statements, closing: isClosing = false } = answer;
  if (statements.length === 0 && known === undefined) return { contact: { kind: "open" }, isClosing };
  const result = await checkChain(statements, chainContext(session, address, known?.pin));
  if (!isBelieved(result)) {
    return { contact: { kind: "notBelieved", sentence: sentenceOf(result, address) }, isClosing };
  }
  const { head, pin } = result;
  const news = gravest(newsOf(result), known?.pin.untold);
  // Kept with the pin until a person was told: a server could see to it that whatever was under way comes to nothing.
  const untold = news === "firstSeen" ? undefined : news;
  const newest = pinOf({ statements, pin }, known?.pin.compared ?? null, untold);
  const contact = contactOf(newest, { head, pin, statements }, news);
  return { contact, isClosing, ...(result.kind === "unchanged" ? {} : { toKeep: newest }) };
}

function contactOf(pin: Pin, believed: Believed, news: ContactNews | undefined): Contact {
  const why = changeSinceCompared(pin);
  if (why !== undefined) return { kind: "mustCompare", ...believed, why };
  return { kind: "sealed", ...believed, isCompared: pin.compared !== null, news };
}

/**
 * The change of an identity that was compared is vouched for at once: with the pin of before it, a server could show the
 * old identity as compared. Only the first, or whoever has the contact's server could use up the account's statements.
 */
async function keepFor(session: Session, pin: Pin, known: KnownPin | undefined): Promise<void> {
  const written = await keepPin(session, pin, known?.revision ?? 0);
  const isFirstChange =
    changeSinceCompared(pin) !== undefined &&
    known !== undefined &&
    changeSinceCompared(known.pin) === undefined;
  if (isFirstChange) await sealVault(session, written);
}

const byGravity: readonly ContactNews[] = ["reset", "newKey", "policyLowered", "firstSeen"];

function gravest(...all: readonly (ContactNews | undefined)[]): ContactNews | undefined {
  return byGravity.find((news) => all.includes(news));
}

/**
 * The person has been told what is new of a contact: call it once it was shown, for until then it comes again with each
 * message. `address` may have a tag. What cannot be kept is told again. What must be compared anew is told until it was.
 */
export async function markTold(session: Session, address: string, news: ContactNews): Promise<void> {
  try {
    const known = await findPin(session, accountOf(parseAddress(address)));
    if (known?.pin.untold !== news || changeSinceCompared(known.pin) !== undefined) return;
    const { untold: _, ...pin } = known.pin;
    await keepPin(session, pin, known.revision);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
  }
}

function newsOf(result: BelievedChain): ContactNews | undefined {
  if (result.kind === "firstSeen") return "firstSeen";
  if (result.kind === "unchanged") return undefined;
  if (result.kind !== "extended") return result.kind;
  return result.policyLowered ? "policyLowered" : undefined;
}

/** What was believed last holds on while nobody answers, and when the keys have been hidden from us since. */
function withoutAnswer(address: string, problem: Problem, pin: Pin | undefined): Contact {
  const isGone = problem.code === "recipientUnknown" || problem.code === "notFound";
  // It never was a secret, and nothing is sent to it: no reason to suspect anybody.
  if (pin === undefined || problem.code === "recipientGone")
    return problem.code === "noConsent" ? { kind: "noConsent" } : { kind: "unknown", problem };
  if (isGone) {
    return {
      kind: "notBelieved",
      sentence: `The server says that there is no ${address} any more, whose keys were seen before.`,
    };
  }
  const { newest, untold } = pin;
  return contactOf(pin, { head: newest.statement, pin: pin.pin, statements: [newest] }, untold);
}

/** What a chain is held against. */
function chainContext(session: Session, address: string, pin: Pin | undefined) {
  const nowMs = session.platform.clock.now();
  return pin === undefined ? { address, nowMs } : { address, nowMs, pinned: pin.pin };
}

/** Nothing can be known of a contact: there is no such account, or its host gives no word. */
export class ContactUnknown extends ProblemError {
  readonly address: string;

  constructor(address: string, problem: Problem) {
    super(problem);
    this.name = "ContactUnknown";
    this.address = address;
  }
}

/** Throws ProblemError with why nothing can be sealed to this contact, and what to do; ContactUnknown names them. */
export function refuseContact(address: string, contact: Exclude<Contact, { kind: "sealed" }>): never {
  switch (contact.kind) {
    case "open":
      return fail(
        "noKeys",
        `${address} has no keys: what is sent there can be read by the servers on the way.`,
      );
    case "mustCompare":
      return fail(
        "keysChanged",
        `${whyCompareAgain(address, contact.why)} Nothing was sent. Compare the safety number with them again.`,
      );
    case "noConsent":
      return fail(
        "noConsent",
        `${address} shows its keys only to those it has named, and you are not among them. Ask them to write to you first.`,
      );
    case "notBelieved":
      return fail(
        "keysNotBelieved",
        `${contact.sentence} Nothing was sent. Ask ${address} in another way whether something has changed.`,
      );
    case "unknown":
      throw new ContactUnknown(address, contact.problem);
  }
}

function whyCompareAgain(address: string, why: ComparedAgain): string {
  switch (why) {
    case "reset":
      return `The identity of ${address} is another than the one you compared, and nobody vouches for it.`;
    case "newKey":
      return `The identity of ${address} has changed since you compared it.`;
    case "differs":
      return `You and ${address} have found that your safety numbers are not the same.`;
  }
}
