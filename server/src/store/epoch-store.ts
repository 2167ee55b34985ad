/**
 * Lives of the data. A database that comes back from a backup has forgotten states and ids that its clients remember, and
 * would give them a second time for something else. So each start of a server begins a new epoch, and the first write
 * of an account in it leaves out a random number of states: what was given in a life that is lost lies among those that
 * were left out, or beyond all.
 */
import type { Random } from "../env/env.ts";
import { int, text } from "./row.ts";
import { type Epoch, sql, type Tx } from "./sql.ts";

const mostLeftOut = 2 ** 31;

/** Data that no server has begun an epoch of. */
export const noEpoch: Epoch = { number: 0, chooseStep: () => 0 };

/** Begins the next epoch of the data; that of new data is 0, in which nothing is left out. */
export async function beginEpoch(tx: Tx, random: Pick<Random, "fraction">): Promise<Epoch> {
  const row = await tx.get(sql`
    INSERT INTO server_fact (name, value) VALUES ('epoch', '0')
    ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(server_fact.value AS BIGINT) + 1 AS TEXT)
    RETURNING value`);
  if (row === undefined) throw new Error("an epoch that was begun is not there");
  return {
    number: Number(text(row, "value")),
    chooseStep: () => 1 + Math.floor(random.fraction() * mostLeftOut),
  };
}

/**
 * Lets an account leave states out, when nothing of it was written yet in the epoch of the transaction, and notes which.
 * False when it has done so before, or when there is no such account.
 */
export async function enterEpoch(tx: Tx, accountId: number): Promise<boolean> {
  const { number, chooseStep } = tx.epoch;
  const step = chooseStep();
  const row = await tx.get(sql`
    UPDATE account SET state = state + ${step}, epoch = ${number}
    WHERE id = ${accountId} AND epoch < ${number} RETURNING state`);
  if (row === undefined) return false;
  const state = int(row, "state");
  await tx.run(sql`
    INSERT INTO state_gap (account_id, last_before, first_after)
    VALUES (${accountId}, ${state - step}, ${state})`);
  return true;
}
