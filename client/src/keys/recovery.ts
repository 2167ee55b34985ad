/** The recovery phrase: twelve words that open the account when its password is lost, and no operator can replace. */
import {
  type PhraseReading,
  readRecoveryPhrase,
  recoveryKey,
  recoveryProofKey,
  signClaim,
} from "@posthorn/crypto";
import { accountName, fail, formatAddress, parseAddress } from "@posthorn/protocol";
import { makeApi } from "../api.ts";
import { discover } from "../discover.ts";
import type { Platform } from "../platform.ts";
import { checkNewPassword, type Session, type SignInOptions, signIn } from "../session.ts";
import { findRootSecret } from "./keyring.ts";
import { makePhrase } from "./make-keys.ts";
import { setPassword } from "./password.ts";
import { type OnLost, sayUntilKnown } from "./say-until-known.ts";
import { getKeyring } from "./session-keys.ts";

/**
 * Signs in with the recovery phrase and sets a new password; all other sign-ins end. Old mail is readable as before.
 * Throws ProblemError `badRequest` with help by the word when the phrase cannot be one, `unauthorized` when it is not
 * this account's, `keysNotBelieved`, `rateLimited`.
 */
export async function recover(
  platform: Platform,
  input: { address: string; phrase: string; newPassword: string },
  options: SignInOptions = {},
): Promise<Session> {
  checkNewPassword(input.newPassword);
  const entropy = readPhrase(input.phrase);
  const { id, host } = parseAddress(input.address);
  const name = accountName(id);
  const address = formatAddress({ id: name, host });
  const { signal } = options;
  const { endpoint } = await discover(platform, host, { signal });
  const api = makeApi(platform, endpoint);
  const { recoveryId, challenge } = await api.call("recoverStart", { input: { name }, signal });
  const proofKey = await recoveryProofKey(entropy, address);
  const signature = await signClaim(proofKey, { kind: "recoverySignIn", address, challenge });
  const { device } = options;
  const tokens = await api.call("recoverFinish", {
    input: { recoveryId, signature, ...(device === undefined ? {} : { device }) },
    signal,
  });
  const unlock = { key: await recoveryKey(entropy, address), way: "recovery" as const };
  const session = await signIn(platform, { address, endpoint, tokens, unlock }, options);
  await setPassword(session, await getKeyring(session), input.newPassword);
  return session;
}

/**
 * Whether these words would open the account, so that its owner can try them while nothing is lost yet. Throws
 * ProblemError `badRequest` with help by the word when they cannot be a phrase.
 */
export async function testPhrase(session: Session, phrase: string): Promise<boolean> {
  const entropy = readPhrase(phrase);
  const { address, rootSecret, pin } = await getKeyring(session);
  const secrets = await session.call("secrets", {});
  const own = { address, nowMs: session.platform.clock.now(), pinned: pin };
  const opened = await findRootSecret(
    { way: "recovery", key: await recoveryKey(entropy, address) },
    own,
    secrets,
  );
  return opened?.every((byte, at) => byte === rootSecret[at]) ?? false;
}

/**
 * Makes another phrase; the old one opens nothing any more when this is done. `onPhrase` is given the new one while the
 * old one still holds, and shows it: it is given out this once. When it throws, nothing has changed. Throws what calling the
 * server throws; when that leaves open which of the two holds, `onLost` is asked before.
 */
export async function replacePhrase(
  session: Session,
  onPhrase: (phrase: string) => Promise<void>,
  onLost?: OnLost,
): Promise<void> {
  const { address, identity, rootSecret } = await getKeyring(session);
  const { phrase, recovery } = await makePhrase(session.platform, address, rootSecret);
  const signature = await signClaim(identity, { kind: "recovery", address, ...recovery });
  await onPhrase(phrase);
  await sayUntilKnown(() => session.call("setRecovery", { input: { recovery, signature } }), onLost);
}

/** The 16 bytes that the words stand for. Throws ProblemError `badRequest` with what is wrong with which word. */
export function readPhrase(text: string): Uint8Array {
  const reading = readRecoveryPhrase(text);
  return reading.kind === "phrase"
    ? reading.entropy
    : fail("badRequest", sentenceOf(reading), { pointer: "/phrase" });
}

function sentenceOf(reading: Exclude<PhraseReading, { kind: "phrase" }>): string {
  switch (reading.kind) {
    case "wrongChecksum":
      return "All twelve words are spelled right, but together they are no recovery phrase: one of them is another word than the one that was written down, or two have changed places.";
    case "wrongCount":
      return `A recovery phrase has twelve words; these are ${reading.count}. ${adviceOn(reading.unknownWords)}`.trim();
    case "unknownWords":
      return adviceOn(reading.unknownWords);
  }
}

type UnknownWords = Extract<PhraseReading, { kind: "unknownWords" }>["unknownWords"];

function adviceOn(words: UnknownWords): string {
  return words
    .map(({ place, word, suggestions }) => {
      const maybe =
        suggestions.length === 0 ? "" : ` Is it ${suggestions.map((one) => `“${one}”`).join(" or ")}?`;
      return `Word ${place}, “${word}”, is not in the list.${maybe}`;
    })
    .join(" ");
}
