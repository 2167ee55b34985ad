/** The same submission again, by id or by key, is one message (§80.4; reliability I3). */
import type { SendAnswer } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { filledOf, keptIn } from "../objects/trial-kept.ts";
import { letterId, openAccount } from "../objects/trial-mail.ts";
import { eachStore, onPostgres } from "../store/each-store.ts";
import { at, bytesOf, day, submitAs, type TrialSubmit, trialSubmit } from "./trial-submit.ts";

const bob = at("b.test", "bob");
const anonymous = { to: bob, subject: "Hello" };
const named = { ...anonymous, id: letterId(1) };
const conflict = { problem: { code: "idConflict", status: 409, pointer: "/id" } };

async function count({ ctx, accountId }: TrialSubmit): Promise<number> {
  return (await keptIn(ctx.store, accountId)).length;
}

eachStore("a message handed over again", (open) => {
  it("with the same id and bytes has the same answer as it stands by then, and is sent once", async () => {
    const alice = await trialSubmit(await open());
    const first = await alice.send(named);
    await alice.clock.advance(1_000);
    const again = await alice.send(named);
    expect(again).toMatchObject({ id: first.id, recipients: [{ address: "bob@b.test", status: "queued" }] });
    await alice.claim("b.test");
    expect(await alice.send(named)).toMatchObject({ recipients: [{ status: "sending", attempts: 1 }] });
    expect(await count(alice)).toBe(1);
    expect(alice.woken).toEqual(["b.test"]);
  });

  it("with the same id and other bytes is a conflict, were it one space or one recipient more", async () => {
    const alice = await trialSubmit(await open());
    await alice.send(named);
    const spaced = new TextEncoder().encode(`${JSON.stringify(named)} `);
    await expect(alice.send(spaced)).rejects.toMatchObject(conflict);
    await expect(alice.send({ ...named, cc: at("c.test", "carol") })).rejects.toMatchObject(conflict);
    expect(await count(alice)).toBe(1);
    expect((await alice.claim("c.test")).messages).toEqual([]);
  });

  it("with the same key is found by it, and answers the id that was made the first time", async () => {
    const alice = await trialSubmit(await open());
    const first = await alice.send(anonymous, { idempotencyKey: "k-1" });
    expect(await alice.send(anonymous, { idempotencyKey: "k-1" })).toMatchObject({ id: first.id });
    const byKey = await alice
      .send({ ...anonymous, subject: "Bye" }, { idempotencyKey: "k-1" })
      .catch((error: unknown) => error);
    expect(byKey).toMatchObject({
      problem: {
        code: "idConflict",
        detail: `This Idempotency-Key stands for another message that you have sent, ${first.id}. Give each message a key of its own.`,
      },
    });
    expect(byKey).not.toHaveProperty("problem.pointer");
    const other = await alice.send(anonymous, { idempotencyKey: "K-1" });
    expect(other.id).not.toBe(first.id);
    expect((await alice.send(anonymous)).id).not.toBe(first.id);
    expect(await count(alice)).toBe(3);
  });

  it("with id and key is found by either", async () => {
    const alice = await trialSubmit(await open());
    await alice.send(named, { idempotencyKey: "k-1" });
    expect(await alice.send(named, { idempotencyKey: "k-2" })).toMatchObject({ id: letterId(1) });
    expect(await alice.send(named)).toMatchObject({ id: letterId(1) });
    await expect(alice.send({ ...named, id: letterId(2) }, { idempotencyKey: "k-1" })).rejects.toThrow(
      `This Idempotency-Key stands for another message that you have sent, ${letterId(1)}.`,
    );
    expect(await count(alice)).toBe(1);
  });

  it("days later, another wish about its hour and a full mailbox change nothing about it", async () => {
    const size = bytesOf({
      ...named,
      from: at("a.test", "alice")[0],
      date: "2026-11-24T00:00:00.000Z",
    }).length;
    const alice = await trialSubmit(await open(), size);
    const dated = { ...named, from: { id: "alice", host: "a.test" }, date: "2026-11-24T00:00:00.000Z" };
    const held = await alice.send(dated, { undoS: 60 });
    await alice.clock.advance(30 * day);
    const again = await alice.send(dated, { sendAt: alice.clock.now() + 3 * day });
    expect(again.id).toBe(held.id);
    expect(again).not.toHaveProperty("sendAt");
    expect(again.recipients).toMatchObject([{ nextAttemptAt: "2026-11-24T00:01:00.000Z" }]);
  });

  it("by another account is another message: ids and keys are each account's own", async () => {
    const store = await open();
    const alice = await trialSubmit(store);
    const other = submitAs(store, await openAccount(store, "alice2"), alice.clock);
    await alice.send(named, { idempotencyKey: "k-1" });
    await other.send({ ...named, subject: "Other" }, { idempotencyKey: "k-1" });
    expect([await count(alice), await count(other)]).toEqual([1, 1]);
    for (const call of [other.get, other.cancel]) {
      await expect(call(letterId(3))).rejects.toMatchObject({ problem: { code: "notFound" } });
    }
    await alice.cancel(letterId(1));
    expect((await other.get(letterId(1))).recipients).toMatchObject([{ status: "queued" }]);
  });

  it("twenty times at once is one message, and of two under one id one is refused", async () => {
    const alice = await trialSubmit(await open());
    const answers = await Promise.all(Array.from({ length: 20 }, () => alice.send(named)));
    expect(new Set(answers.map(({ id }) => id))).toEqual(new Set([letterId(1)]));
    expect(await count(alice)).toBe(1);
    const two = [named, { ...named, subject: "Bye" }].map((one) => ({ ...one, id: letterId(2) }));
    const outcomes = await Promise.allSettled([...two, ...two].map((one) => alice.send(one)));
    expect(outcomes.map(({ status }) => status).sort()).toEqual([
      "fulfilled",
      "fulfilled",
      "rejected",
      "rejected",
    ]);
    expect(await count(alice)).toBe(2);
    expect(await filledOf(alice.ctx.store, alice.accountId)).toMatchObject({ state: 2 });
  });
});

const processes = onPostgres();

it("handed to two processes at once is one message, by id and by key, and nothing of a second is left", async () => {
  const one = await trialSubmit(await processes());
  const other = one.beside(await processes());
  const work: Promise<SendAnswer>[] = [];
  for (let number = 0; number < 10; number++) {
    for (const process of [one, other, one, other]) {
      work.push(process.send({ ...anonymous, id: letterId(number) }));
      work.push(process.send(anonymous, { idempotencyKey: `key-${number}` }));
    }
  }
  const ids = new Set((await Promise.all(work)).map(({ id }) => id));
  expect(ids.size).toBe(20);
  expect(await count(one)).toBe(20);
  expect(await filledOf(one.ctx.store, one.accountId)).toMatchObject({ state: 20 });
  expect(await one.deliver("b.test")).toHaveLength(20);
});

it("of two messages under one id, handed to two processes at once, one is sent and the other told so", async () => {
  const one = await trialSubmit(await processes());
  const other = one.beside(await processes());
  for (let number = 0; number < 10; number++) {
    const id = letterId(number);
    const outcomes = await Promise.allSettled([
      one.send({ ...named, id }),
      other.send({ ...named, id, body: "x" }),
    ]);
    const refused = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
    expect(refused).toMatchObject([conflict]);
  }
  expect(await count(one)).toBe(10);
});
