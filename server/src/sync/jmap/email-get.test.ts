import { expect, it } from "vitest";
import { letter, letterId, openAccount, putIn } from "../../objects/trial-mail.ts";
import { eachStore } from "../../store/each-store.ts";
import type { Store } from "../../store/sql.ts";
import { type Answer, callerOf, methodsOn, trialJmap } from "./trial-jmap.ts";

async function bobOn(store: Store, read: string[] = []) {
  const accountId = await openAccount(store, "bob");
  const noted: Store = { ...store, write: store.write.bind(store), read: noting(store.read, read) };
  return {
    accountId,
    put: (fields: object) => putIn(store, accountId, letter(fields)),
    ...trialJmap(methodsOn(noted), callerOf(accountId)),
  };
}

/** Notes each statement by the words that it begins with. */
function noting(read: Store["read"], notes: string[]): Store["read"] {
  const note = ({ strings }: { strings: readonly string[] }) =>
    notes.push(strings.join("?").replace(/\s+/g, " ").trim());
  return {
    dialect: read.dialect,
    all(query) {
      note(query);
      return read.all(query);
    },
    get(query) {
      note(query);
      return read.get(query);
    },
  };
}

eachStore("Email/get", (open) => {
  it("gives a hundred header fields, of mails and their parts together, and no more", async () => {
    const { id: accountId, ask, put } = await bobOn(await open());
    await put({ subject: "Grüße" });
    const fields = (count: number, of: string) =>
      Array.from({ length: count }, (_, at) => `header:X-${of}-${at}`);
    const get = async (ofParts: number) => {
      const asked = {
        accountId,
        ids: ["m1"],
        properties: fields(60, "a"),
        bodyProperties: fields(ofParts, "b"),
      };
      const [[name, answer]] = await ask([["Email/get", asked, "0"]]);
      return name === "error" ? answer.type : Object.keys(answer.list[0]).length;
    };
    expect([await get(40), await get(41)]).toEqual([61, "requestTooLarge"]);
  });

  it("shows a message as mail, with its text, and what is ours beside it", async () => {
    const { call, put } = await bobOn(await open());
    await put({
      fromName: "Eve Adler",
      subject: "Grüße",
      body: "One\nTwo",
      cc: [{ id: "carol", host: "c.test" }],
    });
    const { list, state, notFound } = await call("Email/get", {
      ids: ["m1", "m2", "t1"],
      properties: [
        "threadId",
        "mailboxIds",
        "keywords",
        "from",
        "to",
        "cc",
        "subject",
        "messageId",
        "receivedAt",
        "sentAt",
        "hasAttachment",
        "preview",
        "textBody",
        "bodyValues",
        "header:Subject:asText",
        "wire",
        "wireText",
        "snoozedUntil",
      ],
      bodyProperties: ["partId", "type"],
      fetchTextBodyValues: true,
    });
    expect({ state, notFound }).toEqual({ state: "1", notFound: ["m2", "t1"] });
    const [{ wire, wireText, ...mail }] = list;
    expect(mail).toEqual({
      id: "m1",
      threadId: `t${letterId(1)}`,
      mailboxIds: { f1: true },
      keywords: {},
      from: [{ name: "Eve Adler", email: "eve@b.test" }],
      to: [{ name: null, email: "bob@a.test" }],
      cc: [{ name: null, email: "carol@c.test" }],
      subject: "Grüße",
      messageId: [`${letterId(1)}@b.test`],
      receivedAt: expect.stringMatching(/^2026-.*Z$/),
      sentAt: "2026-11-24T00:00:00Z",
      hasAttachment: false,
      preview: "One Two",
      textBody: [{ partId: "1", type: "text/plain" }],
      bodyValues: { "1": { value: "One\nTwo", isEncodingProblem: false, isTruncated: false } },
      "header:Subject:asText": "Grüße",
      snoozedUntil: null,
    });
    expect(wire).toMatchObject({ id: letterId(1), type: "email", sealed: false, thread: letterId(1) });
    expect(JSON.parse(wireText)).toMatchObject({ id: letterId(1), body: "One\nTwo" });
  });

  it("reads a list from the rows alone, in one query", async () => {
    const read: string[] = [];
    const { call, put } = await bobOn(await open(), read);
    for (const number of [1, 2, 3]) await put({ id: letterId(number) });
    read.length = 0;
    const { list } = await call("Email/get", {
      ids: ["m3", "m1", "m2"],
      properties: [
        ...["id", "blobId", "threadId", "mailboxIds", "keywords", "size", "receivedAt", "from", "to"],
        ...["subject", "sentAt", "hasAttachment", "preview", "wire", "messageId", "inReplyTo", "references"],
      ],
    });
    expect(list).toHaveLength(3);
    expect(read).toHaveLength(2);
    expect(read.join()).not.toContain("message_bytes");
  });

  it("reads the bytes of all that are asked for in one query", async () => {
    const read: string[] = [];
    const { call, put } = await bobOn(await open(), read);
    for (const number of [1, 2, 3]) await put({ id: letterId(number), body: `Body ${number}` });
    read.length = 0;
    const { list } = await call("Email/get", { ids: null, fetchAllBodyValues: true });
    expect(list.map(({ bodyValues }: Answer) => bodyValues["1"].value).toSorted()).toEqual([
      "Body 1",
      "Body 2",
      "Body 3",
    ]);
    expect(read.filter((statement) => statement.includes("message_bytes"))).toHaveLength(1);
    expect(read).toHaveLength(3);
  });

  it("refuses more bodies in one call than fit in memory, and takes them one by one", async () => {
    const store = await open();
    const { call, ask, id, put } = await bobOn(store);
    for (const number of [1, 2, 3]) await put({ id: letterId(number) });
    // As large as that only by their rows, which is what is looked at.
    await store.write((tx) => tx.run({ strings: ["UPDATE object SET size_bytes = 33000000"], values: [] }));
    const wireText = { properties: ["wireText"] };
    const [[, error]] = await ask([["Email/get", { accountId: id, ids: null, ...wireText }, "0"]]);
    expect(error).toMatchObject({ type: "requestTooLarge" });
    const { list } = await call("Email/get", { ids: ["m1"], ...wireText });
    expect(list[0].wireText).toContain(letterId(1));
    expect((await call("Email/get", { ids: null, properties: ["size"] })).list).toHaveLength(3);
  });

  it("knows no property of ours without our capability, and none that nobody has", async () => {
    const { ask, put, id } = await bobOn(await open());
    await put({});
    const plain = ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail"];
    const asked = (properties: string[]) =>
      ask([["Email/get", { accountId: id, ids: ["m1"], properties }, "0"]], plain);
    for (const properties of [["wire"], ["wireText"], ["snoozedUntil"], ["colour"], ["header:X:asNothing"]]) {
      const [[name, error]] = await asked(properties);
      expect([name, error.type]).toEqual(["error", "invalidArguments"]);
    }
    const [[, whole]] = await ask([["Email/get", { accountId: id, ids: ["m1"] }, "0"]], plain);
    expect(whole.list[0]).not.toHaveProperty("wire");
    expect(whole.list[0]).toHaveProperty("textBody");
  });
});
