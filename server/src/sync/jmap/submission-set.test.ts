/** Sending what lies in the account, with the errors and the follow-up of RFC 8621 §7.5. */
import { readMessage } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { HandClock } from "../../env/hand-clock.ts";
import { openAccount } from "../../objects/trial-mail.ts";
import { claim } from "../../queue/claim.ts";
import { setSuspended } from "../../store/account-store.ts";
import { eachStore, type OpenTestStore } from "../../store/each-store.ts";
import { findMessageBytes, listGone } from "../../store/object-store.ts";
import type { Store } from "../../store/sql.ts";
import { type Answer, callerOf, methodsOn, type TrialJmap, trialJmap } from "./trial-jmap.ts";
import { type TrialSubmission, trialSubmission } from "./trial-submission.ts";

interface Bob extends TrialJmap {
  store: Store;
  ctx: TrialSubmission;
  clock: HandClock;
  accountId: number;
}

async function withBob(open: OpenTestStore, scopes?: Parameters<typeof callerOf>[1]): Promise<Bob> {
  const store = await open();
  const accountId = await openAccount(store, "bob", 10_000_000);
  const clock = new HandClock();
  const ctx = trialSubmission(store, clock);
  const jmap = trialJmap(methodsOn(store, ctx), callerOf(accountId, scopes));
  return { ...jmap, store, ctx, clock, accountId };
}

const draft = {
  mailboxIds: { f2: true },
  keywords: { $draft: true, $seen: true },
  from: [{ name: "Bob", email: "bob@a.test" }],
  to: [{ name: null, email: "alice@b.test" }],
  subject: "Hello",
  bodyValues: { t: { value: "Shall we meet at ten?" } },
  textBody: [{ partId: "t", type: "text/plain" }],
};

/** Makes a draft; its id. */
async function write(bob: Bob, fields: object = {}): Promise<string> {
  const { created, notCreated } = await bob.call("Email/set", { create: { k: { ...draft, ...fields } } });
  if (created === null) throw new Error(JSON.stringify(notCreated));
  return created.k.id;
}

function send(bob: Bob, emailId: string, more: object = {}): Promise<Answer> {
  return bob.call("EmailSubmission/set", { create: { s: { emailId, identityId: "i1", ...more } } });
}

async function refusal(bob: Bob, emailId: string, more: object = {}): Promise<Answer> {
  const { created, notCreated } = await send(bob, emailId, more);
  expect(created).toBeNull();
  return notCreated.s;
}

/** What the queue would send to a host. */
async function leaving({ store, ctx }: Bob, host: string) {
  const limits = { messages: 100, bytes: 1_000_000, leaseMs: 60_000 };
  const { messages } = await store.write((tx) => claim(tx, host, ctx.clock.now(), limits));
  return messages.map(({ bytes, deliveries }) => ({
    message: readMessage(bytes),
    to: deliveries.map(({ recipient }) => recipient),
  }));
}

async function emailOf(bob: Bob, id: string, properties: string[]): Promise<Answer> {
  return (await bob.call("Email/get", { ids: [id], properties, fetchTextBodyValues: true })).list[0];
}

eachStore("a draft over JMAP", (open) => {
  it("is sent as the message that says the same, and stays where it is with its marks", async () => {
    const bob = await withBob(open);
    const id = await write(bob);
    const before = await emailOf(bob, id, ["threadId", "mailboxIds", "keywords", "receivedAt", "sentAt"]);
    const { created } = await send(bob, id);
    expect(created.s).toMatchObject({
      id: `s${id.slice(1)}`,
      threadId: before.threadId,
      undoStatus: "pending",
    });
    expect(await emailOf(bob, id, Object.keys(before))).toEqual(before);
    const after = await emailOf(bob, id, ["subject", "textBody", "bodyValues", "wire", "messageId"]);
    expect(after).toMatchObject({ subject: "Hello", wire: { type: "email", sealed: false } });
    expect(Object.values(after.bodyValues)).toMatchObject([{ value: "Shall we meet at ten?" }]);
    const [left, ...others] = await leaving(bob, "b.test");
    expect(others).toEqual([]);
    expect(left).toMatchObject({
      to: ["alice"],
      message: {
        id: after.wire.id,
        from: { id: "bob", host: "a.test" },
        to: [{ id: "alice", host: "b.test" }],
        subject: "Hello",
        body: "Shall we meet at ten?",
        thread: before.threadId.slice(1),
      },
    });
    expect(bob.ctx.charged).toEqual([1]);
  });

  it("is made and sent and moved in one request, by creation ids (§7.5.1)", async () => {
    const bob = await withBob(open);
    const answers = await bob.ask([
      ["Email/set", { accountId: bob.id, create: { draft } }, "0"],
      [
        "EmailSubmission/set",
        {
          accountId: bob.id,
          create: { sendIt: { emailId: "#draft", identityId: "i1" } },
          onSuccessUpdateEmail: {
            "#sendIt": { "mailboxIds/f2": null, "mailboxIds/f3": true, "keywords/$draft": null },
            "#another": { "keywords/$flagged": true },
          },
        },
        "1",
      ],
    ]);
    expect(answers.map(([name, , callId]: Answer) => [name, callId])).toEqual([
      ["Email/set", "0"],
      ["EmailSubmission/set", "1"],
      ["Email/set", "1"],
    ]);
    const { id } = answers[0][1].created.draft;
    expect(answers[2][1].updated).toEqual({ [id]: null });
    expect(await emailOf(bob, id, ["mailboxIds", "keywords"])).toMatchObject({
      mailboxIds: { f3: true },
      keywords: { $seen: true },
    });
  });

  it("is destroyed when it was sent, if the client wants that, and arrives all the same", async () => {
    const bob = await withBob(open);
    const id = await write(bob);
    const create = { s: { emailId: id, identityId: "i1" } };
    const onSuccessDestroyEmail = ["#s"];
    const answers = await bob.ask([
      ["EmailSubmission/set", { accountId: bob.id, create, onSuccessDestroyEmail }, "0"],
    ]);
    expect(answers[1]).toMatchObject(["Email/set", { destroyed: [id] }, "0"]);
    expect((await bob.call("Email/get", { ids: [id] })).notFound).toEqual([id]);
    expect(await leaving(bob, "b.test")).toMatchObject([{ message: { subject: "Hello" } }]);
    const { list } = await bob.call("EmailSubmission/get", { ids: [`s${id.slice(1)}`] });
    expect(list).toMatchObject([{ emailId: id, threadId: expect.stringMatching(/^t0/) }]);
  });

  it("is left as it is by what could not be sent: nothing follows", async () => {
    const bob = await withBob(open);
    const id = await write(bob, { to: [] });
    const answers = await bob.ask([
      [
        "EmailSubmission/set",
        {
          accountId: bob.id,
          create: { s: { emailId: id, identityId: "i1" } },
          onSuccessUpdateEmail: { "#s": { "keywords/$draft": null } },
          onSuccessDestroyEmail: ["#s"],
        },
        "0",
      ],
    ]);
    expect(answers).toHaveLength(1);
    expect(answers[0][1].notCreated.s.type).toBe("noRecipients");
    expect(await emailOf(bob, id, ["keywords"])).toMatchObject({ keywords: { $draft: true } });
  });

  it("is sent once: the second time is refused, and at the same moment one of two is", async () => {
    const bob = await withBob(open);
    const id = await write(bob);
    const both = await Promise.all([send(bob, id), send(bob, id)]);
    expect(both.filter(({ created }) => created !== null)).toHaveLength(1);
    expect(await refusal(bob, id)).toMatchObject({ type: "alreadyExists", existingId: `s${id.slice(1)}` });
    expect(await leaving(bob, "b.test")).toHaveLength(1);
  });

  it("goes to blind recipients as a message of their own, which nobody else is told of", async () => {
    const bob = await withBob(open);
    const id = await write(bob, {
      cc: [{ name: null, email: "carol@b.test" }],
      bcc: [
        { name: null, email: "dave@b.test" },
        { name: null, email: "eve@c.test" },
      ],
    });
    const { created } = await send(bob, id);
    const sent = await leaving(bob, "b.test");
    expect(sent.map(({ to }) => to).toSorted()).toEqual([["alice", "carol"], ["dave"]]);
    const texts = sent.map(({ message }) => JSON.stringify(message));
    expect(texts.filter((text) => text.includes("dave"))).toHaveLength(1);
    expect(texts.filter((text) => text.includes("eve"))).toHaveLength(0);
    const hidden = sent.find(({ to }) => to[0] === "dave");
    expect(hidden?.message).toMatchObject({ to: [{ id: "dave" }], subject: "Hello" });
    expect(hidden?.message).not.toHaveProperty("cc");
    // The account has one message, which shows its owner whom it went to.
    const all = await bob.call("Email/get", { ids: null, properties: ["to", "cc", "bcc"] });
    expect(all.list).toMatchObject([{ id, bcc: [{ email: "dave@b.test" }, { email: "eve@c.test" }] }]);
    expect(Object.keys(created.s.deliveryStatus).toSorted()).toEqual([
      "alice@b.test",
      "carol@b.test",
      "dave@b.test",
      "eve@c.test",
    ]);
    expect(bob.ctx.charged).toEqual([4]);
  });

  it("keeps its files, as the message's and for each blind recipient", async () => {
    const bob = await withBob(open);
    const id = await write(bob, {
      bcc: [{ name: null, email: "dave@b.test" }],
      bodyValues: { t: { value: "See there." }, f: { value: "a file" } },
      attachments: [{ partId: "f", type: "text/plain", name: "notes.txt", disposition: "attachment" }],
    });
    await send(bob, id);
    expect(await emailOf(bob, id, ["hasAttachment", "attachments"])).toMatchObject({
      hasAttachment: true,
      attachments: [{ name: "notes.txt", size: 6 }],
    });
    const sent = await leaving(bob, "b.test");
    expect(sent.map(({ message }) => message)).toMatchObject([
      { attachments: [{ filename: "notes.txt", size: 6 }] },
      { attachments: [{ filename: "notes.txt", size: 6 }] },
    ]);
  });

  it("takes as much room as what it has become", async () => {
    const bob = await withBob(open);
    const used = async () =>
      (await bob.store.read.get({ strings: ["SELECT used_bytes FROM account"], values: [] }))?.used_bytes;
    const id = await write(bob, { bcc: [{ name: null, email: "dave@b.test" }] });
    await send(bob, id);
    const bytes = await findMessageBytes(bob.store.read, bob.accountId, Number(id.slice(1)));
    expect(await used()).toBe(bytes?.length);
    await bob.call("Email/set", { destroy: [id] });
    expect(await used()).toBe(0);
  });

  it("leaves nothing of a blind copy once it has arrived", async () => {
    const bob = await withBob(open);
    const id = await write(bob, { bcc: [{ name: null, email: "dave@c.test" }] });
    await send(bob, id);
    expect(await listGone(bob.store.read, 10)).toEqual([]);
    const [blind] = await leaving(bob, "c.test");
    expect(blind?.to).toEqual(["dave"]);
    await bob.store.write((tx) =>
      tx.run({
        strings: ["UPDATE delivery SET settled_at = 1, state = 'delivered' WHERE host = 'c.test'"],
        values: [],
      }),
    );
    expect(await listGone(bob.store.read, 10)).toHaveLength(1);
  });
});

eachStore("an envelope over JMAP", (open) => {
  const mailFrom = { email: "bob@a.test" };

  it("says whom it goes to: who is in no header is a blind recipient, and who is in a header only is none", async () => {
    const bob = await withBob(open);
    const id = await write(bob, { bcc: [{ name: null, email: "eve@b.test" }] });
    const rcptTo = [{ email: "Alice@b.test" }, { email: "dave@b.test" }];
    const { created } = await send(bob, id, { envelope: { mailFrom, rcptTo } });
    expect(created.s.envelope.rcptTo.map(({ email }: Answer) => email)).toEqual([
      "alice@b.test",
      "dave@b.test",
    ]);
    expect((await leaving(bob, "b.test")).map(({ to }) => to)).toEqual([["alice"], ["dave"]]);
  });

  it.each([
    ["HOLDFOR", "3600", "2026-11-24T01:00:00Z"],
    ["holdfor", "3600", "2026-11-24T01:00:00Z"],
    ["HOLDUNTIL", "2026-11-25T00:00:00Z", "2026-11-25T00:00:00Z"],
    ["HOLDUNTIL", "2026-11-25T02:00:00+02:00", "2026-11-25T00:00:00Z"],
    ["HOLDUNTIL", "2026-11-20T00:00:00Z", "2026-11-24T00:00:00Z"],
  ])("holds it by %s=%s until %s (RFC 4865)", async (name, value, sendAt) => {
    const bob = await withBob(open);
    const id = await write(bob);
    const envelope = {
      mailFrom: { ...mailFrom, parameters: { [name]: value } },
      rcptTo: [{ email: "alice@b.test" }],
    };
    const { created } = await send(bob, id, { envelope });
    expect(created.s.sendAt).toBe(sendAt);
    const now = bob.clock.now();
    expect(await leaving(bob, "b.test")).toHaveLength(Date.parse(sendAt) > now ? 0 : 1);
    await bob.clock.advance(Date.parse(sendAt) - now);
    expect(await leaving(bob, "b.test")).toHaveLength(Date.parse(sendAt) > now ? 1 : 0);
  });

  it("dates what is held long as it leaves, and what leaves soon as it was written", async () => {
    const bob = await withBob(open);
    const rcptTo = [{ email: "alice@b.test" }];
    const held = async (seconds: number) => {
      const parameters = { HOLDFOR: String(seconds) };
      const id = await write(bob);
      await send(bob, id, { envelope: { mailFrom: { ...mailFrom, parameters }, rcptTo } });
      return (await emailOf(bob, id, ["sentAt"])).sentAt;
    };
    expect(await held(3_600)).toBe("2026-11-24T00:00:00Z");
    expect(await held(30 * 86_400)).toBe("2026-12-24T00:00:00Z");
  });

  it.each([
    [{ HOLDFOR: "soon" }],
    [{ HOLDFOR: null }],
    [{ HOLDFOR: "-1" }],
    [{ HOLDUNTIL: "tomorrow" }],
    [{ HOLDFOR: "31536001" }],
    [{ HOLDFOR: "1", HOLDUNTIL: "2026-11-25T00:00:00Z" }],
    [{ SIZE: "100" }],
  ])("with %j is not understood", async (parameters) => {
    const bob = await withBob(open);
    const envelope = { mailFrom: { ...mailFrom, parameters }, rcptTo: [{ email: "alice@b.test" }] };
    const reason = await refusal(bob, await write(bob), { envelope });
    expect(reason).toMatchObject({ type: "invalidProperties", properties: ["envelope"] });
  });

  it("leaves from the account's own address alone", async () => {
    const bob = await withBob(open);
    const envelope = (email: string) => ({
      envelope: { mailFrom: { email }, rcptTo: [{ email: "alice@b.test" }] },
    });
    expect((await refusal(bob, await write(bob), envelope("carol@a.test"))).type).toBe("forbiddenMailFrom");
    expect((await send(bob, await write(bob), envelope("bob+shop@a.test"))).created).not.toBeNull();
  });
});

eachStore("what cannot be sent over JMAP", (open) => {
  it.each([
    ["noRecipients", { to: [] }, {}],
    ["invalidRecipients", { to: [{ name: null, email: "alice" }] }, { invalidRecipients: ["alice"] }],
    ["invalidRecipients", { to: [{ name: null, email: "alice@b.test:8443" }] }, {}],
    ["forbiddenFrom", { from: [{ name: null, email: "carol@a.test" }] }, {}],
    ["forbiddenFrom", { from: [{ name: null, email: "bob@b.test" }] }, {}],
    ["invalidEmail", { from: [] }, { properties: ["from"] }],
    [
      "invalidEmail",
      { from: [draft.from[0], { name: null, email: "bob+x@a.test" }] },
      { properties: ["from"] },
    ],
    ["invalidEmail", { subject: "x".repeat(1_001) }, { properties: ["subject"] }],
    ["tooLarge", { bodyValues: { t: { value: "x".repeat(200_001) } } }, {}],
    [
      "tooManyRecipients",
      { to: Array.from({ length: 501 }, (_, at) => ({ name: null, email: `u${at}@b.test` })) },
      {},
    ],
  ])("is refused as %s: %j", async (type, fields, more) => {
    const bob = await withBob(open);
    const id = await write(bob, fields);
    const reason = await refusal(bob, id);
    expect(reason).toMatchObject({ type, ...more });
    expect(reason.description).toMatch(/^[A-Z“].*\.$/);
    // Nothing of it is left but the draft.
    expect(await leaving(bob, "b.test")).toEqual([]);
    expect((await bob.call("EmailSubmission/get", { ids: null })).list).toEqual([]);
    expect((await emailOf(bob, id, ["keywords"])).keywords).toMatchObject({ $draft: true });
  });

  it("is a message or an identity that is not there", async () => {
    const bob = await withBob(open);
    const id = await write(bob);
    for (const emailId of ["m999", "s1", "#none"]) {
      expect(await refusal(bob, emailId)).toMatchObject({
        type: "invalidProperties",
        properties: ["emailId"],
      });
    }
    expect(await refusal(bob, id, { identityId: "i99" })).toMatchObject({
      type: "invalidProperties",
      properties: ["identityId"],
    });
    expect((await refusal(bob, id, { sendAt: "2026-11-25T00:00:00Z" })).properties).toEqual(["sendAt"]);
  });

  it("is anything, with a token that may not send", async () => {
    const bob = await withBob(open, ["read", "draft"]);
    const create = { s: { emailId: await write(bob), identityId: "i1" } };
    const [answer] = await bob.ask([["EmailSubmission/set", { accountId: bob.id, create }, "0"]]);
    expect(answer).toMatchObject(["error", { type: "forbidden" }, "0"]);
  });

  it("is moved afterwards by nobody who may only send", async () => {
    const bob = await withBob(open);
    const id = await write(bob);
    const methods = methodsOn(bob.store, bob.ctx);
    const sender = trialJmap(methods, callerOf(bob.accountId, ["send"]));
    const answers = await sender.ask([
      [
        "EmailSubmission/set",
        {
          accountId: bob.id,
          create: { s: { emailId: id, identityId: "i1" } },
          onSuccessUpdateEmail: { "#s": { "keywords/$draft": null } },
        },
        "0",
      ],
    ]);
    expect(answers[0][1].created.s.id).toBe(`s${id.slice(1)}`);
    expect(answers[1]).toMatchObject(["error", { type: "forbidden" }, "0"]);
  });

  it("is what somebody else has written", async () => {
    const bob = await withBob(open);
    const id = await write(bob);
    await send(bob, id);
    const carol = await openAccount(bob.store, "carol");
    const methods = methodsOn(bob.store, bob.ctx);
    const other = { ...bob, ...trialJmap(methods, { ...callerOf(carol), accountName: "carol" }) };
    expect(await refusal(other, id)).toMatchObject({ type: "invalidProperties", properties: ["emailId"] });
    await bob.store.write((tx) => setSuspended(tx, "carol", 1));
    const { notUpdated } = await other.call("EmailSubmission/set", {
      update: { [`s${id.slice(1)}`]: { undoStatus: "canceled" } },
    });
    expect(notUpdated[`s${id.slice(1)}`].type).toBe("notFound");
  });
});
