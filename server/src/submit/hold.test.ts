/** What waits on the server for its hour, and what can be taken back meanwhile (§80.4 to §80.6, §50.6). */
import { formatTime, limits } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { filledOf, keptIn } from "../objects/trial-kept.ts";
import { letterId, openAccount } from "../objects/trial-mail.ts";
import { deferDelivery, settleDelivery } from "../store/delivery-store.ts";
import { eachStore, onPostgres } from "../store/each-store.ts";
import { at, day, hour, submitAs, type TrialSubmit, trialSubmit } from "./trial-submit.ts";

const bob = at("b.test", "bob");
const letter = { id: letterId(1), to: bob, subject: "Hello", body: "At ten?" };
const edit = { id: letterId(2), type: "edit", to: bob, target: letterId(1), body: "At eleven?" };
const recall = { id: letterId(3), type: "recall", to: bob, target: letterId(1) };
const notHeld = { problem: { code: "notHeld", status: 409 } };
const statuses = async (alice: TrialSubmit, id = letterId(1)) =>
  (await alice.get(id)).recipients.map(({ status }) => status);
const dates = async ({ ctx, accountId }: TrialSubmit) =>
  (await keptIn(ctx.store, accountId)).map(({ sentAt }) => formatTime(sentAt)).reverse();

eachStore("a held message", (open) => {
  it("is not sent before its time, and says until when it is held as long as it is", async () => {
    const alice = await trialSubmit(await open());
    const until = "2026-11-24T00:00:10.000Z";
    const answer = await alice.send(letter, { undoS: 10 });
    expect(answer).toMatchObject({ sendAt: until, recipients: [{ status: "queued" }] });
    await alice.clock.advance(9_999);
    expect((await alice.claim("b.test")).messages).toEqual([]);
    expect(await alice.get(letterId(1))).toMatchObject({
      sendAt: until,
      recipients: [{ nextAttemptAt: until }],
    });
    await alice.clock.advance(1);
    expect(await alice.get(letterId(1))).not.toHaveProperty("sendAt");
    expect((await alice.claim("b.test")).messages).toHaveLength(1);
    expect((await alice.get(letterId(1))).recipients).toMatchObject([{ status: "sending", attempts: 1 }]);
  });

  it.each<[string, (now: number) => { sendAt?: number; undoS?: number }, number | undefined]>([
    ["undo=0", () => ({ undoS: 0 }), undefined],
    ["undo=1", () => ({ undoS: 1 }), 1_000],
    ["undo=600", () => ({ undoS: limits.undoS }), 600_000],
    ["sendAt now", (now) => ({ sendAt: now }), undefined],
    ["sendAt in the past", (now) => ({ sendAt: now - 400 * day }), undefined],
    ["sendAt a millisecond ahead", (now) => ({ sendAt: now + 1 }), 1],
    ["sendAt 366 days ahead", (now) => ({ sendAt: now + 366 * day }), 366 * day],
  ])("by %s", async (_, how, heldMs) => {
    const alice = await trialSubmit(await open());
    const now = alice.clock.now();
    const answer = await alice.send(letter, how(now));
    expect(answer.sendAt).toBe(heldMs === undefined ? undefined : formatTime(now + heldMs));
    const expected = formatTime(now + (heldMs ?? 0));
    expect(await alice.get(letterId(1))).toMatchObject({ recipients: [{ nextAttemptAt: expected }] });
    expect(await dates(alice)).toEqual([expected]);
  });

  it.each<[string, (now: number) => { sendAt?: number; undoS?: number }, string]>([
    ["undo=601", () => ({ undoS: 601 }), "/undo"],
    ["undo=-1", () => ({ undoS: -1 }), "/undo"],
    ["undo=1.5", () => ({ undoS: 1.5 }), "/undo"],
    ["no number", () => ({ undoS: Number.NaN }), "/undo"],
    ["sendAt a millisecond more than 366 days ahead", (now) => ({ sendAt: now + 366 * day + 1 }), "/sendAt"],
  ])("by %s is refused", async (_, how, pointer) => {
    const alice = await trialSubmit(await open());
    await expect(alice.send(letter, how(alice.clock.now()))).rejects.toMatchObject({
      problem: { code: "badRequest", pointer },
    });
    expect(await filledOf(alice.ctx.store, alice.accountId)).toMatchObject({ state: 0 });
  });

  it("is taken back for all its recipients as long as none was tried; again is the same answer", async () => {
    const alice = await trialSubmit(await open());
    await alice.send({ ...letter, to: [...bob, ...at("c.test", "carol")] }, { undoS: 10 });
    await alice.clock.advance(5_000);
    const cancelled = await alice.cancel(letterId(1));
    expect(cancelled).toEqual({
      id: letterId(1),
      recipients: [
        { address: "bob@b.test", status: "cancelled", attempts: 0 },
        { address: "carol@c.test", status: "cancelled", attempts: 0 },
      ],
    });
    await alice.clock.advance(day);
    expect(await alice.cancel(letterId(1))).toEqual(cancelled);
    expect(await alice.get(letterId(1))).toEqual(cancelled);
    expect((await alice.claim("b.test")).messages).toEqual([]);
    expect(await keptIn(alice.ctx.store, alice.accountId, 3)).toHaveLength(1);
    expect((await alice.send({ ...letter, to: [...bob, ...at("c.test", "carol")] })).recipients).toEqual(
      cancelled.recipients,
    );
  });

  it("can be taken back without a hold too, while nobody has tried", async () => {
    const alice = await trialSubmit(await open());
    await alice.send(letter);
    await alice.cancel(letterId(1));
    expect(await statuses(alice)).toEqual(["cancelled"]);
  });

  it("is not taken back once one recipient was tried, and for nobody then, whatever came of the try", async () => {
    const alice = await trialSubmit(await open());
    await alice.send({ ...letter, to: [...bob, ...at("c.test", "carol")] });
    const [claimed] = (await alice.claim("b.test")).messages;
    const [delivery] = claimed?.deliveries ?? [];
    if (delivery === undefined) throw new Error("nothing was claimed");
    await expect(alice.cancel(letterId(1))).rejects.toMatchObject(notHeld);
    expect(await statuses(alice)).toEqual(["sending", "queued"]);
    const { store, clock } = alice.ctx;
    const nextAttemptAt = clock.now() + hour;
    await store.write((tx) => deferDelivery(tx, { ...delivery, nextAttemptAt, problem: undefined }));
    await expect(alice.cancel(letterId(1))).rejects.toMatchObject(notHeld);
    await store.write((tx) => settleDelivery(tx, delivery.id, "delivered", clock.now(), undefined));
    await expect(alice.cancel(letterId(1))).rejects.toMatchObject(notHeld);
    expect(await statuses(alice)).toEqual(["delivered", "queued"]);
    expect((await alice.claim("c.test")).messages).toHaveLength(1);
  });

  it("that was never sent cannot be asked for nor taken back", async () => {
    const alice = await trialSubmit(await open());
    for (const id of [letterId(9), "", "1", "../1"]) {
      await expect(alice.get(id)).rejects.toMatchObject({ problem: { code: "notFound" } });
      await expect(alice.cancel(id)).rejects.toMatchObject({ problem: { code: "notFound" } });
    }
  });
});

eachStore("what changes a held message", (open) => {
  it("is held with it, dated as it is sent, and goes after it", async () => {
    const alice = await trialSubmit(await open());
    const sendAt = alice.clock.now() + 30 * day;
    const own = { id: letterId(1), from: { id: "alice", host: "a.test" } };
    await alice.send(letter, { sendAt });
    const answers = [
      await alice.send(edit),
      await alice.send({ type: "reaction", to: bob, target: own, emoji: "👍" }),
      await alice.send(recall, { undoS: 10 }),
    ];
    expect(answers.map((answer) => answer.sendAt)).toEqual(Array(3).fill(formatTime(sendAt)));
    expect(await dates(alice)).toEqual(Array(4).fill(formatTime(sendAt)));
    await alice.clock.advance(30 * day - 1);
    expect(await alice.deliver("b.test")).toEqual([]);
    await alice.clock.advance(1);
    expect(await alice.deliver("b.test")).toEqual([letterId(1), answers[0]?.id, answers[1]?.id, letterId(3)]);
  });

  it("may be dated as that is sent, and not as it is written", async () => {
    const alice = await trialSubmit(await open());
    const sendAt = alice.clock.now() + 30 * day;
    await alice.send(letter, { sendAt });
    await expect(alice.send({ ...edit, date: formatTime(alice.clock.now()) })).rejects.toMatchObject({
      problem: { code: "invalidMessage", pointer: "/date" },
    });
    expect(await alice.send({ ...edit, date: formatTime(sendAt) })).toMatchObject({
      sendAt: formatTime(sendAt),
    });
  });

  it("later than it is held for, waits for its own hour", async () => {
    const alice = await trialSubmit(await open());
    const sendAt = formatTime(alice.clock.now() + 20 * day);
    await alice.send(letter, { undoS: 10 });
    expect(await alice.send(edit, { sendAt: alice.clock.now() + 20 * day })).toMatchObject({ sendAt });
    await alice.clock.advance(day);
    expect(await alice.deliver("b.test")).toEqual([letterId(1)]);
  });

  it("of what is itself about another is held with both and keeps behind both (I8)", async () => {
    const alice = await trialSubmit(await open());
    const thread = letterId(77);
    await alice.send({ ...letter, thread }, { undoS: 600 });
    const own = { id: letterId(1), from: { id: "alice", host: "a.test" } };
    await alice.send({ id: letterId(4), type: "reaction", to: bob, target: own, emoji: "👍" });
    const takenBack = await alice.send({ id: letterId(5), type: "recall", to: bob, target: letterId(4) });
    expect(takenBack.sendAt).toBe("2026-11-24T00:10:00.000Z");
    await alice.clock.advance(600_000);
    const [first] = (await alice.claim("b.test")).messages;
    expect(first?.messageId).toBe(letterId(1));
    const [delivery] = first?.deliveries ?? [];
    if (delivery === undefined) throw new Error("nothing was claimed");
    const { store, clock } = alice.ctx;
    const nextAttemptAt = clock.now() + hour;
    await store.write((tx) => deferDelivery(tx, { ...delivery, nextAttemptAt, problem: undefined }));
    expect(await alice.deliver("b.test")).toEqual([]);
    await alice.clock.advance(hour);
    expect(await alice.deliver("b.test")).toEqual([letterId(1), letterId(4), letterId(5)]);
  });

  it("goes at once when the message has been sent, or is not the account's own", async () => {
    const alice = await trialSubmit(await open());
    await alice.send(letter, { undoS: 10 });
    await alice.clock.advance(10_000);
    expect(await alice.send(edit)).not.toHaveProperty("sendAt");
    expect(await alice.send({ ...recall, target: letterId(99) })).not.toHaveProperty("sendAt");
  });
});

eachStore("when a held message is taken back", (open) => {
  const own = (id: string) => ({ id, from: { id: "alice", host: "a.test" } });
  const reaction = { id: letterId(4), type: "reaction", to: bob, target: own(letterId(1)), emoji: "👍" };
  const unreact = { id: letterId(5), type: "recall", to: bob, target: letterId(4) };

  it("all that is about it goes with it, and what is about that; nothing else does", async () => {
    const alice = await trialSubmit(await open());
    const thread = letterId(77);
    await alice.send({ ...letter, thread }, { undoS: 60 });
    await alice.send({ ...edit, to: [...bob, ...at("c.test", "carol")] });
    await alice.send(reaction);
    await alice.send(unreact);
    await alice.send({ ...letter, id: letterId(6), thread }, { undoS: 60 });
    await alice.send({ ...edit, id: letterId(7), target: letterId(6) });
    await alice.cancel(letterId(1));
    expect(await statuses(alice, letterId(2))).toEqual(["cancelled", "cancelled"]);
    expect(await statuses(alice, letterId(4))).toEqual(["cancelled"]);
    expect(await statuses(alice, letterId(5))).toEqual(["cancelled"]);
    await alice.clock.advance(60_000);
    expect(await alice.deliver("b.test")).toEqual([letterId(6), letterId(7)]);
    expect(await alice.deliver("c.test")).toEqual([]);
  });

  it("what was handed over before the message that it is about goes with it too", async () => {
    const alice = await trialSubmit(await open());
    await alice.send(edit, { undoS: 60 });
    await alice.send(letter, { undoS: 60 });
    await alice.cancel(letterId(1));
    await alice.clock.advance(60_000);
    expect(await alice.deliver("b.test")).toEqual([]);
  });

  it("nothing about it is taken any more, and the sender is told why", async () => {
    const alice = await trialSubmit(await open());
    await alice.send(letter, { undoS: 60 });
    await alice.send(reaction);
    await alice.cancel(letterId(1));
    for (const message of [edit, recall, { ...reaction, id: letterId(8) }, unreact]) {
      await expect(alice.send(message)).rejects.toMatchObject({
        problem: { code: "gone", pointer: "/target", detail: expect.stringContaining("taken back") },
      });
    }
    // What was taken before, and went with it, is still answered for.
    expect((await alice.send(reaction)).recipients).toMatchObject([{ status: "cancelled" }]);
    await alice.clock.advance(day);
    expect(await alice.deliver("b.test")).toEqual([]);
  });

  it("what has left of something about it has left; the rest goes no further", async () => {
    const alice = await trialSubmit(await open());
    await alice.send(letter);
    await alice.send({ ...edit, to: [...bob, ...at("c.test", "carol")] });
    expect(await alice.deliver("c.test")).toEqual([letterId(2)]);
    await alice.cancel(letterId(1));
    expect(await statuses(alice, letterId(2))).toEqual(["cancelled", "delivered"]);
  });

  it("too late, what is about it stays in the queue like itself", async () => {
    const alice = await trialSubmit(await open());
    await alice.send(letter);
    await alice.send(edit);
    await alice.claim("b.test");
    await expect(alice.cancel(letterId(1))).rejects.toMatchObject(notHeld);
    expect(await statuses(alice, letterId(2))).toEqual(["queued"]);
  });

  it("what another account has sent about the same id stays", async () => {
    const store = await open();
    const alice = await trialSubmit(store);
    const bert = submitAs(store, await openAccount(store, "bert", 10_000_000), alice.clock, "bert");
    await alice.send(letter, { undoS: 60 });
    await bert.send({ ...reaction, to: at("b.test", "bob") });
    await alice.cancel(letterId(1));
    expect(await bert.deliver("b.test")).toEqual([letterId(4)]);
  });
});

const processes = onPostgres();

it("of a taking back and a first attempt at once, one wins whole", async () => {
  const one = await trialSubmit(await processes());
  const other = one.beside(await processes());
  const to = Array.from({ length: 20 }, (_, number) => ({ id: `user${number}`, host: "b.test" }));
  for (let number = 0; number < 15; number++) {
    const id = letterId(number);
    await one.send({ ...letter, id, to });
    const [taken, cancelled] = await Promise.all([
      other.claim("b.test"),
      one.cancel(id).then(
        () => true,
        (error) => {
          expect(error).toMatchObject(notHeld);
          return false;
        },
      ),
    ]);
    const claimed = taken.messages.flatMap(({ messageId, deliveries }) =>
      messageId === id ? deliveries : [],
    );
    const late = cancelled
      ? []
      : (await other.claim("b.test")).messages.flatMap(({ deliveries }) => deliveries);
    expect(claimed.length + late.length).toBe(cancelled ? 0 : 20);
    expect(new Set(await statuses(one, id)).size).toBe(1);
  }
});

it("of a taking back and an edit at once, the edit is refused or goes with it", async () => {
  const one = await trialSubmit(await processes());
  const other = one.beside(await processes());
  for (let number = 0; number < 30; number += 2) {
    const [id, editId] = [letterId(number), letterId(number + 1)];
    await one.send({ ...letter, id }, { undoS: 60 });
    const [sent] = await Promise.all([
      other.send({ ...edit, id: editId, target: id }).then(
        () => true,
        (error) => {
          expect(error).toMatchObject({ problem: { code: "gone" } });
          return false;
        },
      ),
      one.cancel(id),
    ]);
    if (sent) expect(await statuses(one, editId)).toEqual(["cancelled"]);
  }
});
