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
});
