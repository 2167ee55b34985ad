import { describe, expect, it, vi } from "vitest";
import { HandClock } from "../env/hand-clock.ts";
import { eachStore, onPostgres } from "../store/each-store.ts";
import type { OpenStore } from "../store/sql.ts";
import type { StateType } from "../store/state-type.ts";
import { Hub } from "./hub.ts";
import { change, withAccounts } from "./trial-changes.ts";

function openHub(store: OpenStore, clock = new HandClock()): { hub: Hub; logged: string[] } {
  const logged: string[] = [];
  return { hub: new Hub({ store, clock, log: (_, event) => logged.push(event) }), logged };
}

/** What a listener was told, as `2: Mailbox Rule`. */
async function listen(hub: Hub, accountId: number): Promise<{ told: string[]; stop(): void }> {
  const told: string[] = [];
  const listener = {
    changed(state: number, types: ReadonlySet<StateType>) {
      told.push(`${state}: ${[...types].sort().join(" ")}`);
    },
  };
  await hub.add(accountId, listener);
  return { told, stop: () => hub.remove(accountId, listener) };
}

/** Until what a commit has woken has been told; PostgreSQL takes its time. */
async function heard(told: readonly string[], last: string): Promise<void> {
  await vi.waitFor(() => expect(told.at(-1)).toBe(last), { timeout: 20_000, interval: 1 });
}

eachStore("the hub", (open) => {
  it("tells each who listens to an account what has changed there, with the state, and of no other", async () => {
    const store = await withAccounts(await open());
    const { hub } = openHub(store);
    const [one, same, other] = [await listen(hub, 1), await listen(hub, 1), await listen(hub, 2)];
    await change(store, 1, "Mailbox", "Rule");
    await heard(one.told, "2: Mailbox Rule");
    expect(same.told).toEqual(one.told);
    expect(other.told).toEqual([]);
    one.stop();
    await change(store, 1, "Sender");
    await heard(same.told, "3: Sender");
    expect(one.told).toEqual(["2: Mailbox Rule"]);
    hub.close();
  });

  it("tells a burst of changes in few words, the last of which is the newest state", async () => {
    const store = await withAccounts(await open());
    const { hub } = openHub(store);
    const { told } = await listen(hub, 1);
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => change(store, 1, index % 2 === 0 ? "Mailbox" : "Record")),
    );
    await vi.waitFor(() => expect(told.at(-1)).toMatch(/^50: /), { timeout: 20_000, interval: 1 });
    expect(told.length).toBeLessThan(40);
    hub.close();
  });

  it("tells also of what no state counts", async () => {
    const store = await withAccounts(await open());
    const { hub } = openHub(store);
    const { told } = await listen(hub, 1);
    await store.write(async (tx) => tx.noteChanged(1, "Quota"));
    await heard(told, "0: Quota");
    hub.close();
  });

  it("reads nothing for an account nobody listens to, and says nothing once it is closed", async () => {
    const store = await withAccounts(await open());
    let reads = 0;
    const counting: OpenStore = {
      ...boundTo(store),
      read: {
        dialect: store.dialect,
        all(query) {
          reads++;
          return store.read.all(query);
        },
        get(query) {
          reads++;
          return store.read.get(query);
        },
      },
    };
    const { hub } = openHub(counting);
    const { told, stop } = await listen(hub, 1);
    stop();
    const before = reads;
    await change(store, 1, "Rule");
    await change(store, 2, "Rule");
    expect(reads).toBe(before);
    await listen(hub, 1);
    hub.close();
    await change(store, 1, "Rule");
    expect(told).toEqual([]);
  });

  it("tells with a state all that came before it, also what nobody has said yet", async () => {
    const store = await withAccounts(await open());
    const quiet: OpenStore = {
      ...boundTo(store),
      // Another process's word of its commits comes later than they are seen.
      onChanged: (changed) =>
        store.onChanged((accountId, types) => {
          if (!types.has("Sender")) changed(accountId, types);
        }),
    };
    const { hub } = openHub(quiet);
    const { told } = await listen(hub, 1);
    await change(store, 1, "Sender");
    await change(store, 1, "Rule");
    await heard(told, "2: Rule Sender");
    hub.close();
  });

  it("tells later what it could not read at first", async () => {
    const store = await withAccounts(await open());
    let isBroken = false;
    const failing: OpenStore = {
      ...boundTo(store),
      read: {
        dialect: store.dialect,
        all: (query) => store.read.all(query),
        get: (query) => (isBroken ? Promise.reject(new Error("gone")) : store.read.get(query)),
      },
    };
    const { hub, logged } = openHub(failing);
    const { told } = await listen(hub, 1);
    isBroken = true;
    await change(store, 1, "Rule");
    await vi.waitFor(() => expect(logged).toContain("changes not told"));
    isBroken = false;
    await change(store, 1, "Sender");
    await vi.waitFor(() => expect(told.at(-1)).toMatch(/^2: /), { timeout: 20_000, interval: 1 });
    expect(told.join()).toContain("Rule");
    hub.close();
  });
});

function boundTo(store: OpenStore): OpenStore {
  return {
    dialect: store.dialect,
    read: store.read,
    write: (work) => store.write(work),
    onChanged: (changed, missed) => store.onChanged(changed, missed),
    close: () => store.close(),
  };
}

describe("the hub of a server in two processes", () => {
  const open = onPostgres();

  it("tells what the other process has committed", async () => {
    const here = await withAccounts(await open());
    const there = await open();
    const { hub } = openHub(there);
    const { told } = await listen(hub, 1);
    await change(here, 1, "Rule");
    await heard(told, "1: Rule");
    hub.close();
  });

  it("finds within half a minute what a process has committed that died before it told", async () => {
    const here = await withAccounts(await open());
    const there = await open();
    const clock = new HandClock();
    // It hears nothing of anybody.
    const { hub } = openHub({ ...boundTo(there), onChanged: () => () => undefined }, clock);
    const { told } = await listen(hub, 1);
    await change(here, 1, "Rule");
    expect(told).toEqual([]);
    await clock.advance(30_000);
    await heard(told, "1: Rule");
    hub.close();
  });
});
