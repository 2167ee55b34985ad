/** What the account says of its keys next. */
import { type AccountStatement, checkChain, hashStatement, signStatement } from "@posthorn/crypto";
import { fail, formatTime, ProblemError } from "@posthorn/protocol";
import type { Session } from "../session.ts";
import { isBelieved, type Keyring } from "./keyring.ts";
import { epochEveryMs, makeEpoch, type NewEpoch, wireStatement, wrapEpoch } from "./make-keys.ts";
import { getKeyring } from "./session-keys.ts";

const mostTries = 3;

type Change = Partial<Pick<AccountStatement, "vaultHead">>;

/**
 * Says that something has changed while the identity stays: a new head of the vault, or a new epoch,
 * which is begun when the newest one is 30 days old. When another device was first it is tried again with what that one has
 * said, three times. Throws ProblemError `changedMeanwhile` then, and what `makeChange` throws.
 */
export async function restate(
  session: Session,
  makeChange: (keyring: Keyring) => Promise<Change>,
): Promise<Keyring> {
  for (let tries = 1; ; tries++) {
    const keyring = await getKeyring(session);
    const isDue = isEpochDue(keyring, session.platform.clock.now());
    const begun = isDue ? await makeEpoch(session.platform) : undefined;
    try {
      return await publish(session, keyring, await makeChange(keyring), begun);
    } catch (error) {
      if (tries === mostTries || !(await isLate(session, error))) throw error;
    }
  }
}

/** Whether another device was first, whose statement is known from now on. */
async function isLate(session: Session, error: unknown): Promise<boolean> {
  if (!(error instanceof ProblemError)) return false;
  const { code } = error.problem;
  // The head that this device knows of is gone once another has been named.
  if (code !== "changedMeanwhile" && code !== "notOpened") return false;
  const isNew = await session.keys.renew();
  return isNew || code === "changedMeanwhile";
}

/** True when the newest epoch is 30 days old. */
export function isEpochDue({ head }: Keyring, nowMs: number): boolean {
  const newest = head.epochs.at(-1);
  return newest === undefined || Date.parse(newest.validFrom) + epochEveryMs <= nowMs;
}

async function publish(
  session: Session,
  keyring: Keyring,
  change: Change,
  begun: NewEpoch | undefined,
): Promise<Keyring> {
  const { address, identity, wrapSecret, head } = keyring;
  const now = session.platform.clock.now();
  const lasting = head.epochs.filter(({ validUntil }) => Date.parse(validUntil) > now);
  const epochs = [...lasting, ...(begun === undefined ? [] : [begun.epoch])].slice(-8);
  const statement: AccountStatement = {
    ...head,
    ...change,
    seq: head.seq + 1,
    prev: await hashStatement(head),
    epochs: epochs.length === 0 ? head.epochs : epochs,
    // A clock that was set back must not make a statement nobody takes.
    validFrom: formatTime(Math.max(now, Date.parse(head.validFrom))),
    reason: "rotation",
  };
  const signed = await signStatement(statement, identity);
  const wrapped =
    begun === undefined ? [] : [await wrapEpoch(wrapSecret, address, begun.epoch.keyId, begun.key)];
  await session.call("addStatement", { input: { statement: wireStatement(signed), epochs: wrapped } });
  const statements = [...keyring.statements, signed];
  const result = await checkChain(statements, { address, nowMs: now, pinned: keyring.pin });
  if (!isBelieved(result)) return fail("internal", "The keys of this account do not hold together any more.");
  const opened = new Map(keyring.epochs);
  if (begun !== undefined) opened.set(begun.epoch.keyId, begun.key);
  const next: Keyring = { ...keyring, statements, head: result.head, pin: result.pin, epochs: opened };
  await session.keys.replace(next);
  return next;
}
