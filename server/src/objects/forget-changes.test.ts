import { expect, it } from "vitest";
import { getAccountState, takeStates } from "../store/account-store.ts";
import { appendChanges } from "../store/change-store.ts";
import { eachStore } from "../store/each-store.ts";
import { type Store, sql } from "../store/sql.ts";
import { markStates } from "../store/state-mark-store.ts";
import { forgetSomeChanges } from "./forget-changes.ts";
import { openAccount } from "./trial-mail.ts";

/** Does things to the account until it has come to a state. */
async function liveOn(store: Store, accountId: number, state: number): Promise<void> {
  await store.write(async (tx) => {
    const before = await getAccountState(tx, accountId);
    await takeStates(tx, accountId, state - before);
    const objectIds = Array.from({ length: state - before }, (_, index) => index + 1);
    await appendChanges(tx, accountId, {
      type: "Mailbox",
      firstState: before + 1,
      objectIds,
      change: "updated",
    });
  });
}

/** Changes that are known, and the oldest state to which all later ones are. */
async function knownOf({ read }: Store, accountId: number): Promise<unknown> {
  return read.get(sql`
    SELECT changes_from AS since, (SELECT count(*) FROM changes WHERE account_id = account.id) AS changes
    FROM account WHERE id = ${accountId}`);
}

eachStore("forgetting changes", (open) => {
  it("goes on in steps until all up to the mark are forgotten, in every account", async () => {
    const store = await open();
    const bob = await openAccount(store, "bob");
    const carol = await openAccount(store, "carol");
    const dave = await openAccount(store, "dave");
    await liveOn(store, bob, 12_000);
    await liveOn(store, carol, 3);
    const mark = (at: number) => store.write((tx) => markStates(tx, { after: 0, at, limit: 500 }));
    await mark(10);
    await liveOn(store, bob, 12_500);
    await mark(20);
    await mark(20);
    await liveOn(store, carol, 9);
    const known = async () => [
      await knownOf(store, bob),
      await knownOf(store, carol),
      await knownOf(store, dave),
    ];
    const steps = async (until: number) => {
      let count = 1;
      while (await store.write((tx) => forgetSomeChanges(tx, until))) count += 1;
      return count;
    };
    expect(await steps(9)).toBe(1);
    expect(await known()).toEqual([
      { since: 0, changes: 12_500 },
      { since: 0, changes: 9 },
      { since: 0, changes: 0 },
    ]);
    expect(await steps(19)).toBeGreaterThan(2);
    expect(await known()).toEqual([
      { since: 12_000, changes: 500 },
      { since: 3, changes: 6 },
      { since: 0, changes: 0 },
    ]);
    await steps(20);
    expect(await known()).toEqual([
      { since: 12_500, changes: 0 },
      { since: 3, changes: 6 },
      { since: 0, changes: 0 },
    ]);
    await mark(30);
    await steps(30);
    expect(await known()).toEqual([
      { since: 12_500, changes: 0 },
      { since: 9, changes: 0 },
      { since: 0, changes: 0 },
    ]);
    expect(await store.read.all(sql`SELECT at FROM state_mark`)).toEqual([]);
  });

  it("marks accounts in steps, each once", async () => {
    const store = await open();
    for (const name of ["a", "b", "c"]) await liveOn(store, await openAccount(store, name), 1);
    let steps = 0;
    for (let after: number | undefined = 0; after !== undefined; steps++) {
      const from: number = after;
      after = await store.write((tx) => markStates(tx, { after: from, at: 10, limit: 2 }));
    }
    expect(steps).toBe(2);
    expect(await store.read.all(sql`SELECT at FROM state_mark`)).toHaveLength(3);
  });
});
