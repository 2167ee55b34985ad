/** After the password has leaked, or a device was stolen: another root secret, and with it another identity. */
import {
  type AccountStatement,
  checkChain,
  deriveSecret,
  hashStatement,
  identityOf,
  keyIdOf,
  signStatement,
  toBase64Url,
} from "@posthorn/crypto";
import { fail, formatTime, ProblemError, type RouteInput } from "@posthorn/protocol";
import { type CarriedRecord, carryOver, clearUnreadable } from "../records/carry-over.ts";
import { checkNewPassword, type Session } from "../session.ts";
import { UnexpectedAnswer, Unreachable } from "../unreachable.ts";
import { refuseWhileKept, renewKept } from "./kept-under.ts";
import { isBelieved, type Keyring } from "./keyring.ts";
import { makeEpoch, makePhrase, wireStatement, wrapEpoch } from "./make-keys.ts";
import { provePassword, wrapForPassword } from "./password.ts";
import { type OnLost, sayUntilKnown } from "./say-until-known.ts";
import { getKeyring } from "./session-keys.ts";
import { isVouchedFor } from "./vault.ts";
import { writeHead } from "./vault-head.ts";

const secretBytes = 32;

/**
 * Makes the account's identity anew, signs for it with the old one, sets a new password and makes a new recovery
 * phrase. All other sign-ins end, old mail stays readable, and whoever has the old secrets opens nothing that comes from
 * now on. Contacts are told; those who had compared numbers must compare again. Throws ProblemError `unauthorized` when
 * `current` is not the password, `badRequest` while something that was written waits in a mail that is open with this
 * session, for nobody could open it any more, and what calling the server throws: then all is as it was, or, when it was the answer
 * that got lost, the new password and phrase hold; it may be begun again from the start.
 */
export async function replaceIdentity(
  session: Session,
  input: {
    current: string;
    next: string;
    /** Is given the new phrase while nothing is said yet, and shows it: it is given out this once. When it throws, nothing has changed. */
    onPhrase: (phrase: string) => Promise<void>;
    /** Is asked when it was the answer that got lost. */
    onLost?: OnLost;
  },
): Promise<void> {
  const { current, next: password, onPhrase, onLost } = input;
  checkNewPassword(password);
  await refuseWhileKept(session);
  await session.keys.renew();
  const old = await getKeyring(session);
  await provePassword(session, current);
  const owner = { address: old.address, rootSecret: session.platform.randomBytes(secretBytes) };
  const carried = await carryOver(session, old, owner);
  const vouchedFor = [...carried.values()].filter(
    (record) => record.collection === "pins" && isVouchedFor(record),
  );
  const vaultHead = await writeHead(session, owner, vouchedFor);
  const next = await makeNext(session, old, { ...owner, vaultHead, password });
  await onPhrase(next.phrase);
  await sayUntilKnown(() => say(session, next), onLost);
  await session.keys.replace(next.keyring);
  await renewKept(session);
  await tidy(session, { old, keyring: next.keyring, carried });
}

interface NextIdentity {
  phrase: string;
  keyring: Keyring;
  /** What is said of it. */
  input: RouteInput<"addStatement">;
}

async function makeNext(
  session: Session,
  old: Keyring,
  { rootSecret, vaultHead, password }: { rootSecret: Uint8Array; vaultHead: string; password: string },
): Promise<NextIdentity> {
  const { address } = old;
  const now = session.platform.clock.now();
  const identity = await identityOf(rootSecret);
  const wrapSecret = await deriveSecret(rootSecret, "wrap");
  const { epoch, key } = await makeEpoch(session.platform);
  const statement: AccountStatement = {
    ...old.head,
    seq: old.head.seq + 1,
    prev: await hashStatement(old.head),
    identityKey: toBase64Url(identity.publicKey),
    epochs: [epoch],
    vaultHead,
    validFrom: formatTime(Math.max(now, Date.parse(old.head.validFrom))),
    reason: "compromise",
  };
  const signed = await signStatement(statement, identity, old.identity);
  const epochs = new Map([...old.epochs, [epoch.keyId, key]]);
  const { registrationRecord, wrapped } = await wrapForPassword(session, rootSecret, password);
  const { phrase, recovery } = await makePhrase(session.platform, address, rootSecret);
  const statements = [...old.statements, signed];
  const result = await checkChain(statements, { address, nowMs: now, pinned: old.pin });
  if (!isBelieved(result)) return fail("internal", "The keys of this account do not hold together any more.");
  const { head, pin } = result;
  const identityKeyId = await keyIdOf(identity.publicKey);
  return {
    phrase,
    keyring: { address, rootSecret, identity, identityKeyId, wrapSecret, statements, head, pin, epochs },
    input: {
      statement: wireStatement(signed),
      epochs: await Promise.all(
        [...epochs].map(([keyId, one]) => wrapEpoch(wrapSecret, address, keyId, one)),
      ),
      identity: { registrationRecord, password: wrapped, recovery },
    },
  };
}

async function say(session: Session, { input, keyring }: NextIdentity): Promise<void> {
  try {
    await session.call("addStatement", { input });
  } catch (error) {
    // The answer may be all that was lost; then what was said is there.
    if (!(await isSaid(session, keyring).catch(() => false))) throw error;
  }
}

async function isSaid(session: Session, { pin }: Keyring): Promise<boolean> {
  const last = (await session.call("secrets", {})).statements.at(-1);
  return last !== undefined && (await hashStatement(last.statement)) === pin.hash;
}

/**
 * Carries over what other devices have written meanwhile, which nobody can do any more now that their sign-ins have
 * ended, and deletes what lies there with old keys. The identity is replaced by then, so what fails here fails nothing:
 * what stays is passed over by whoever reads, and goes when this is done the next time.
 */
async function tidy(
  session: Session,
  { old, keyring, carried }: { old: Keyring; keyring: Keyring; carried: ReadonlyMap<string, CarriedRecord> },
): Promise<void> {
  try {
    await carryOver(session, old, keyring, carried);
    await clearUnreadable(session, keyring);
  } catch (error) {
    const isOfCall = error instanceof ProblemError || error instanceof Unreachable;
    if (!isOfCall && !(error instanceof UnexpectedAnswer)) throw error;
  }
}
