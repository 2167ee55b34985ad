import { describe, expect, it } from "vitest";
import { HandClock } from "../env/hand-clock.ts";
import { openRandom } from "../env/random.ts";
import { createAccount } from "../objects/create-account.ts";
import { roles } from "../objects/roles.ts";
import { receiveContext } from "../receive/trial-receive.ts";
import { sayKeys } from "../receive/trial-sealed.ts";
import { eachStore } from "../store/each-store.ts";
import { findMessageBytes, listMailbox } from "../store/object-store.ts";
import type { Store } from "../store/sql.ts";
import { deliver } from "./deliver.ts";
import type { Outgoing } from "./result.ts";
import { type Letter, letter, openTrialWire } from "./trial-peer.ts";

const never = new AbortController().signal;

function account(store: Store, name: string, quotaBytes = 1_000_000): Promise<number> {
  return store.write((tx) => createAccount({ random: openRandom(), quotaBytes }, tx, { name, createdAt: 0 }));
}

async function deliverHere(store: Store, messages: readonly Outgoing[]) {
  const clock = new HandClock();
  const wire = await openTrialWire(clock);
  const local = receiveContext(store, { clock });
  return deliver({ remote: wire.remote, local }, "a.test", messages, never);
}

const to = (one: Letter, ...names: string[]): Outgoing => ({
  ...one,
  recipients: names.map((id, index) => ({
    deliveryId: Number.parseInt(one.messageId.slice(-4), 16) * 10 + index,
    id,
  })),
});

async function subjects(store: Store, accountId: number) {
  const inbox = await listMailbox(store.read, accountId, roles.inbox.id, Number.MAX_SAFE_INTEGER, 100);
  return inbox.map(({ subject }) => subject).reverse();
}

const here = { host: "a.test" };

eachStore("a message for a recipient of our own", (open) => {
  it("arrives without a wire, in order, byte for byte, also when it was written over several lines", async () => {
    const store = await open();
    const bob = await account(store, "bob");
    const letters = [1, 2, 3].map((number) => letter(number, { ...here, overLines: number === 2 }));
    const { results, host } = await deliverHere(
      store,
      letters.map((one) => to(one, "bob")),
    );
    expect(Object.fromEntries(results)).toEqual({
      10: { state: "delivered" },
      20: { state: "delivered" },
      30: { state: "delivered" },
    });
    expect(host).toEqual({ kind: "answered" });
    expect(await subjects(store, bob)).toEqual(["Letter 1", "Letter 2", "Letter 3"]);
    const [, second] = await listMailbox(store.read, bob, roles.inbox.id, Number.MAX_SAFE_INTEGER, 100);
    const bytes = await findMessageBytes(store.read, bob, second?.id ?? 0);
    expect(Buffer.from(bytes ?? [])).toEqual(Buffer.from(letters[1]?.bytes ?? []));
  });

  it("is judged for each recipient by the same rules as a peer's", async () => {
    const store = await open();
    const bob = await account(store, "bob");
    await account(store, "full", 10);
    const names = ["bob", "full", "nobody"];
    const { results } = await deliverHere(store, [to(letter(1, { ...here, to: names }), ...names)]);
    expect(results.get(10)).toEqual({ state: "delivered" });
    expect(results.get(11)).toMatchObject({ state: "deferred", problem: { code: "mailboxFull" } });
    expect(results.get(12)).toMatchObject({ state: "failed", problem: { code: "recipientUnknown" } });
    expect(await subjects(store, bob)).toEqual(["Letter 1"]);
  });

  it("shows once, and is told as delivered again, when the first answer was lost", async () => {
    const store = await open();
    const bob = await account(store, "bob");
    const once = to(letter(1, here), "bob");
    await deliverHere(store, [once]);
    const { results } = await deliverHere(store, [once, to(letter(2, here), "bob")]);
    expect([...results.values()].map(({ state }) => state)).toEqual(["delivered", "delivered"]);
    expect(await subjects(store, bob)).toEqual(["Letter 1", "Letter 2"]);
  });

  it("who takes sealed mail is kept so that the server cannot read it any more (§100.12)", async () => {
    const store = await open();
    const bob = await account(store, "bob");
    const owner = await sayKeys(store, bob, "bob@a.test");
    const letters = [1, 2].map((number) => letter(number, here));
    const { results } = await deliverHere(
      store,
      letters.map((one) => to(one, "bob")),
    );
    expect([...results.values()].map(({ state }) => state)).toEqual(["delivered", "delivered"]);
    expect(await subjects(store, bob)).toEqual([undefined, undefined]);
    const bytes = await findMessageBytes(store.read, bob, 1);
    expect(await owner.open(bytes ?? new Uint8Array())).toBe(new TextDecoder().decode(letters[0]?.bytes));
  });

  it("goes with more than a batch of others, each judged", async () => {
    const store = await open();
    await account(store, "bob");
    const many = Array.from({ length: 101 }, (_, index) => to(letter(index + 1, here), "bob"));
    const { results } = await deliverHere(store, many);
    expect(results.size).toBe(101);
    expect(new Set([...results.values()].map(({ state }) => state))).toEqual(new Set(["delivered"]));
  });
});

describe("a message for another host", () => {
  it("takes the wire", async () => {
    const wire = await openTrialWire();
    const peer = await wire.join("b.test");
    const local = receiveContext(closedStore, { clock: wire.clock });
    const one = to(letter(1), "bob");
    const result = await deliver({ remote: wire.remote, local }, "b.test", [one], never);
    expect(result.results.get(10)).toEqual({ state: "delivered" });
    expect(peer.posted()).toEqual([[one.messageId]]);
  });
});

/** One that is not to be touched. */
const untouched = () => Promise.reject(new Error("the store was used"));
const closedStore: Store = {
  dialect: "sqlite",
  read: { dialect: "sqlite", all: untouched, get: untouched },
  write: untouched,
  close: async () => undefined,
};
