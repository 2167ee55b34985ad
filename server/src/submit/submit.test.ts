import {
  formatTime,
  limits,
  readMessage,
  type SendAnswer,
  SendAnswerSchema,
  shape,
} from "@posthorn/protocol";
import { describe, expect, it } from "vitest";
import { filledOf, keptIn } from "../objects/trial-kept.ts";
import { letterId } from "../objects/trial-mail.ts";
import { summariseQueue } from "../store/delivery-store.ts";
import { eachStore } from "../store/each-store.ts";
import { listMailboxes } from "../store/mailbox-store.ts";
import { submit, submitBatch } from "./submit.ts";
import { at, bytesOf, day, type TrialSubmit, trialSubmit } from "./trial-submit.ts";

const answerShape = shape(SendAnswerSchema);
const bob = at("b.test", "bob");
const letter = { to: bob, subject: "Hello", body: "At ten?" };
const whole = {
  ...letter,
  id: letterId(1),
  from: { id: "alice", host: "a.test" },
  date: "2026-11-24T00:00:00Z",
};
const statuses = ({ recipients }: SendAnswer) =>
  Object.fromEntries(recipients.map(({ address, status }) => [address, status]));

/** The messages in Sent, newest first, with their bytes. */
function sent({ ctx, accountId }: TrialSubmit) {
  return keptIn(ctx.store, accountId, 3);
}

/** Nothing of the account has changed since it was made. */
async function isUntouched({ ctx, accountId, woken, clock }: TrialSubmit): Promise<void> {
  expect(await filledOf(ctx.store, accountId)).toEqual({ usedBytes: 0, state: 0 });
  expect(await summariseQueue(ctx.store.read, clock.now())).toEqual([]);
  expect(woken).toEqual([]);
}

eachStore("a message handed over", (open) => {
  it("is in Sent, read, and waits for each recipient once; their hosts are woken once it is stored", async () => {
    const alice = await trialSubmit(await open());
    const answer = await alice.send({
      ...letter,
      to: [...bob, ...at("c.test", "carol"), ...at("b.test", "BOB")],
      cc: [...at("b.test", "bob+work", "ben"), ...at("a.test", "dan")],
    });
    expect(answerShape.parse(answer)).toBe(answer);
    expect(statuses(answer)).toEqual({
      "bob@b.test": "queued",
      "carol@c.test": "queued",
      "bob+work@b.test": "queued",
      "ben@b.test": "queued",
      "dan@a.test": "queued",
    });
    expect(answer).not.toHaveProperty("sendAt");
    expect(alice.woken.sort()).toEqual(["a.test", "b.test", "c.test"]);
    expect(await sent(alice)).toMatchObject([
      { messageId: answer.id, subject: "Hello", keywords: ["$seen"], mailboxes: [3] },
    ]);
    const mailboxes = await listMailboxes(alice.ctx.store.read, alice.accountId);
    expect(mailboxes.find(({ role }) => role === "sent")).toMatchObject({ total: 1, unread: 0 });
    const status = await alice.get(answer.id);
    expect(status.recipients).toMatchObject(
      answer.recipients.map((one) => ({ ...one, attempts: 0, nextAttemptAt: formatTime(alice.clock.now()) })),
    );
    const taken = await alice.claim("b.test");
    expect(taken.messages).toHaveLength(1);
    expect(taken.messages[0]?.deliveries.map(({ recipient }) => recipient)).toEqual([
      "bob",
      "bob+work",
      "ben",
    ]);
  });

  it("that lacks nothing goes on byte for byte", async () => {
    const alice = await trialSubmit(await open());
    const bytes = new TextEncoder().encode(`\n ${JSON.stringify({ ...whole, later: [1.0, "\u00e9"] })}\r\n`);
    await alice.send(bytes);
    const [kept] = await sent(alice);
    expect(Buffer.from(kept?.bytes ?? []).equals(bytes)).toBe(true);
    const [claimed] = (await alice.claim("b.test")).messages;
    expect(Buffer.from(claimed?.bytes ?? []).equals(bytes)).toBe(true);
  });

  it("that lacks id, date and sender gets them, and no other byte of it changes", async () => {
    const alice = await trialSubmit(await open());
    const others = ` "to": ${JSON.stringify(bob)},\r\n"subject":"\\u0048ello","later":[12345678901234567890, -0, 1.0]}\n`;
    const answer = await alice.send(new TextEncoder().encode(`{"id":null,${others}`));
    const [kept] = await sent(alice);
    const from = '{"id":"alice","host":"a.test"}';
    expect(new TextDecoder().decode(kept?.bytes)).toBe(
      `{"date":"2026-11-24T00:00:00.000Z","from":${from},"id":"${answer.id}",${others}`,
    );
    expect(readMessage(kept?.bytes ?? new Uint8Array()).id).toBe(answer.id);
    const other = await alice.send(letter);
    expect(other.id).not.toBe(answer.id);
  });

  it.each([
    [
      "an invitation",
      { type: "calendar_invite", title: "Minutes", startTime: "2026-12-01T10:00:00Z" },
      "organizer",
    ],
    [
      "an answer",
      { type: "calendar_reply", organizer: bob[0], uid: "u", participationStatus: "accepted" },
      "from",
    ],
  ])("that is %s without its sender is sent by the account", async (_, fields, member) => {
    const alice = await trialSubmit(await open());
    await alice.send({ to: bob, ...fields });
    const [kept] = await sent(alice);
    expect(JSON.parse(new TextDecoder().decode(kept?.bytes))).toMatchObject({
      [member]: { id: "alice", host: "a.test" },
    });
  });

  it("may be sent under any tag and in any case of the account's name", async () => {
    const alice = await trialSubmit(await open());
    for (const [number, id] of ["alice+shop", "ALICE", "Alice+X"].entries()) {
      await alice.send({ ...whole, id: letterId(number), from: { id, host: "a.test" } });
    }
    expect(await sent(alice)).toHaveLength(3);
  });

  it.each<[string, object, string, string | undefined]>([
    ["another account", { from: { id: "bob", host: "a.test" } }, "forbidden", "/from"],
    ["an account whose name begins alike", { from: { id: "alice.b", host: "a.test" } }, "forbidden", "/from"],
    ["the account's name at another host", { from: { id: "alice", host: "b.test" } }, "forbidden", "/from"],
    [
      "the account's name at our host and a port",
      { from: { id: "alice", host: "a.test:8443" } },
      "forbidden",
      "/from",
    ],
    [
      "another organizer",
      { type: "calendar_invite", from: undefined, organizer: bob[0], title: "t", startTime: whole.date },
      "forbidden",
      "/organizer",
    ],
    [
      "an organizer that differs from the sender",
      { type: "calendar_invite", organizer: bob[0], title: "t", startTime: whole.date },
      "invalidMessage",
      "/from",
    ],
    [
      "a recipient with a port",
      { to: [...bob, ...at("c.test:8443", "carol")] },
      "invalidMessage",
      "/to/1/host",
    ],
    ["a copy with a port", { cc: at("c.test:8443", "carol") }, "invalidMessage", "/cc/0/host"],
    ["no recipient", { to: [] }, "invalidMessage", "/to"],
    ["501 recipients", { to: at("b.test", ...names(501)) }, "invalidMessage", "/to"],
    ["a subject over lines", { subject: "a\nb" }, "invalidMessage", "/subject"],
    ["half a seal", { encryptedBody: "AAAA" }, "invalidMessage", undefined],
  ])("with %s is refused with the field at fault, and nothing is kept", async (_, fields, code, pointer) => {
    const alice = await trialSubmit(await open());
    await expect(alice.send({ ...whole, ...fields })).rejects.toMatchObject({
      problem: { code, ...(pointer === undefined ? {} : { pointer }) },
    });
    await isUntouched(alice);
  });

  it.each<[string, string | Uint8Array, string]>([
    ["no JSON", "Hello", "badJson"],
    ["nothing", "", "badJson"],
    ["a list", "[]", "invalidMessage"],
    ["a member twice", '{"subject":"a","subject":"b"}', "badJson"],
    ["more than 256 KiB", JSON.stringify({ ...whole, later: "x".repeat(limits.messageBytes) }), "tooLarge"],
    [
      "more than 256 KiB once it is complete",
      JSON.stringify({ ...letter, later: "x".repeat(limits.messageBytes - 110) }),
      "tooLarge",
    ],
  ])("that is %s is refused, and nothing is kept", async (_, body, code) => {
    const alice = await trialSubmit(await open());
    const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
    await expect(alice.send(bytes)).rejects.toMatchObject({ problem: { code } });
    await isUntouched(alice);
  });

  it("goes to a host with a port where that is allowed", async () => {
    const alice = await trialSubmit(await open());
    const local = { ...alice.ctx, allowPorts: true };
    const body = bytesOf({ ...letter, to: at("c.localhost:8443", "carol") });
    const { answer } = await submit(local, { accountId: alice.accountId, accountName: "alice", body });
    expect(statuses(answer)).toEqual({ "carol@c.localhost:8443": "queued" });
  });

  it("takes of the account's room what it has, and is refused whole when there is less", async () => {
    const size = bytesOf(whole).length;
    const alice = await trialSubmit(await open(), size * 2);
    await alice.send(whole);
    await expect(alice.send({ ...whole, id: letterId(2), subject: "Hello!" })).rejects.toMatchObject({
      problem: { code: "mailboxFull", status: 507 },
    });
    expect(await filledOf(alice.ctx.store, alice.accountId)).toEqual({ usedBytes: size, state: 1 });
    expect((await alice.claim("b.test")).messages).toHaveLength(1);
    await alice.send({ ...whole, id: letterId(2) });
    expect(await filledOf(alice.ctx.store, alice.accountId)).toMatchObject({ usedBytes: size * 2 });
  });

  it("to 500 recipients on 100 hosts waits for each of them", async () => {
    const alice = await trialSubmit(await open());
    const to = Array.from({ length: 500 }, (_, n) => ({ id: `user${n}`, host: `h${n % 100}.test` }));
    const answer = await alice.send({ ...letter, to });
    expect(answer.recipients.map(({ address }) => address)).toEqual(
      to.map(({ id, host }) => `${id}@${host}`),
    );
    expect((await alice.get(answer.id)).recipients).toHaveLength(500);
    expect(new Set(alice.woken).size).toBe(100);
    expect((await alice.claim("h7.test")).messages[0]?.deliveries).toHaveLength(5);
  });

  it("to oneself waits for oneself, like any other", async () => {
    const alice = await trialSubmit(await open());
    const answer = await alice.send({ ...letter, to: at("a.test", "alice") });
    expect(statuses(answer)).toEqual({ "alice@a.test": "queued" });
    expect((await alice.claim("a.test")).messages).toHaveLength(1);
  });

  it("as a blind copy is a message of its own, and neither names the other's recipient", async () => {
    const alice = await trialSubmit(await open());
    await alice.send(whole);
    await alice.send({ ...whole, id: letterId(2), to: at("c.test", "carol") });
    const [seen] = (await alice.claim("b.test")).messages;
    const [blind] = (await alice.claim("c.test")).messages;
    expect(new TextDecoder().decode(seen?.bytes)).not.toContain("carol");
    expect(new TextDecoder().decode(blind?.bytes)).not.toContain("bob");
  });
});

describe("the date of a message", () => {
  eachStore("which is sent now or later", (open) => {
    it.each<[string, number, boolean]>([
      ["four days before its first try", -4 * day, true],
      ["a second more before it", -4 * day - 1_000, false],
      ["a day after it", day, true],
      ["a second more after it", day + 1_000, false],
    ])("%s", async (_, offsetMs, taken) => {
      const alice = await trialSubmit(await open());
      for (const [number, wait] of [0, 20 * day].entries()) {
        const firstTry = alice.clock.now() + wait;
        const message = { ...whole, id: letterId(number), date: formatTime(firstTry + offsetMs) };
        const answer = alice.send(message, wait === 0 ? {} : { sendAt: firstTry });
        if (taken) expect(await answer).toMatchObject({ id: letterId(number) });
        else
          await expect(answer).rejects.toMatchObject({
            problem: { code: "invalidMessage", pointer: "/date" },
          });
      }
    });

    it("is that of its first try when it is left out", async () => {
      const alice = await trialSubmit(await open());
      await alice.send(letter, { sendAt: alice.clock.now() + 300 * day });
      await alice.send(letter, { undoS: 600 });
      expect((await sent(alice)).map(({ sentAt }) => formatTime(sentAt))).toEqual([
        "2026-11-24T00:10:00.000Z",
        "2027-09-20T00:00:00.000Z",
      ]);
    });
  });
});

eachStore("a batch handed over", (open) => {
  it("is taken in order, one answer a line, and a line that is refused harms no other", async () => {
    const alice = await trialSubmit(await open());
    const lines = Array.from({ length: 30 }, (_, number) =>
      number % 7 === 3 ? { ...whole, to: [] } : { ...whole, id: letterId(number), thread: letterId(99) },
    );
    const answers = await submitBatch(alice.ctx, lines.map(bytesOf), (body) =>
      alice.send(body).then(
        ({ id }) => id,
        () => "refused",
      ),
    );
    expect(answers).toEqual(lines.map(({ id }, number) => (number % 7 === 3 ? "refused" : id)));
    const taken = answers.filter((id) => id !== "refused");
    expect((await sent(alice)).map(({ messageId }) => messageId).reverse()).toEqual(taken);
    expect(await alice.deliver("b.test")).toEqual(taken);
  });

  it("keeps an edit behind its message also when both come in it", async () => {
    const alice = await trialSubmit(await open());
    const edit = { to: bob, type: "edit", id: letterId(2), target: letterId(1), body: "At eleven?" };
    const later = { sendAt: alice.clock.now() + 20 * day };
    await submitBatch(alice.ctx, [whole, edit].map(dateless).map(bytesOf), (body) => alice.send(body, later));
    await alice.clock.advance(20 * day);
    expect(await alice.deliver("b.test")).toEqual([letterId(1), letterId(2)]);
  });
});

function names(count: number): string[] {
  return Array.from({ length: count }, (_, number) => `user${number}`);
}

function dateless<T extends object>(message: T): object {
  return { ...message, date: undefined };
}
