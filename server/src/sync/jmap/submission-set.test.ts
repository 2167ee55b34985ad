/** Sending what lies in the account, with the follow-up of RFC 8621 §7.5. */
import { capabilities } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { eachStore } from "../../store/each-store.ts";
import { listGone } from "../../store/object-store.ts";
import type { Store } from "../../store/sql.ts";
import type { Method } from "./method.ts";
import { submissionMethods } from "./submission-methods.ts";
import { draft, emailOf, leaving, refusal, send, withBob, write } from "./trial-drafts.ts";
import { type Answer, callerOf, methodsOn, trialJmap } from "./trial-jmap.ts";

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
        fromName: "Bob",
        to: [{ id: "alice", host: "b.test" }],
        subject: "Hello",
        body: "Shall we meet at ten?",
        thread: before.threadId.slice(1),
      },
    });
    expect(bob.ctx.charged).toEqual([1]);
  });

  it("is sent whatever Message-ID it brought, in the thread of the mail that it answers", async () => {
    const bob = await withBob(open);
    const own = {
      messageId: ["draft.1@client.example"],
      inReplyTo: ["letter@old.example"],
      references: ["letter@old.example"],
    };
    const id = await write(bob, own);
    const { threadId } = await emailOf(bob, id, ["threadId"]);
    expect((await send(bob, id)).created.s).toMatchObject({ id: `s${id.slice(1)}`, threadId });
    const [left] = await leaving(bob, "b.test");
    expect(left?.message).toMatchObject({ subject: "Hello", thread: threadId.slice(1) });
    expect((await emailOf(bob, id, ["threadId"])).threadId).toBe(threadId);
    expect(await refusal(bob, id)).toMatchObject({ type: "alreadyExists" });
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

  it("is refused as sent already when it is sent between two looks at it", async () => {
    const bob = await withBob(open);
    const id = await write(bob);
    const { read } = bob.store;
    let isSent = false;
    const slow: Store = {
      ...bob.store,
      write: (work) => bob.store.write(work),
      close: () => bob.store.close(),
      read: {
        dialect: read.dialect,
        all: (query) => read.all(query),
        async get(query) {
          if (query.strings.join("").includes("FROM message_bytes") && !isSent) {
            isSent = true;
            await send(bob, id);
          }
          return read.get(query);
        },
      },
    };
    const late = trialJmap(methodsOn(slow, { ...bob.ctx, store: slow }), callerOf(bob.accountId));
    const { notCreated } = await late.call("EmailSubmission/set", {
      create: { s: { emailId: id, identityId: "i1" } },
    });
    expect([isSent, notCreated.s]).toMatchObject([true, { type: "alreadyExists" }]);
  });

  it("is told as sent also when what was to follow broke down", async () => {
    const bob = await withBob(open);
    const id = await write(bob);
    const emailSet: Method = {
      capability: capabilities.mail,
      scope: "draft",
      run: () => Promise.reject(new Error("the disk is on fire")),
    };
    const broken = trialJmap(submissionMethods(bob.ctx, emailSet), callerOf(bob.accountId));
    const answers = await broken.ask([
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
    expect(answers).toMatchObject([
      ["EmailSubmission/set", { created: { s: { undoStatus: "pending" } } }, "0"],
      ["error", { type: "serverFail", instance: expect.any(String) }, "0"],
    ]);
    expect(broken.accidents).toEqual([new Error("the disk is on fire")]);
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

  it("takes as much room as the larger of itself and what it has become", async () => {
    const bob = await withBob(open);
    const used = async () =>
      (await bob.store.read.get({ strings: ["SELECT used_bytes FROM account"], values: [] }))?.used_bytes;
    const id = await write(bob, { bcc: [{ name: null, email: "dave@b.test" }] });
    const draftBytes = await used();
    await send(bob, id);
    expect((await emailOf(bob, id, ["size"])).size).toBeLessThan(Number(draftBytes));
    expect(await used()).toBe(draftBytes);
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
