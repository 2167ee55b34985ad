import { describe, expect, it, vi } from "vitest";
import { insertAccount } from "./account-store.ts";
import { eachStore, type OpenTestStore, onPostgres } from "./each-store.ts";
import { type OpenStore, sql, type Tx } from "./sql.ts";

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

describe("the change feed of a server in two processes", () => {
  const open = onPostgres();

  /** Two stores on one database, once both listen. */
  async function twoStores(): Promise<[OpenStore, OpenStore]> {
    const stores = [await open(), await open()] as const;
    let missed = 0;
    for (const store of stores)
      store.onChanged(
        () => undefined,
        () => missed++,
      );
    await vi.waitFor(() => expect(missed).toBe(2), { timeout: 20_000 });
    return [...stores];
  }

  it("tells each what the other has committed, once, and nothing that was undone", async () => {
    const [here, there] = await twoStores();
    const [toldHere, toldThere] = [listenTo(here), listenTo(there)];
    await here.write(async (tx) => {
      tx.noteChanged(1, "Email");
      tx.noteChanged(1, "Mailbox");
      tx.noteChanged(2, "Record");
    });
    const undone = here.write(async (tx) => {
      tx.noteChanged(3, "Email");
      throw new Error("changed my mind");
    });
    await expect(undone).rejects.toThrow("changed my mind");
    await there.write(async (tx) => tx.noteChanged(4, "Rule"));
    const all = ["1: Email Mailbox", "2: Record", "4: Rule"];
    await vi.waitFor(() => expect([toldHere.toSorted(), toldThere.toSorted()]).toEqual([all, all]), {
      timeout: 20_000,
    });
  });

  it("tells of more accounts than one notice has room for", async () => {
    const [here, there] = await twoStores();
    const told = listenTo(there);
    await here.write(async (tx) => {
      for (let id = 1; id <= 2_000; id++) tx.noteChanged(id, "VacationResponse");
    });
    await vi.waitFor(() => expect(told).toHaveLength(2_000), { timeout: 20_000 });
    expect(new Set(told).size).toBe(2_000);
  });

  it("says that anything may have changed once a lost connection is there again, and goes on telling", async () => {
    const [here, there] = await twoStores();
    let missed = 0;
    there.onChanged(
      () => undefined,
      () => missed++,
    );
    const told = listenTo(there);
    await here.write((tx) =>
      tx.all(
        sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %' AND datname = current_database()`,
      ),
    );
    await vi.waitFor(() => expect(missed).toBeGreaterThan(0), { timeout: 20_000 });
    await here.write(async (tx) => tx.noteChanged(5, "Email"));
    await vi.waitFor(() => expect(told).toEqual(["5: Email"]), { timeout: 20_000 });
  });
});
