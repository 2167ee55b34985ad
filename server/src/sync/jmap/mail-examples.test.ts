/** What a client asks in one request, as the examples of RFC 8621 ask it. */
import { expect, it } from "vitest";
import { letter, letterId, openAccount, putIn } from "../../objects/trial-mail.ts";
import { eachStore } from "../../store/each-store.ts";
import type { Store } from "../../store/sql.ts";
import { type Answer, callerOf, methodsOn, trialJmap } from "./trial-jmap.ts";

async function bobOn(store: Store) {
  const accountId = await openAccount(store, "bob");
  const put = (number: number, fields: object = {}) =>
    putIn(store, accountId, letter({ id: letterId(number), ...fields }));
  return { put, ...trialJmap(methodsOn(store), callerOf(accountId)) };
}

const from = (resultOf: string, name: string, path: string) => ({ resultOf, name, path });

eachStore("a client", (open) => {
  it("asks for the changed mailboxes, and of those only counted anew for their counts (§2.6)", async () => {
    const { ask, call, id, put } = await bobOn(await open());
    const refresh = (sinceState: string) =>
      ask([
        ["Mailbox/changes", { accountId: id, sinceState }, "0"],
        ["Mailbox/get", { accountId: id, "#ids": from("0", "Mailbox/changes", "/created") }, "1"],
        [
          "Mailbox/get",
          {
            accountId: id,
            "#ids": from("0", "Mailbox/changes", "/updated"),
            "#properties": from("0", "Mailbox/changes", "/updatedProperties"),
          },
          "2",
        ],
      ]);
    await put(1);
    const counted = await refresh("0");
    expect(counted.map(([name]: [string]) => name)).toEqual([
      "Mailbox/changes",
      "Mailbox/get",
      "Mailbox/get",
    ]);
    expect(counted[1][1].list).toEqual([]);
    expect(counted[2][1].list).toEqual([
      { id: "f1", totalEmails: 1, unreadEmails: 1, totalThreads: 1, unreadThreads: 1 },
    ]);
    await call("Mailbox/set", { create: { a: { name: "A" } }, update: { f1: { sortOrder: 9 } } });
    const renamed = await refresh("1");
    expect(renamed[1][1].list).toMatchObject([{ name: "A" }]);
    expect(renamed[2][1].list).toMatchObject([{ id: "f1", name: "Inbox", sortOrder: 9 }]);
  });

  it("opens the threads of messages with all that is in them (§3.3, §4.10)", async () => {
    const { ask, id, put } = await bobOn(await open());
    await put(1, { subject: "First" });
    await put(2, { subject: "Other" });
    await put(3, { subject: "Answer", thread: letterId(1), inReplyTo: letterId(1) });
    const [, [, threads], [, emails]] = await ask([
      ["Email/get", { accountId: id, ids: ["m3", "m2"], properties: ["threadId"] }, "0"],
      ["Thread/get", { accountId: id, "#ids": from("0", "Email/get", "/list/*/threadId") }, "1"],
      [
        "Email/get",
        {
          accountId: id,
          "#ids": from("1", "Thread/get", "/list/*/emailIds"),
          properties: [
            "threadId",
            "mailboxIds",
            "keywords",
            "hasAttachment",
            "from",
            "subject",
            "receivedAt",
          ],
        },
        "2",
      ],
    ]);
    expect(threads.list.map(({ emailIds }: Answer) => emailIds).toSorted()).toEqual([["m1", "m3"], ["m2"]]);
    expect(emails.list.map(({ subject }: Answer) => subject).toSorted()).toEqual([
      "Answer",
      "First",
      "Other",
    ]);
  });

  it("learns what is new, moves a thread to the trash, and takes that back (§4.10)", async () => {
    const { ask, id, put } = await bobOn(await open());
    for (const number of [1, 2, 3]) await put(number);
    const [[, changes], [, created]] = await ask([
      ["Email/changes", { accountId: id, sinceState: "1", maxChanges: 30 }, "3"],
      [
        "Email/get",
        { accountId: id, "#ids": from("3", "Email/changes", "/created"), properties: ["subject"] },
        "4",
      ],
    ]);
    expect(changes).toMatchObject({ oldState: "1", newState: "3", created: ["m2", "m3"], updated: [] });
    expect(created.list).toHaveLength(2);
    const moved = (out: string, into: string) => ({
      [`mailboxIds/${out}`]: null,
      [`mailboxIds/${into}`]: true,
    });
    const [[, away]] = await ask([
      [
        "Email/set",
        { accountId: id, ifInState: "3", update: { m2: moved("f1", "f6"), m3: moved("f1", "f6") } },
        "0",
      ],
    ]);
    expect(away).toMatchObject({ oldState: "3", newState: "5", updated: { m2: null, m3: null } });
    const [[, back], [, trash]] = await ask([
      [
        "Email/set",
        { accountId: id, ifInState: away.newState, update: { m2: moved("f6", "f1"), m3: moved("f6", "f1") } },
        "0",
      ],
      ["Mailbox/get", { accountId: id, ids: ["f1", "f6"], properties: ["totalEmails"] }, "1"],
    ]);
    expect(back).toMatchObject({ updated: { m2: null, m3: null }, notUpdated: null });
    expect(trash.list).toEqual([
      { id: "f1", totalEmails: 3 },
      { id: "f6", totalEmails: 0 },
    ]);
  });

  it("reads all mailboxes, renames one, and is told that another may not go (§2.6)", async () => {
    const { call } = await bobOn(await open());
    const { created } = await call("Mailbox/set", { create: { k: { name: "Important mail" } } });
    const { list, state, notFound } = await call("Mailbox/get", { ids: null });
    expect(notFound).toEqual([]);
    const inbox = list.find(({ role }: Answer) => role === "inbox");
    const rights = Object.keys(inbox.myRights).toSorted();
    expect(Object.keys(inbox)).toEqual(
      expect.arrayContaining(["id", "name", "parentId", "role", "sortOrder", "isSubscribed"]),
    );
    expect(inbox).toMatchObject({ name: "Inbox", role: "inbox", totalEmails: 0, unreadThreads: 0 });
    expect(inbox.myRights).toMatchObject({ mayReadItems: true, mayRename: false, mayDelete: false });
    expect(rights).toEqual(
      [
        ...["mayAddItems", "mayCreateChild", "mayDelete", "mayReadItems", "mayRemoveItems", "mayRename"],
        ...["maySetKeywords", "maySetSeen", "maySubmit"],
      ].toSorted(),
    );
    const important = created.k.id;
    const set = await call("Mailbox/set", {
      ifInState: state,
      update: { [important]: { name: "Maybe important mail" } },
      destroy: [inbox.id],
    });
    expect(set).toMatchObject({
      oldState: state,
      updated: { [important]: null },
      notDestroyed: { [inbox.id]: { type: "forbidden" } },
    });
    expect(set.newState).not.toBe(state);
  });

  it("reads the HTML of a mail that came by a list, as much of it as it asked for (§4.2.1)", async () => {
    const store = await open();
    const accountId = await openAccount(store, "bob");
    const mail = [
      ...['From: "Joe Bloggs" <joe@example.com>', "Subject: Dinner on Thursday?"],
      "List-Post: <mailto:partytime@lists.example.com>",
      ...["Content-Type: multipart/mixed; boundary=b", "", "--b", "Content-Type: text/html", ""],
      `<html><body><p>Hello ${"there ".repeat(100)}</p></body></html>`,
      ...["--b", "Content-Type: text/plain", "", "-- Sent by your friendly mailing list", "--b--", ""],
    ].join("\r\n");
    const openBlob = async () => ({ size: mail.length, type: undefined, body: piecesOf(mail) });
    const { call } = trialJmap(methodsOn(store, { openBlob }), callerOf(accountId));
    const emails = { k: { blobId: `b${"0".repeat(64)}`, mailboxIds: { f1: true } } };
    const { created } = await call("Email/import", {
      emails: { k: { ...emails.k, receivedAt: "2013-10-13T14:12:00Z" } },
    });
    const { list, notFound } = await call("Email/get", {
      ids: ["m456", created.k.id],
      properties: [
        ...["threadId", "mailboxIds", "from", "subject", "receivedAt", "header:List-POST:asURLs"],
        ...["htmlBody", "bodyValues"],
      ],
      bodyProperties: ["partId", "blobId", "size", "type"],
      fetchHTMLBodyValues: true,
      maxBodyValueBytes: 256,
    });
    expect(notFound).toEqual(["m456"]);
    const part = (partId: string, type: string) => ({
      partId,
      type,
      blobId: expect.any(String),
      size: expect.any(Number),
    });
    expect(list).toEqual([
      {
        id: created.k.id,
        threadId: created.k.threadId,
        mailboxIds: { f1: true },
        from: [{ name: "Joe Bloggs", email: "joe@example.com" }],
        subject: "Dinner on Thursday?",
        receivedAt: "2013-10-13T14:12:00Z",
        "header:List-POST:asURLs": ["mailto:partytime@lists.example.com"],
        htmlBody: [part("1", "text/html"), part("2", "text/plain")],
        bodyValues: {
          "1": {
            isEncodingProblem: false,
            isTruncated: true,
            value: expect.stringMatching(/^<html><body><p>Hello/),
          },
          "2": {
            isEncodingProblem: false,
            isTruncated: false,
            value: "-- Sent by your friendly mailing list",
          },
        },
      },
    ]);
    expect(Buffer.byteLength(list[0].bodyValues["1"].value)).toBeLessThanOrEqual(256);
  });

  it("hears at one device what was marked, destroyed and received since (§4.10)", async () => {
    const { ask, call, id, put } = await bobOn(await open());
    for (const number of [1, 2, 3]) await put(number);
    const inbox = {
      filter: { inMailbox: "f1" },
      sort: [{ property: "receivedAt", isAscending: false }],
      collapseThreads: true,
    };
    await call("Email/set", { update: { m3: { "keywords/$seen": true } } });
    const { queryState, ids } = await call("Email/query", { ...inbox, limit: 30, calculateTotal: true });
    const { state: sinceState } = await call("Email/get", { ids: [] });
    expect(ids).toEqual(["m3", "m2", "m1"]);
    expect(await call("Email/set", { update: { m3: { "keywords/$seen": null } } })).toMatchObject({
      oldState: sinceState,
      updated: { m3: null },
    });
    await call("Email/set", { destroy: ["m2"] });
    const came = `m${await put(4)}`;
    const [[, changes], [, moved]] = await ask([
      ["Email/changes", { accountId: id, sinceState, maxChanges: 50 }, "3"],
      [
        "Email/queryChanges",
        {
          accountId: id,
          ...inbox,
          sinceQueryState: queryState,
          upToId: "m1",
          maxChanges: 25,
          calculateTotal: true,
        },
        "11",
      ],
    ]);
    expect(changes).toMatchObject({ oldState: sinceState, hasMoreChanges: false });
    expect([changes.created, changes.updated, changes.destroyed]).toEqual([[came], ["m3"], ["m2"]]);
    expect(moved).toMatchObject({ oldQueryState: queryState, total: 3 });
    // As the RFC says to: first what is removed goes, then what is added goes in, the lowest index first.
    const kept = ids.filter((one: string) => !moved.removed.includes(one));
    for (const { id: added, index } of moved.added) kept.splice(index, 0, added);
    expect(kept).toEqual([came, "m3", "m1"]);
  });
});

async function* piecesOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}
