import { expect, it } from "vitest";
import { insertAccount } from "./account-store.ts";
import { eachStore, type OpenTestStore } from "./each-store.ts";
import type { OpenStore, Tx } from "./sql.ts";

/** What a listener was told, one line a call. */
function listenTo(store: OpenStore): string[] {
  const told: string[] = [];
  store.onChanged((accountId, types) => told.push(`${accountId}: ${[...types].sort().join(" ")}`));
  return told;
}

function note(tx: Tx, accountId: number): Promise<void> {
  tx.noteChanged(accountId, "Email");
  return insertAccount(tx, { id: accountId, name: `a${accountId}`, createdAt: 1, quotaBytes: 1 });
}

eachStore("the change feed", (open: OpenTestStore) => {
  it("tells once an account what a commit has changed, after the writer's hooks and before it goes on", async () => {
    const store = await open();
    const told = listenTo(store);
    await store.write(async (tx) => {
      for (const type of ["Email", "Mailbox", "Email"] as const) tx.noteChanged(1, type);
      tx.noteChanged(2, "Record");
      tx.afterCommit(() => told.push("hook"));
      expect(told).toEqual([]);
    });
    expect(told).toEqual(["hook", "1: Email Mailbox", "2: Record"]);
  });

  it("says nothing of what was undone, also beside others whose writes were not", async () => {
    const store = await open();
    const told = listenTo(store);
    const writes = [1, 2, 3].map((id) =>
      store.write(async (tx) => {
        await note(tx, id);
        if (id === 2) throw new Error("changed my mind");
      }),
    );
    await Promise.allSettled(writes);
    expect(told.toSorted()).toEqual(["1: Email", "3: Email"]);
  });

  it("lets no listener's error reach the writer or the other listeners", async () => {
    const store = await open();
    store.onChanged(() => {
      throw new Error("not my day");
    });
    const told = listenTo(store);
    await store.write((tx) => note(tx, 1));
    expect(told).toEqual(["1: Email"]);
  });

  it("tells nothing to who has stopped listening, and takes no note of a finished transaction", async () => {
    const store = await open();
    const told: number[] = [];
    const stop = store.onChanged((accountId) => told.push(accountId));
    let kept: Tx | undefined;
    await store.write(async (tx) => {
      kept = tx;
      await note(tx, 1);
    });
    stop();
    await store.write((tx) => note(tx, 2));
    expect(told).toEqual([1]);
    expect(() => kept?.noteChanged(3, "Email")).toThrow("finished transaction");
  });
});
