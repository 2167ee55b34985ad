import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { getAccountState } from "../store/account-store.ts";
import { eachStore } from "../store/each-store.ts";
import type { OpenStore } from "../store/sql.ts";
import type { EventStream } from "./event-stream.ts";
import { changedSince } from "./state-change.ts";
import { change, openTrialEvents, type TrialEvents, type Written, withAccounts } from "./trial-changes.ts";

const written: readonly Written[] = ["Mailbox", "Identity", "Record", "Rule", "Sender"];
const decoder = new TextDecoder();

/**
 * A client that knows nothing but what events tell it: of each type that one names it reads what there is by now, and
 * it comes again with the id it heard last (HTML §9.2.6). Its wire may be cut at any byte.
 */
class EventClient {
  /** As of which state of the account it knows each type. */
  readonly known = new Map<Written, number>();
  readonly #store: OpenStore;
  readonly #events: TrialEvents;
  #stream: EventStream | undefined;
  #lastEventId: string | undefined;
  #lastBlock = "";
  #bytesLeft = Number.POSITIVE_INFINITY;
  #paused: PromiseWithResolvers<void> | undefined;

  constructor(store: OpenStore, events: TrialEvents) {
    this.#store = store;
    this.#events = events;
  }

  async connect(): Promise<void> {
    if (this.#stream !== undefined) return;
    const lastEventId = this.#lastEventId;
    this.#bytesLeft = Number.POSITIVE_INFINITY;
    const caller = { accountId: 1, credentialId: "s1" };
    this.#stream = await this.#events.streams.open({ caller, lastEventId });
    if (lastEventId === undefined) await this.#sync(written);
    void this.#read(this.#stream);
  }

  cut(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    void stream?.return();
  }

  /** The wire breaks once so many more bytes have come. */
  cutAfter(bytes: number): void {
    this.#bytesLeft = bytes;
  }

  /** Takes nothing more until `resume`. */
  pause(): void {
    this.#paused ??= Promise.withResolvers<void>();
  }

  resume(): void {
    this.#paused?.resolve();
    this.#paused = undefined;
  }

  /** What came last comes once more. */
  async double(): Promise<void> {
    await this.#dispatch(this.#lastBlock);
  }

  async staleTypes(): Promise<Written[]> {
    const stale: Written[] = [];
    for (const type of written) {
      const since = this.known.get(type) ?? 0;
      if ((await changedSince(this.#store.read, 1, since)).has(type)) stale.push(type);
    }
    return stale;
  }

  /** What came by one wire is never put together with what comes by the next. */
  async #read(stream: EventStream): Promise<void> {
    let unread = "";
    for await (const bytes of stream) {
      if (this.#stream !== stream) return;
      const heard = bytes.subarray(0, this.#bytesLeft);
      this.#bytesLeft -= heard.length;
      const blocks = `${unread}${decoder.decode(heard)}`.split("\n\n");
      unread = blocks.pop() ?? "";
      for (const block of blocks) {
        await this.#dispatch(block);
        if (this.#stream !== stream) return;
      }
      if (this.#bytesLeft === 0) this.cut();
      await this.#paused?.promise;
    }
  }

  async #dispatch(block: string): Promise<void> {
    this.#lastBlock = block;
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
    this.#lastEventId = field("id") ?? this.#lastEventId;
    const data = field("data");
    if (field("event") !== "state" || data === undefined) return;
    const named = Object.keys(JSON.parse(data).changed.a1);
    await this.#sync(written.filter((type) => named.includes(type)));
  }

  async #sync(types: readonly Written[]): Promise<void> {
    const state = await getAccountState(this.#store.read, 1);
    for (const type of types) this.known.set(type, state);
  }
}

async function upToDate(client: EventClient): Promise<void> {
  await vi.waitFor(async () => expect(await client.staleTypes()).toEqual([]), {
    timeout: 20_000,
    interval: 1,
  });
}

const someTypes = fc.array(fc.constantFrom(...written), { minLength: 1, maxLength: 3 });

type Step =
  | { kind: "atOnce" | "behindOneAnother"; types: Written[] }
  | { kind: "connect" | "cut" | "double" | "breathe" }
  | { kind: "cutAfter"; bytes: number };

const aStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom("atOnce", "behindOneAnother"), types: someTypes }),
  fc.record({ kind: fc.constantFrom("connect", "connect", "cut", "double", "breathe") }),
  fc.record({ kind: fc.constant("cutAfter"), bytes: fc.integer({ min: 1, max: 150 }) }),
);

async function take(step: Step, client: EventClient, stores: readonly OpenStore[]): Promise<void> {
  const write = async (type: Written, index: number) => {
    const store = stores[index % stores.length];
    if (store !== undefined) await change(store, 1, type);
  };
  switch (step.kind) {
    case "atOnce":
      await Promise.all(step.types.map(write));
      return;
    case "behindOneAnother":
      // While the client takes nothing.
      client.pause();
      for (const [index, type] of step.types.entries()) {
        await write(type, index);
        await breathe();
      }
      return client.resume();
    case "connect":
      return client.connect();
    case "cut":
      return client.cut();
    case "cutAfter":
      return client.cutAfter(step.bytes);
    case "double":
      return client.double();
    case "breathe":
      return breathe();
  }
}

async function breathe(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

eachStore("a client that knows only what events tell it", (open) => {
  it("is never stale for longer than one reconnect, wherever its wire is cut", async () => {
    const store = await withAccounts(await open());
    // On PostgreSQL others write too, in another process; the embedded store is this process's alone.
    const stores = store.dialect === "postgres" ? [store, await open()] : [store];
    const events = openTrialEvents(store);
    await fc.assert(
      fc.asyncProperty(fc.array(aStep, { maxLength: 30 }), async (steps) => {
        const client = new EventClient(store, events);
        for (const step of steps) await take(step, client, stores);
        client.cut();
        await client.connect();
        await upToDate(client);
        await Promise.all(stores.map((other) => change(other, 1, "Rule", "Record")));
        await upToDate(client);
        client.cut();
      }),
      { numRuns: store.dialect === "postgres" ? 40 : 150 },
    );
    events.close();
  });
});
