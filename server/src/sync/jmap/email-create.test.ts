import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { letter, letterId, openAccount, putIn } from "../../objects/trial-mail.ts";
import { setQuota } from "../../store/account-store.ts";
import { eachStore } from "../../store/each-store.ts";
import { type Store, sql } from "../../store/sql.ts";
import { callerOf, methodsOn, trialJmap } from "./trial-jmap.ts";

/** bob, and what he has uploaded. */
async function bobOn(store: Store) {
  const accountId = await openAccount(store, "bob");
  const blobs = new Map<string, Uint8Array>();
  const openBlob = async ({ blobId }: { blobId: string }) => {
    const bytes = blobs.get(blobId);
    return bytes && { size: bytes.length, type: undefined, body: pieces(bytes) };
  };
  return {
    store,
    accountId,
    upload(content: string | Uint8Array) {
      const bytes = Buffer.from(content);
      const blobId = `b${createHash("sha256").update(bytes).digest("hex")}`;
      blobs.set(blobId, bytes);
      return blobId;
    },
    ...trialJmap(methodsOn(store, { openBlob }), callerOf(accountId)),
  };
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
}

const mail = (...lines: string[]) => lines.join("\r\n");

eachStore("an Email that a client makes", (open) => {
  it("is a draft in its mailbox, which reads as it was given (RFC 8621 §4.6, §4.10)", async () => {
    const { call, upload } = await bobOn(await open());
    const file = upload("The minutes");
    const given = {
      mailboxIds: { f2: true },
      keywords: { $Seen: true, $draft: true },
      from: [{ name: "Bob", email: "bob@a.test" }],
      to: [{ name: null, email: "alice@b.test" }],
      subject: "World domination",
      receivedAt: "2018-07-10T01:05:08Z",
      sentAt: "2018-07-10T11:05:08+10:00",
      textBody: [{ partId: "bd48", type: "text/plain" }],
      bodyValues: { bd48: { value: "I have the most brilliant plan." } },
      attachments: [{ blobId: file, type: "text/x-minutes", name: "minutes.txt" }],
    };
    const { created, oldState, newState } = await call("Email/set", { create: { k192: given } });
    expect([oldState, newState]).toEqual(["0", "1"]);
    expect(created).toEqual({
      k192: {
        id: "m1",
        blobId: "e1",
        threadId: expect.stringMatching(/^t[0-9a-f-]{36}$/),
        size: expect.any(Number),
      },
    });
    const { list } = await call("Email/get", {
      ids: ["m1"],
      properties: [
        ...["blobId", "threadId", "mailboxIds", "keywords", "from", "to", "subject", "receivedAt", "sentAt"],
        ...["size", "messageId", "hasAttachment", "preview", "bodyValues", "textBody", "attachments", "wire"],
      ],
      bodyProperties: ["partId", "type", "name", "disposition"],
      fetchTextBodyValues: true,
    });
    expect(list).toEqual([
      {
        ...created.k192,
        mailboxIds: { f2: true },
        keywords: { $seen: true, $draft: true },
        from: given.from,
        to: given.to,
        subject: given.subject,
        receivedAt: given.receivedAt,
        sentAt: given.sentAt,
        messageId: [expect.stringMatching(/^[0-9a-f-]{36}@a\.test$/)],
        hasAttachment: true,
        preview: "I have the most brilliant plan.",
        bodyValues: {
          "1": { value: "I have the most brilliant plan.", isEncodingProblem: false, isTruncated: false },
        },
        textBody: [{ partId: "1", type: "text/plain", name: null, disposition: null }],
        attachments: [
          { partId: "2", type: "text/x-minutes", name: "minutes.txt", disposition: "attachment" },
        ],
        wire: null,
      },
    ]);
    const { list: drafts } = await call("Mailbox/get", {
      ids: ["f2"],
      properties: ["totalEmails", "unreadEmails"],
    });
    expect(drafts).toEqual([{ id: "f2", totalEmails: 1, unreadEmails: 0 }]);
  });

  it("lies in the thread of what it answers, and begins one when it answers nothing", async () => {
    const { call, store, accountId } = await bobOn(await open());
    await putIn(store, accountId, letter());
    const thread = `t${letterId(1)}`;
    const ref = `${letterId(1)}@b.test`;
    const draft = (fields: object) => ({ mailboxIds: { f2: true }, subject: "Re: Hello", ...fields });
    const { created } = await call("Email/set", {
      create: {
        reply: draft({ inReplyTo: [ref], references: [ref], messageId: ["mine@a.test"] }),
        again: draft({ inReplyTo: ["mine@a.test"] }),
        deep: draft({ references: ["unknown@x.test", "mine@a.test", "other@x.test"] }),
        alone: draft({}),
        strange: draft({ inReplyTo: ["unknown@x.test"] }),
        sibling: draft({ references: ["unknown@x.test", "further@x.test"] }),
      },
    });
    expect(created.reply.threadId).toBe(thread);
    expect(created.again.threadId).toBe(thread);
    expect(created.deep.threadId).toBe(thread);
    expect(created.alone.threadId).not.toBe(thread);
    expect(created.strange.threadId).not.toBe(created.alone.threadId);
    expect(created.sibling.threadId).toBe(created.strange.threadId);
    const { list } = await call("Thread/get", { ids: [thread] });
    expect(list[0].emailIds).toHaveLength(4);
  });

  it("is refused with what is wrong with it, and others of the call are made", async () => {
    const { call, store, accountId, upload } = await bobOn(await open());
    const draft = { mailboxIds: { f2: true }, subject: "x" };
    const { created, notCreated } = await call("Email/set", {
      create: {
        nowhere: { subject: "x" },
        noMailbox: { ...draft, mailboxIds: {} },
        elsewhere: { ...draft, mailboxIds: { f99: true } },
        keyword: { ...draft, keywords: { "two words": true } },
        time: { ...draft, receivedAt: "yesterday" },
        local: { ...draft, receivedAt: "2018-07-10T11:05:08+10:00" },
        blob: { ...draft, attachments: [{ blobId: "bnone" }, { blobId: "e9" }, { blobId: upload("a") }] },
        server: { ...draft, threadId: "t1" },
        header: { ...draft, headers: [] },
        good: draft,
      },
    });
    const reasons = Object.entries<{ type: string; properties?: string[]; notFound?: string[] }>(notCreated);
    expect(
      Object.fromEntries(
        reasons.map(([key, { type, properties, notFound }]) => [key, [type, properties ?? notFound]]),
      ),
    ).toEqual({
      nowhere: ["invalidProperties", ["mailboxIds"]],
      noMailbox: ["invalidProperties", ["mailboxIds"]],
      elsewhere: ["invalidProperties", ["mailboxIds"]],
      keyword: ["invalidProperties", ["keywords"]],
      time: ["invalidProperties", ["receivedAt"]],
      local: ["invalidProperties", ["receivedAt"]],
      blob: ["blobNotFound", ["bnone", "e9"]],
      server: ["invalidProperties", ["threadId"]],
      header: ["invalidProperties", ["headers"]],
    });
    expect(Object.keys(created)).toEqual(["good"]);
    await store.write((tx) => setQuota(tx, "bob", 1));
    expect(await call("Email/set", { create: { full: draft } })).toMatchObject({
      notCreated: { full: { type: "overQuota" } },
    });
    await store.write(async (tx) => {
      await setQuota(tx, "bob", 10_000_000);
      await tx.run(sql`UPDATE account SET sealed = 1 WHERE id = ${accountId}`);
    });
    expect(await call("Email/set", { create: { sealed: draft } })).toMatchObject({
      notCreated: {
        sealed: {
          type: "forbidden",
          description: "This account is sealed: its mail is written by clients that hold its keys.",
        },
      },
    });
  });

  it("takes the place of another that the same call destroys, as clients save drafts", async () => {
    const { call } = await bobOn(await open());
    const draft = (subject: string) => ({
      mailboxIds: { f2: true },
      keywords: { $draft: true },
      messageId: ["draft@a.test"],
      subject,
    });
    const { created } = await call("Email/set", { create: { one: draft("One") } });
    const set = await call("Email/set", { create: { two: draft("Two") }, destroy: [created.one.id] });
    expect(set.destroyed).toEqual([created.one.id]);
    expect(set.created.two.threadId).toBe(created.one.threadId);
    const { list } = await call("Email/get", { ids: null, properties: ["subject"] });
    expect(list).toEqual([{ id: set.created.two.id, subject: "Two" }]);
  });

  it("is named by its creation id in the calls after it", async () => {
    const { ask, id } = await bobOn(await open());
    const answers = await ask([
      ["Mailbox/set", { accountId: id, create: { box: { name: "Box" } } }, "0"],
      ["Email/set", { accountId: id, create: { mail: { mailboxIds: { "#box": true } } } }, "1"],
      ["Email/get", { accountId: id, ids: ["#mail"], properties: ["mailboxIds"] }, "2"],
    ]);
    expect(answers[2][1].list).toEqual([{ id: "m2", mailboxIds: { f17: true } }]);
  });
});

const simple = mail(
  "Received: from x.test by y.test; Tue, 10 Jul 2018 01:03:11 +0000",
  "From: Jane <jane@example.com>",
  "Message-ID: <one@example.com>",
  "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=",
  "Date: Tue, 10 Jul 2018 01:02:03 +0000",
  "",
  "Text",
);

eachStore("Email/import", (open) => {
  it("puts in what was uploaded, as it is, at the time it was received (RFC 8621 §4.8)", async () => {
    const { call, upload } = await bobOn(await open());
    const blobId = upload(simple);
    const imported = await call("Email/import", {
      emails: {
        k1: { blobId, mailboxIds: { f4: true }, keywords: { $seen: true } },
        k2: {
          blobId: upload(simple.replace("one@", "two@")),
          mailboxIds: { f1: true },
          receivedAt: "2020-01-01T00:00:00Z",
        },
      },
    });
    expect(imported).toMatchObject({ oldState: "0", newState: "2", notCreated: null });
    expect(imported.created.k1).toMatchObject({ id: "m1", blobId: "e1", size: simple.length });
    const { list } = await call("Email/get", {
      ids: ["m1", "m2"],
      properties: ["mailboxIds", "keywords", "subject", "receivedAt", "sentAt", "from", "wireText"],
    });
    expect(list).toEqual([
      {
        id: "m1",
        mailboxIds: { f4: true },
        keywords: { $seen: true },
        subject: "Grüße",
        receivedAt: "2018-07-10T01:03:11Z",
        sentAt: "2018-07-10T01:02:03Z",
        from: [{ name: "Jane", email: "jane@example.com" }],
        wireText: null,
      },
      expect.objectContaining({ id: "m2", receivedAt: "2020-01-01T00:00:00Z" }),
    ]);
  });

  it("finds what is there already, whatever it was imported as", async () => {
    const { call, upload, store, accountId } = await bobOn(await open());
    const place = { mailboxIds: { f1: true } };
    const bare = mail("Subject: without an id", "", "x");
    await call("Email/import", {
      emails: { a: { blobId: upload(simple), ...place }, b: { blobId: upload(bare), ...place } },
    });
    await putIn(store, accountId, letter({ thread: letterId(7), inReplyTo: letterId(7) }));
    const posthorn = mail(
      `Message-ID: <${letterId(1)}@b.test>`,
      `References: <${letterId(7)}@b.test>`,
      "",
      "as it was exported",
    );
    const again = await call("Email/import", {
      emails: {
        a: { blobId: upload(simple.replace("Text", "Text, and a footer")), ...place },
        b: { blobId: upload(bare), ...place },
        c: { blobId: upload(posthorn), ...place },
      },
    });
    expect(again).toMatchObject({
      created: null,
      notCreated: {
        a: { type: "alreadyExists", existingId: "m1" },
        b: { type: "alreadyExists", existingId: "m2" },
        c: { type: "alreadyExists", existingId: "m3" },
      },
    });
    await call("Email/set", { destroy: ["m1"] });
    const { created } = await call("Email/import", { emails: { a: { blobId: upload(simple), ...place } } });
    expect(created.a.id).toBe("m5");
  });

  it("puts a thread together whatever order it is imported in", async () => {
    const { call, upload } = await bobOn(await open());
    const put = async (id: string, references?: string) => {
      const text = mail(
        `Message-ID: <${id}@x.test>`,
        ...(references === undefined ? [] : [`References: ${references}`]),
        "Subject: Thread",
        "",
        "x",
      );
      const place = { blobId: upload(text), mailboxIds: { f1: true } };
      const { created } = await call("Email/import", { emails: { k: place } });
      return created.k.threadId;
    };
    const third = await put("3", "<1@x.test> <2@x.test>");
    expect(await put("1")).toBe(third);
    expect(await put("2", "<1@x.test>")).toBe(third);
    expect(await put("4", "<cut@x.test> <3@x.test>")).toBe(third);
    expect(await put("5", "<cut@x.test>")).not.toBe(third);
  });

  it("refuses what is no mail, what is not there, and what is not said", async () => {
    const { call, ask, id, upload } = await bobOn(await open());
    const place = { mailboxIds: { f1: true } };
    const { notCreated } = await call("Email/import", {
      emails: {
        noMail: { blobId: upload("just a text"), ...place },
        noBlob: { blobId: "bx", ...place },
        noPlace: { blobId: upload(simple) },
        wrongPlace: { blobId: upload(simple), mailboxIds: { m1: true } },
        more: { blobId: upload(simple), ...place, subject: "x" },
      },
    });
    expect(notCreated).toMatchObject({
      noMail: { type: "invalidEmail" },
      noBlob: { type: "invalidProperties", properties: ["blobId"] },
      noPlace: { type: "invalidProperties", properties: ["mailboxIds"] },
      wrongPlace: { type: "invalidProperties", properties: ["mailboxIds"] },
      more: { type: "invalidProperties", properties: ["subject"] },
    });
    const [[, error]] = await ask([
      ["Email/import", { accountId: id, ifInState: "7", emails: { k: { blobId: "bx", ...place } } }, "0"],
    ]);
    expect(error).toMatchObject({ type: "stateMismatch" });
  });
});
