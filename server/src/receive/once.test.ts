/** A message is taken once and answered alike for ever after (reliability I3, I4; threats A12). */
import type { Verdict } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { trialBlobs } from "../blobs/trial-blobs.ts";
import type { Clock } from "../env/env.ts";
import { keepHouse } from "../keep-house.ts";
import { changeMessage } from "../objects/change-message.ts";
import { filledOf, keptIn } from "../objects/trial-kept.ts";
import { letter, letterId, openAccount } from "../objects/trial-mail.ts";
import { eachStore, onPostgres } from "../store/each-store.ts";
import type { Store } from "../store/sql.ts";
import { type TrialReceive, told, trialReceive } from "./trial-receive.ts";

const hour = 3_600_000;
const day = 24 * hour;
const changed = { subject: "Not what it was" };

async function subjects(store: Store, accountId: number): Promise<(string | undefined)[]> {
  return (await keptIn(store, accountId)).map(({ subject }) => subject);
}

/** An hour passes, and what has had its time is removed. */
async function keepHouseOnce({ clock, ctx }: TrialReceive, store: Store): Promise<void> {
  const stopping = new AbortController();
  const blobs = { ...trialBlobs(store, "/nowhere"), clock };
  const renewKeys = () => Promise.resolve();
  // Told to stop when it rests again, not before: a database of its own process takes a while over each chore.
  let rests = 0;
  const sleep: Clock["sleep"] = (ms, signal) => {
    if (++rests === 2) stopping.abort();
    return clock.sleep(ms, signal);
  };
  const watched: Clock = { now: () => clock.now(), mono: () => clock.mono(), sleep };
  const kept = keepHouse({ store, clock: watched, log: ctx.log, blobs, renewKeys }, stopping.signal);
  await clock.advance(hour);
  await kept;
}

eachStore("a message that comes again", (open) => {
  it("has the answer of the first time, and nothing is stored", async () => {
    const store = await open();
    const room = trialReceive(store);
    const bob = await openAccount(store, "bob");
    const first = await room.post(letter());
    await room.clock.advance(3 * day);
    for (const message of await keptIn(store, bob)) {
      await store.write((tx) => changeMessage(tx, message, { keywords: [], mailboxes: [6] }));
    }
    expect(await room.post(letter())).toEqual(first);
    expect(await filledOf(store, bob)).toMatchObject({ state: 2 });
    expect(await subjects(store, bob)).toEqual(["Hello"]);
  });

  it("has it also when the mailbox has filled up since", async () => {
    const store = await open();
    const room = trialReceive(store);
    await openAccount(store, "bob", letter().bytes.length);
    const first = await room.post(letter());
    expect(told(await room.post(letter({ id: letterId(2) })))).toEqual({ "bob@a.test": "mailboxFull" });
    expect(await room.post(letter())).toEqual(first);
  });

  it("in other bytes is a conflict, and nothing is changed", async () => {
    const store = await open();
    const room = trialReceive(store);
    const bob = await openAccount(store, "bob");
    const first = await room.post(letter());
    const conflict = await room.post(letter(changed));
    expect(conflict).toMatchObject({
      id: letterId(1),
      status: 409,
      problem: { code: "idConflict", retry: "never" },
    });
    const respaced = new TextEncoder().encode(`${new TextDecoder().decode(letter().bytes)} `);
    expect(await room.post({ bytes: respaced })).toMatchObject({ status: 409 });
    expect(await room.post(letter())).toEqual(first);
    expect(await subjects(store, bob)).toEqual(["Hello"]);
  });

  it("is another message when another sender has given it the id, at another host, of another name or tag", async () => {
    const store = await open();
    const room = trialReceive(store);
    const bob = await openAccount(store, "bob");
    const senders = [
      ["eve", "b.test"],
      ["mallory", "b.test"],
      ["eve+x", "b.test"],
      ["eve", "c.test"],
    ] as const;
    for (const [id, host] of senders) {
      expect(told(await room.post(letter({ from: { id, host }, subject: id }), host))).toEqual({
        "bob@a.test": "delivered",
      });
    }
    expect(await subjects(store, bob)).toEqual(["eve", "eve+x", "mallory", "eve"]);
    const shouted = letter({ from: { id: "EVE", host: "b.test" }, subject: "eve" });
    expect(await room.post(shouted)).toMatchObject({ problem: { code: "idConflict" } });
  });

  it("to somebody new is delivered there, with the times of each", async () => {
    const store = await open();
    const room = trialReceive(store);
    await openAccount(store, "bob");
    const both = letter({ to: ["bob", "late"].map((id) => ({ id, host: "a.test" })) });
    expect(told(await room.post(both))).toEqual({
      "bob@a.test": "delivered",
      "late@a.test": "recipientUnknown",
    });
    const late = await openAccount(store, "late");
    await room.clock.advance(60_000);
    const again = await room.post(both);
    expect(again).toMatchObject({ status: 200, deliveredAt: "2026-11-24T00:01:00.000Z" });
    expect(told(again)).toEqual({ "bob@a.test": "delivered", "late@a.test": "delivered" });
    expect(await subjects(store, late)).toEqual(["Hello"]);
    await room.clock.advance(60_000);
    expect(await room.post(both)).toEqual(again);
  });

  it("ten times at once, alone and in batches, is stored once and all hear the same", async () => {
    const store = await open();
    const room = trialReceive(store);
    const bob = await openAccount(store, "bob");
    const { bytes } = letter();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        index % 2 === 0 ? room.post({ bytes }).then((one) => [one]) : room.postBatch([bytes, bytes]),
      ),
    );
    const distinct = new Set(answers.flat().map((verdict) => JSON.stringify(verdict)));
    expect(distinct.size).toBe(1);
    expect(await subjects(store, bob)).toEqual(["Hello"]);
  });

  it("and one of the same id in other bytes, at once: one is taken, the other a conflict", async () => {
    const store = await open();
    const room = trialReceive(store);
    const bob = await openAccount(store, "bob");
    const answers = await Promise.all(
      [letter(), letter(changed), letter(), letter(changed)].map((one) => room.post(one)),
    );
    const kept = await subjects(store, bob);
    expect(kept).toHaveLength(1);
    const taken = kept[0] === "Hello" ? [200, 409, 200, 409] : [409, 200, 409, 200];
    expect(answers.map(({ status }) => status)).toEqual(taken);
  });

  it("is never shown twice, however late, also after what was told of it has been forgotten (A12)", async () => {
    const store = await open();
    const room = trialReceive(store);
    const bob = await openAccount(store, "bob");
    // The furthest ahead that a message may be dated, so the longest that it is not refused by its date.
    const ahead = letter({ date: "2026-11-26T00:00:00Z" });
    const first = await room.post(ahead);
    const outcomes: string[] = [];
    for (let passed = 0; passed < 20; passed++) {
      await room.clock.advance(day - hour);
      await keepHouseOnce(room, store);
      const again = await room.post(ahead);
      if (again.problem === undefined) expect(again).toEqual(first);
      outcomes.push(again.problem?.code ?? "same answer");
    }
    expect(outcomes).toEqual([...Array(12).fill("same answer"), ...Array(8).fill("messageTooOld")]);
    expect(await subjects(store, bob)).toEqual(["Hello"]);
    const receipts = await store.read.all({ strings: ["SELECT digest FROM receipt"], values: [] });
    expect(receipts).toEqual([]);
  });
});

const processes = onPostgres();

it("two processes that are handed the same messages at once take each once, and one of two that conflict (I3, I4)", async () => {
  const rooms = [trialReceive(await processes()), trialReceive(await processes())];
  const [one] = rooms;
  if (one === undefined) throw new Error("no process");
  const { store } = one.ctx;
  const bob = await openAccount(store, "bob");
  const letters = Array.from({ length: 12 }, (_, number) =>
    letter({ id: letterId(number), subject: `letter ${number}` }),
  );
  const other = letters.map(({ message }) => letter({ ...message, subject: `${subjectOf(message)} again` }));
  const answers: Verdict[][] = await Promise.all(
    rooms.flatMap((room) => [
      room.postBatch(letters.map(({ bytes }) => bytes)),
      room.postBatch(other.map(({ bytes }) => bytes)),
      room.postBatch(letters.map(({ bytes }) => bytes)),
    ]),
  );
  const kept = await subjects(store, bob);
  expect(kept).toHaveLength(12);
  const [same, different, again, ...rest] = answers.map((verdicts) => verdicts.map(({ status }) => status));
  expect(rest).toEqual([same, different, again]);
  expect(again).toEqual(same);
  expect(same?.map((status, index) => [status, different?.[index]].sort())).toEqual(
    Array(12).fill([200, 409]),
  );
});

it("batches to the same people in opposite orders do not wait for each other in a circle", async () => {
  const rooms = [trialReceive(await processes()), trialReceive(await processes())];
  const names = ["ann", "bob", "cem", "dora"];
  for (const name of names) {
    const [first] = rooms;
    if (first !== undefined) await openAccount(first.ctx.store, name, 10_000_000);
  }
  const orders = [names, [...names].reverse()];
  const answers = await Promise.all(
    rooms.flatMap((room, process) =>
      [0, 1, 2].map((part) => {
        const host = `h${process}${part}.test`;
        const order = orders[(process + part) % 2] ?? [];
        const lines = Array.from({ length: 20 }, (_, number) =>
          letter({
            id: letterId(number),
            from: { id: "eve", host },
            to: [{ id: order[number % 4], host: "a.test" }],
          }),
        );
        return room.postBatch(
          lines.map(({ bytes }) => bytes),
          host,
        );
      }),
    ),
  );
  expect(answers.flat().filter(({ status }) => status !== 200)).toEqual([]);
  const [first] = rooms;
  const deadlocks = await first?.ctx.store.read.get({
    strings: ["SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"],
    values: [],
  });
  expect(deadlocks).toEqual({ deadlocks: 0 });
});

function subjectOf(message: object): string {
  return "subject" in message ? String(message.subject) : "";
}
