/** Whether the keys of somebody are theirs: what is known of it, and comparing numbers. */
import {
  believeAnew,
  type Compared,
  type ComparedAgain,
  compareScanned,
  forgetCompared,
  listComparedHere,
  lookUpContact,
  markCompared,
  markDifferent,
  readSafetyNumber,
} from "@posthorn/client";
import { ProblemError } from "@posthorn/protocol";
import type { Desk } from "./desk.ts";
import { type Fault, faultOf } from "./fault.ts";
import { readSenders } from "./own-account.ts";

export type Comparison = Awaited<ReturnType<typeof compareScanned>>;

export interface Numbers {
  /** Sixty digits. */
  safetyNumber: string;
  /** Of the QR code that the other scans. */
  verifyText: string;
}

/**
 * `self` the account itself · `keyless` this account has no keys · `sealed` mail between the two is sealed · `mustCompare`
 * numbers must be compared again: nothing is sent · `open` they have no keys · `noConsent` they show none to us ·
 * `notBelieved` their server shows what does not hold · `unknown` nobody could be asked, or there is no such person.
 */
export type Trust =
  | { kind: "self" | "keyless" | "open" | "noConsent" }
  | ({
      kind: "sealed";
      comparedAtMs: number | null;
      news: "newKey" | "reset" | "policyLowered" | null;
    } & Numbers)
  | ({ kind: "mustCompare"; why: ComparedAgain; comparedAtMs: number | null } & Numbers)
  | { kind: "notBelieved" | "unknown"; fault: Fault };

/** Never throws: that nobody answers is an answer. */
export async function readTrust({ mail }: Desk, { address }: { address: string }): Promise<Trust> {
  const { session } = mail;
  if (address === session.address) return { kind: "self" };
  try {
    if ((await session.keys.findRootSecret()) === undefined) return { kind: "keyless" };
    const contact = await lookUpContact(session, address);
    switch (contact.kind) {
      case "open":
      case "noConsent":
        return { kind: contact.kind };
      case "notBelieved":
        return { kind: "notBelieved", fault: { sentence: contact.sentence, code: "keysNotBelieved" } };
      case "unknown":
        return { kind: "unknown", fault: faultOf(new ProblemError(contact.problem)) };
    }
    const { safetyNumber, verifyText, comparedAt } = await readSafetyNumber(session, address);
    const numbers = {
      safetyNumber,
      verifyText,
      comparedAtMs: comparedAt === null ? null : Date.parse(comparedAt),
    };
    if (contact.kind === "mustCompare") return { kind: "mustCompare", why: contact.why, ...numbers };
    const { news = null } = contact;
    return { kind: "sealed", news: news === "firstSeen" ? null : news, ...numbers };
  } catch (error) {
    return { kind: "unknown", fault: faultOf(error) };
  }
}

/** Nobody, for an account that has no keys. */
export async function readCompared({ mail }: Desk): Promise<Compared[]> {
  return mail.key === undefined ? [] : listComparedHere(mail);
}

/** A person has held the digits against the other's and found them the same. Throws ProblemError `keysChanged`. */
export async function haveCompared(
  { mail }: Desk,
  { address, safetyNumber }: { address: string; safetyNumber: string },
): Promise<void> {
  await markCompared(mail.session, address, safetyNumber);
}

/** A person has held the digits against the other's and found others. */
export async function haveFoundOthers({ mail }: Desk, { address }: { address: string }): Promise<void> {
  await markDifferent(mail.session, address);
}

/** Holds what was scanned against what is known here, and remembers whether it is the same. */
export async function compareCode(
  { mail }: Desk,
  { address, text }: { address: string; text: string },
): Promise<Comparison> {
  const outcome = await compareScanned(mail.session, address, text.trim());
  if (outcome === "different") await markDifferent(mail.session, address);
  if (outcome === "same") await markCompared(mail.session, address, text.trim());
  return outcome;
}

export async function forgetComparison({ mail }: Desk, { address }: { address: string }): Promise<void> {
  await forgetCompared(mail.session, address);
}

/** As if it were the first time. Throws ProblemError. */
export async function beginTrustAnew({ mail }: Desk, { address }: { address: string }): Promise<void> {
  await believeAnew(mail.session, address);
}

export interface Standing {
  state: "accepted" | "blocked" | "undecided";
  /** The state is that of their server, or of everybody. */
  by: "person" | "host" | "everybody";
}

/** Whether mail of theirs is taken. */
export async function readStanding(desk: Desk, { address }: { address: string }): Promise<Standing> {
  const { isScreening, decided } = await readSenders(desk);
  const host = address.slice(address.lastIndexOf("@") + 1);
  const own = desk.mail.session.address;
  const ofThem = decided.find((sender) => sender.address === address);
  if (ofThem !== undefined) return { state: ofThem.state, by: "person" };
  const ofHost = decided.find((sender) => sender.address === `*@${host}`);
  if (ofHost !== undefined) return { state: ofHost.state, by: "host" };
  const isHome = own.endsWith(`@${host}`);
  return { state: isHome || !isScreening ? "accepted" : "undecided", by: "everybody" };
}
