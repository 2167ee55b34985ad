/** The requests of RFC 8621 that are about finding mail, and mail of RFC 5322 as it is found. */
import { expect, it } from "vitest";
import { HandClock } from "../../env/hand-clock.ts";
import { putObject } from "../../objects/put-object.ts";
import { followStep } from "../../objects/query-follow.ts";
import { letterId, openAccount } from "../../objects/trial-mail.ts";
import { describeMail } from "../../rfc5322/mail-summary.ts";
import { parseMail } from "../../rfc5322/parse-mail.ts";
import { eachStore } from "../../store/each-store.ts";
import { openTurns } from "../../store/query-turns.ts";
import type { Store } from "../../store/sql.ts";
import { mailTexts } from "./mail-texts.ts";
import { callerOf, methodsOn, type TrialJmap, trialJmap } from "./trial-jmap.ts";
import { atSecond, type NewTrialMail, putMail } from "./trial-mails.ts";

const threadA = "0192f0c1-7b3a-7000-9000-00000000000a";
const threadB = "0192f0c1-7b3a-7000-9000-00000000000b";

function mail(second: number, more: Partial<NewTrialMail>): NewTrialMail {
  return {
    mailboxes: [1],
    keywords: [],
    receivedAt: atSecond(second),
    sentAt: atSecond(second),
    from: "eve@b.test",
    to: "bob@a.test",
    cc: "",
    subject: "Hello",
    body: "Shall we meet?",
    thread: threadA,
    file: undefined,
    ...more,
  };
}

async function begin(store: Store, mails: readonly NewTrialMail[]) {
  const accountId = await openAccount(store, "bob", 1e9);
  const ids: string[] = [];
  for (const [index, one] of mails.entries())
    ids.push(`m${(await putMail(store, accountId, one, index + 1)).id}`);
  return { accountId, ids, jmap: trialJmap(methodsOn(store), callerOf(accountId)) };
}

/** As the RFC has it, but for the ids. */
const inbox = {
  filter: { inMailbox: "f1" },
  sort: [{ isAscending: false, property: "receivedAt" }],
  collapseThreads: true,
};

eachStore("a client", (open) => {
  it("that has just logged in gets its inbox with whole threads in one request (RFC 8621 §4.10)", async () => {
    const store = await open();
    const { jmap, ids } = await begin(store, [
      mail(1, {}),
      mail(2, { thread: threadB, subject: "Plans" }),
      mail(3, { mailboxes: [4] }),
      mail(4, { keywords: ["$seen"] }),
    ]);
    const of = (resultOf: string, name: string, path: string) => ({ resultOf, name, path });
    const accountId = jmap.id;
    const [query, first, threads, all] = await jmap.ask([
      ["Email/query", { accountId, ...inbox, position: 0, limit: 30, calculateTotal: true }, "0"],
      ["Email/get", { accountId, "#ids": of("0", "Email/query", "/ids"), properties: ["threadId"] }, "1"],
      ["Thread/get", { accountId, "#ids": of("1", "Email/get", "/list/*/threadId") }, "2"],
      [
        "Email/get",
        {
          accountId,
          "#ids": of("2", "Thread/get", "/list/*/emailIds"),
          properties: ["threadId", "mailboxIds", "keywords", "subject", "receivedAt"],
        },
        "3",
      ],
    ]);
    expect(query[1]).toMatchObject({
      ids: [ids[3], ids[1]],
      position: 0,
      total: 2,
      canCalculateChanges: true,
    });
    expect(first[1].list).toHaveLength(2);
    expect(threads[1].list[0].emailIds).toEqual([ids[0], ids[2], ids[3]]);
    expect(all[1].list.map(({ id }: { id: string }) => id).toSorted()).toEqual(ids.toSorted());
  });

  it("that comes back hears what has come and moved, and where it stands now (RFC 8621 §4.10)", async () => {
    const store = await open();
    const { accountId, jmap, ids } = await begin(store, [mail(1, {}), mail(2, { thread: threadB })]);
    const { queryState } = await jmap.call("Email/query", inbox);
    const { id } = await putMail(store, accountId, mail(3, {}), 3);
    await jmap.call("Email/set", {
      update: { [`${ids[1]}`]: { "mailboxIds/f1": null, "mailboxIds/f4": true } },
    });
    expect(
      await jmap.call("Email/queryChanges", { ...inbox, sinceQueryState: queryState, calculateTotal: true }),
    ).toMatchObject({
      oldQueryState: queryState,
      removed: expect.arrayContaining([ids[0], ids[1]]),
      added: [{ id: `m${id}`, index: 0 }],
      total: 1,
    });
  });

  it("has flagged threads first, then subjects, then the newest (RFC 8621 §4.4.2)", async () => {
    const { jmap, ids } = await begin(await open(), [
      mail(1, { thread: threadB, subject: "Re: alpha" }),
      mail(2, { subject: "beta" }),
      mail(3, { thread: "0192f0c1-7b3a-7000-9000-00000000000c", subject: "Alpha" }),
      mail(4, { keywords: ["$flagged"], subject: "gamma" }),
    ]);
    const sort = [
      { property: "someInThreadHaveKeyword", keyword: "$flagged", isAscending: false },
      { property: "subject", collation: "i;ascii-casemap" },
      { property: "receivedAt", isAscending: false },
    ];
    const found = (more: object) => jmap.call("Email/query", { sort, ...more });
    expect((await found({})).ids).toEqual([ids[1], ids[3], ids[2], ids[0]]);
    expect((await found({ collapseThreads: true })).ids).toEqual([ids[1], ids[2], ids[0]]);
    expect(await found({})).toMatchObject({ canCalculateChanges: false });
  });

  it("is told what cannot be filtered or sorted by, and which changes cannot be told", async () => {
    const { jmap } = await begin(await open(), [mail(1, {})]);
    const refusal = async (name: string, args: object) => {
      const [[kind, error]] = await jmap.ask([[name, { accountId: jmap.id, ...args }, "0"]]);
      return [kind, error.type];
    };
    expect(await refusal("Email/query", { filter: { isFunny: true } })).toEqual([
      "error",
      "unsupportedFilter",
    ]);
    expect(await refusal("Email/query", { sort: [{ property: "colour" }] })).toEqual([
      "error",
      "unsupportedSort",
    ]);
    expect(await refusal("Email/query", { sort: [{ property: "hasKeyword" }] })).toEqual([
      "error",
      "unsupportedSort",
    ]);
    expect(await refusal("Email/query", { filter: { before: "yesterday" } })).toEqual([
      "error",
      "invalidArguments",
    ]);
    expect(await refusal("Email/query", { filter: { header: [] } })).toEqual(["error", "invalidArguments"]);
    expect(await refusal("Email/query", { anchor: "m999" })).toEqual(["error", "anchorNotFound"]);
    const cannot = ["error", "cannotCalculateChanges"];
    for (const args of [
      { sinceQueryState: "0", filter: { text: "hello" } },
      { sinceQueryState: "0", sort: [{ property: "subject" }] },
      { sinceQueryState: "999" },
      { sinceQueryState: "x" },
    ])
      expect(await refusal("Email/queryChanges", args)).toEqual(cannot);
  });
});

const withFile = [
  "From: eve@b.test",
  "Subject: A file",
  "Content-Type: multipart/mixed; boundary=x",
  "",
  "--x",
  "",
  "Here it is.",
  "--x",
  "Content-Type: application/pdf; name=report.pdf",
  "Content-Disposition: attachment",
  "",
  "%PDF",
  "--x--",
  "",
].join("\r\n");

/** As an import does. */
async function putRaw(store: Store, accountId: number, raw: string): Promise<string> {
  const bytes = new TextEncoder().encode(raw);
  const { summary, subject, preview, sender } = describeMail(parseMail(bytes));
  const place = { receivedAt: atSecond(0), sentAt: atSecond(0), mailboxes: [1], keywords: [] };
  const names = { messageId: letterId(1), conversation: threadA, sender, subject, preview };
  const sort = { kind: "mail", type: "email", format: "rfc5322" } as const;
  const object = {
    accountId,
    ...place,
    ...names,
    ...sort,
    summary: JSON.stringify(summary),
    bytes,
    blobs: [],
  };
  return `m${await store.write((tx) => putObject(tx, object))}`;
}

async function draft(jmap: TrialJmap, fields: object): Promise<string> {
  const { created } = await jmap.call("Email/set", {
    create: { new: { mailboxIds: { f2: true }, ...fields } },
  });
  return created.new.id;
}

eachStore("a mail of RFC 5322", (open) => {
  it("is found by its file", async () => {
    const store = await open();
    const { jmap, accountId } = await begin(store, [mail(1, {})]);
    const id = await putRaw(store, accountId, withFile);
    const find = async (filter: object) => (await jmap.call("Email/query", { filter })).ids;
    expect(await find({ hasAttachment: true })).toEqual([id]);
    expect(await find({ inMailbox: "f1", hasAttachment: false })).not.toContain(id);
    expect(await find({ text: "report.pdf" })).toEqual([id]);
    expect(await find({ body: "report" })).toEqual([]);
  });

  it("is found by names, header fields and the text of its HTML, before and after the index has it", async () => {
    const store = await open();
    const { jmap, accountId } = await begin(store, []);
    const many = Array.from({ length: 60 }, (_, index) => ({
      name: `Reader ${index} of a long list`,
      email: `reader-${index}@lists.test`,
    }));
    const id = await draft(jmap, {
      from: [{ name: "Jürgen Müller", email: "jm@b.test" }],
      to: many,
      bcc: [{ name: null, email: "hidden@c.test" }],
      subject: "Grüße aus Köln",
      "header:X-Campaign:asText": "spring sale",
      htmlBody: [{ partId: "1", type: "text/html" }],
      bodyValues: { "1": { value: "<p>Viel <b>Erfolg</b> beim <i>Umzug</i></p><style>.grey{}</style>" } },
    });
    const follow = {
      store,
      clock: new HandClock(),
      turn: openTurns(),
      reading: mailTexts,
      messagesInSegment: 1,
    };
    const cases: [object, boolean][] = [
      [{ from: "jurgen" }, true],
      [{ from: "jm@b.test" }, true],
      [{ to: "reader-59@lists.test" }, true],
      [{ to: "'Reader 59'" }, true],
      [{ to: "Reader 60" }, false],
      [{ bcc: "hidden" }, true],
      [{ cc: "hidden" }, false],
      [{ subject: "koln" }, true],
      [{ body: "'erfolg beim umzug'" }, true],
      [{ body: "grey" }, false],
      [{ body: "b" }, false],
      [{ text: "muller koln umzug" }, true],
      [{ header: ["x-campaign", "sale"] }, true],
      [{ header: ["X-Campaign", "winter"] }, false],
      [{ header: ["X-Campaign"] }, true],
      [{ hasAttachment: true }, false],
      [{ hasAttachment: false }, true],
    ];
    for (const isFollowed of [false, true]) {
      if (isFollowed) while (await followStep(follow, accountId));
      for (const [filter, isFound] of cases) {
        const { ids } = await jmap.call("Email/query", { filter });
        expect(ids, JSON.stringify(filter)).toEqual(isFound ? [id] : []);
      }
    }
    const { list } = await jmap.call("SearchSnippet/get", { filter: { text: "umzug koln" }, emailIds: [id] });
    expect(list).toEqual([
      { emailId: id, subject: "Grüße aus <mark>Köln</mark>", preview: "Viel Erfolg beim <mark>Umzug</mark>" },
    ]);
    expect(jmap.accidents).toEqual([]);
  });
});
