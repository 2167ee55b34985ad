import type { Clock, Log } from "../env/env.ts";
import { lockAccount } from "../store/account-store.ts";
import { findEraseAt, insertFormerAddress, listToErase } from "../store/closing-store.ts";
import { deleteCredentials, eraseReceipts, eraseRest, eraseSome } from "../store/erase-store.ts";
import type { Store } from "../store/sql.ts";

/** Rows that go in one transaction. */
const rowsPerStep = 500;
/** Receipts looked at in one. */
const receiptsPerStep = 5_000;

/**
 * Erases the accounts whose owners have closed them and whose time has come. What was begun and cut off is gone on with:
 * first nobody gets in any more, and last goes the account itself. One that cannot be erased holds up no other: the log has
 * why, and it is tried again the next time.
 */
export async function eraseClosed(
  ctx: { store: Store; clock: Clock; log: Log },
  signal: AbortSignal,
): Promise<void> {
  const { store, clock, log } = ctx;
  for (const account of await listToErase(store.read, clock.now())) {
    const { id } = account;
    try {
      if (await erase(store, account, clock.now(), signal)) log("info", "account erased", { id });
    } catch (error) {
      log("error", "account not erased", { id, error: String(error) });
    }
  }
}

/** False when it was cut off, or goes on: it was opened again, or erased by another process, since it was listed. */
async function erase(
  store: Store,
  account: { id: number; name: string },
  now: number,
  signal: AbortSignal,
): Promise<boolean> {
  const isDue = await store.write(async (tx) => {
    await lockAccount(tx, account.id);
    const eraseAt = await findEraseAt(tx, account.id);
    if (eraseAt === undefined || eraseAt > now) return false;
    await insertFormerAddress(tx, account.name, now);
    await deleteCredentials(tx, account);
    return true;
  });
  if (!isDue) return false;
  let isLeft = true;
  while (isLeft) {
    if (signal.aborted) return false;
    isLeft = await store.write((tx) => eraseSome(tx, account.id, rowsPerStep));
  }
  let after: string | undefined = "";
  while (after !== undefined) {
    if (signal.aborted) return false;
    const from: string = after;
    after = await store.write((tx) => eraseReceipts(tx, account.id, from, receiptsPerStep));
  }
  await store.write((tx) => eraseRest(tx, account.id));
  return true;
}
