import { ProblemError } from "@posthorn/protocol";
import { describe, expect, it } from "vitest";
import { insertAccount } from "./account-store.ts";
import { eachStore, onSqlite } from "./each-store.ts";
import { findFact, settleFact } from "./fact-store.ts";
import type { Store, Tx } from "./sql.ts";
import { sql } from "./sql.ts";

const account = { name: "alice", createdAt: 1, quotaBytes: 1_000 };

function fact(store: Store, name: string): Promise<string | undefined> {
  return findFact(store.read, name);
}

/** Resolves when `open` is called. */
function gate(): { opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

eachStore("a store", (open) => {
  it("shows a reader only what is committed, and a writer its own statements", async () => {
    const store = await open();
    await store.write(async (tx) => {
      await settleFact(tx, "colour", "red");
      expect(await fact(store, "colour")).toBeUndefined();
      expect(await findFact(tx, "colour")).toBe("red");
    });
    expect(await fact(store, "colour")).toBe("red");
  });

  it("resolves a write after the commit and gives its result", async () => {
    const steps: string[] = [];
    const store = await open({
      effect: (name, when) => {
        steps.push(`${name} ${when}`);
      },
    });
    const result = await store.write(async (tx) => {
      steps.push("work");
      tx.afterCommit(() => steps.push("hook"));
      return "result";
    });
    expect(result).toBe("result");
    expect(steps).toEqual(["work", "store.commit before", "store.commit after", "hook"]);
  });

  it("keeps what was written over a restart", async () => {
    const before = await open();
    await before.write((tx) => settleFact(tx, "colour", "red"));
    await before.close();
    expect(await fact(await open(), "colour")).toBe("red");
  });

  it("undoes everything of a writer that throws, runs none of its hooks and hands its error on", async () => {
    const store = await open();
    let hooks = 0;
    const failing = store.write(async (tx) => {
      await settleFact(tx, "colour", "red");
      tx.afterCommit(() => {
        hooks++;
      });
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");
    expect(await fact(store, "colour")).toBeUndefined();
    expect(hooks).toBe(0);
  });

  it("undoes only the statements of the one that throws when many write at once", async () => {
    const store = await open();
    const hooks: number[] = [];
    const writes = Array.from({ length: 20 }, (_, index) =>
      store.write(async (tx) => {
        await settleFact(tx, `fact ${index}`, "kept");
        tx.afterCommit(() => hooks.push(index));
        if (index % 7 === 3) throw new Error(`no ${index}`);
        return index;
      }),
    );
    const settled = await Promise.allSettled(writes);
    for (const [index, outcome] of settled.entries()) {
      expect(outcome.status).toBe(index % 7 === 3 ? "rejected" : "fulfilled");
      expect(await fact(store, `fact ${index}`)).toBe(index % 7 === 3 ? undefined : "kept");
    }
    expect(hooks.toSorted((a, b) => a - b)).toEqual(
      settled.flatMap(({ status }, index) => (status === "fulfilled" ? [index] : [])),
    );
  });

  it("commits nothing when a statement has failed, also when the writer went on as if it had not", async () => {
    const store = await open();
    const write = store.write(async (tx) => {
      await settleFact(tx, "colour", "red");
      await insertAccount(tx, { ...account, id: 1 });
      await insertAccount(tx, { ...account, id: 1 }).catch(() => "went on");
    });
    await expect(write).rejects.toThrow();
    expect(await fact(store, "colour")).toBeUndefined();
  });

  it("hands the writer's own words for a failed statement to the caller", async () => {
    const store = await open();
    await store.write((tx) => insertAccount(tx, { ...account, id: 1 }));
    const write = store.write((tx) =>
      insertAccount(tx, { ...account, id: 2 }).catch(() => {
        throw new Error("that name is taken");
      }),
    );
    await expect(write).rejects.toThrow("that name is taken");
  });

  it("takes statements that are started together", async () => {
    const store = await open();
    const names = Array.from({ length: 30 }, (_, index) => `fact ${index}`);
    const values = await store.write((tx) => Promise.all(names.map((name) => settleFact(tx, name, name))));
    expect(values).toEqual(names);
    const write = store.write((tx) =>
      Promise.all([1, 2, 2, 3].map((id) => insertAccount(tx, { ...account, id, name: `a${id}` }))),
    );
    await expect(write).rejects.toThrow();
    expect(await store.read.all(sql`SELECT id FROM account`)).toEqual([]);
  });

  it("throws at any use of a finished transaction, whether it was committed or undone", async () => {
    const store = await open();
    const kept: Tx[] = [];
    await store.write(async (tx) => kept.push(tx));
    const undone = store.write(async (tx) => {
      kept.push(tx);
      throw new Error("undone");
    });
    await expect(undone).rejects.toThrow("undone");
    for (const tx of kept) {
      await expect(settleFact(tx, "colour", "red")).rejects.toThrow("finished transaction");
      await expect(findFact(tx, "colour")).rejects.toThrow("finished transaction");
      await expect(tx.all(sql`SELECT 1`)).rejects.toThrow("finished transaction");
      expect(() => tx.afterCommit(() => undefined)).toThrow("finished transaction");
    }
    // Also while somebody else's transaction is open.
    const [leaked] = kept;
    await store.write(async () => {
      await expect(leaked && settleFact(leaked, "colour", "red")).rejects.toThrow("finished transaction");
    });
    expect(await fact(store, "colour")).toBeUndefined();
  });

  it("hands on the error of a commit that does not happen, and stores nothing", async () => {
    let isDead = false;
    const store = await open({
      effect: (_, when) => {
        if (isDead && when === "before") throw new Error("killed");
      },
    });
    isDead = true;
    await expect(store.write((tx) => settleFact(tx, "colour", "red"))).rejects.toThrow("killed");
    isDead = false;
    expect(await fact(store, "colour")).toBeUndefined();
    await store.write((tx) => settleFact(tx, "colour", "blue"));
    expect(await fact(store, "colour")).toBe("blue");
  });

  it("keeps texts, bytes and the largest whole numbers as they are", async () => {
    const store = await open();
    const value = "ünïcode 😀 'quoted' \\ $1 ? \t\n";
    await store.write((tx) => settleFact(tx, value, value));
    expect(await fact(store, value)).toBe(value);
    const id = Number.MAX_SAFE_INTEGER;
    await store.write(async (tx) => {
      await insertAccount(tx, { ...account, id });
      await tx.run(sql`
        INSERT INTO message_bytes (id, bytes) VALUES (${id}, ${new Uint8Array([0, 255, 39, 92])})`);
    });
    const row = await store.read.get(sql`SELECT id, bytes FROM message_bytes`);
    expect(row?.id).toBe(id);
    expect(row?.bytes).toEqual(expect.objectContaining({ length: 4 }));
    expect(Buffer.from(row?.bytes instanceof Uint8Array ? row.bytes : []).toString("hex")).toBe("00ff275c");
  });

  it("lets writers run whose order is theirs, and closes after the last of them", async () => {
    const store = await open();
    const writes = Array.from({ length: 50 }, (_, index) =>
      store.write((tx) => settleFact(tx, "first", String(index))),
    );
    const settled = await Promise.all(writes);
    expect(new Set(settled).size).toBe(1);
    const last = store.write((tx) => settleFact(tx, "last", "written"));
    await last;
    await store.close();
    await expect(store.write((tx) => settleFact(tx, "late", "too late"))).rejects.toThrow();
    expect(await fact(await open(), "last")).toBe("written");
  });

  it("throws a statement that the database refuses to the reader too", async () => {
    const store = await open();
    await expect(store.read.all(sql`SELECT 1 FROM nowhere`)).rejects.toThrow(/no such table|does not exist/);
    await expect(store.read.get(sql`INSERT INTO server_fact VALUES ('a')`)).rejects.not.toBeInstanceOf(
      ProblemError,
    );
  });
});

describe("the embedded store's group commit", () => {
  const open = onSqlite();

  it("gives everybody who is ready one commit, and the next to who comes meanwhile", async () => {
    let commits = 0;
    const store = await open({
      effect: (_, when) => {
        if (when === "after") commits++;
      },
    });
    const count = (name: string) => store.write((tx) => settleFact(tx, name, name));
    await Promise.all(Array.from({ length: 100 }, (_, index) => count(`first ${index}`)));
    expect(commits).toBe(1);
    const entered = gate();
    const others = gate();
    const first = store.write(async (tx) => {
      entered.open();
      await others.opened;
      return settleFact(tx, "first", "");
    });
    await entered.opened;
    const second = [count("second"), count("third")];
    others.open();
    await Promise.all([first, ...second]);
    expect(commits).toBe(3);
  });

  it("keeps the order of its callers, also when one of them throws", async () => {
    const store = await open();
    const seen: string[] = [];
    const writes = ["a", "b", "c"].map((name) =>
      store.write(async (tx) => {
        const first = await settleFact(tx, "first", name);
        if (name === "b") throw new Error("no");
        seen.push(`${name} sees ${first}`);
        return first;
      }),
    );
    const settled = await Promise.allSettled(writes);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await findFact(store.read, "first")).toBe("a");
    expect(seen.at(-1)).toBe("c sees a");
  });

  it("tells no caller of an error that stands on what was not stored in the end", async () => {
    let isDead = false;
    const store = await open({
      effect: () => {
        if (isDead) throw new Error("killed");
      },
    });
    isDead = true;
    const writes = [1, 2].map((id) =>
      store.write((tx) =>
        insertAccount(tx, { ...account, id }).catch(() => {
          throw new Error("that name is taken");
        }),
      ),
    );
    for (const write of writes) await expect(write).rejects.toThrow("killed");
  });

  it("does not let one commit take everybody when they write much", async () => {
    let commits = 0;
    const store = await open({
      effect: (_, when) => {
        if (when === "after") commits++;
      },
    });
    const writes = Array.from({ length: 12 }, (_, writer) =>
      store.write(async (tx) => {
        for (let index = 0; index < 1_000; index++) {
          await tx.run(sql`
            INSERT INTO changes (account_id, state, type, object_id, change) VALUES (${writer}, ${index}, '', 1, '')`);
        }
      }),
    );
    await Promise.all(writes);
    expect(commits).toBeGreaterThan(1);
    expect(await store.read.get(sql`SELECT count(*) AS n FROM changes`)).toMatchObject({ n: 12_000 });
  });
});
