import { limits } from "@posthorn/protocol";
import { expect, test } from "vitest";
import { markMessage, moveMessage } from "./change-mail.ts";
import { compose } from "./compose.ts";
import { handPlatform } from "./hand-platform.ts";
import { eachMessage, getMessage, listMessages, listThread, readChanges, readMessage } from "./mail.ts";
import { getMailbox } from "./mailboxes.ts";
import { emailOf, serveJmap, type TestMethods } from "./node/test-jmap.ts";

const wanted = "0192f0c1-0000-7000-8000-00000000000a";

/** An account with these messages, the newest first, and methods to list them. */
function holding(ids: readonly string[], more: (id: string) => object = () => ({})): TestMethods {
  return {
    "Email/query": ({ anchor, anchorOffset = 0, limit }) => {
      const at = anchor === undefined ? 0 : ids.indexOf(String(anchor)) + Number(anchorOffset);
      if (anchor !== undefined && !ids.includes(String(anchor))) return ["error", { type: "anchorNotFound" }];
      return { ids: ids.slice(at, at + Number(limit)) };
    },
    "Email/get": ({ ids: named }, answers) => {
      const asked = named ?? answers.get("0")?.ids;
      // In whatever order they are found.
      const list = Array.isArray(asked) ? asked.filter((id) => ids.includes(id)).toReversed() : [];
      return { state: "7", list: list.map((id: string) => emailOf(id, { ...more(id) })) };
    },
  };
}

async function idsOf(messages: AsyncIterable<{ id: string }>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of messages) ids.push(id);
  return ids;
}

test("Messages are walked page after page, each page one request, and only as far as they are wanted", async () => {
  const { api, requests } = await serveJmap(holding(["m5", "m4", "m3", "m2", "m1"]));
  expect(await idsOf(eachMessage(api, { mailbox: "f1", limit: 2 }))).toEqual(["m5", "m4", "m3", "m2", "m1"]);
  const sort = [{ property: "receivedAt", isAscending: false }];
  expect(requests.map(([query]) => query)).toEqual([
    ["Email/query", { filter: { inMailbox: "f1" }, sort, limit: 2 }],
    ["Email/query", { filter: { inMailbox: "f1" }, sort, limit: 2, anchor: "m4", anchorOffset: 1 }],
    ["Email/query", { filter: { inMailbox: "f1" }, sort, limit: 2, anchor: "m2", anchorOffset: 1 }],
  ]);
  requests.length = 0;
  for await (const { id } of eachMessage(api, { limit: 2 })) if (id === "m4") break;
  expect(requests).toHaveLength(1);
  const page = await listMessages(api, { limit: 3, after: "m4" });
  expect(page).toMatchObject({
    messages: [{ id: "m3" }, { id: "m2" }, { id: "m1" }],
    next: "m1",
    state: "7",
  });
  expect(await listMessages(api, { after: "m1" })).toMatchObject({ messages: [], next: undefined });
});

test("What moves away between two pages hides nothing and shows nothing twice", async () => {
  const ids = ["m6", "m5", "m4", "m3", "m2", "m1"];
  const { api } = await serveJmap(holding(ids));
  const seen: string[] = [];
  for await (const { id } of eachMessage(api, { limit: 3 })) {
    seen.push(id);
    if (id === "m4") ids.splice(ids.indexOf("m4"), 1);
  }
  expect(seen).toEqual(["m6", "m5", "m4", "m3", "m2", "m1"]);
  const { api: emptied } = await serveJmap({ ...holding(ids), "Email/query": refuseAnchors });
  await expect(idsOf(eachMessage(emptied, { limit: 1 }))).rejects.toMatchObject({ type: "anchorNotFound" });
});

const refuseAnchors: TestMethods[string] = ({ anchor }) =>
  anchor === undefined ? { ids: ["m6"] } : ["error", { type: "anchorNotFound" }];

test("A message is found by its own id and by its author's, of several the newest, else it is not found", async () => {
  const { api, requests } = await serveJmap(holding(["m4", "m2"]));
  expect((await getMessage(api, wanted.toUpperCase())).id).toBe("m4");
  expect(requests[0]?.[0]?.[1]).toMatchObject({ filter: { wireIds: [wanted] }, limit: 1 });
  expect((await getMessage(api, "m2")).id).toBe("m2");
  for (const id of ["m9", "a b/c", ""]) {
    await expect(getMessage(api, id)).rejects.toMatchObject({ problem: { code: "notFound" } });
  }
  const { api: empty } = await serveJmap(holding([]));
  await expect(getMessage(empty, wanted)).rejects.toMatchObject({ problem: { code: "notFound" } });
});

test("A mailbox is found by its role, by what it is for, or by its name, and a wrong one names those there are", async () => {
  const mailbox = {
    parentId: null,
    sortOrder: 1,
    totalEmails: 1,
    unreadEmails: 1,
    totalThreads: 1,
    unreadThreads: 1,
    isSubscribed: true,
  };
  const list = [
    { ...mailbox, id: "f1", name: "Inbox", role: "inbox", system: null },
    { ...mailbox, id: "f7", name: "Conversations", role: null, system: "conversations" },
    { ...mailbox, id: "f17", name: "Holidays", role: null, system: null },
  ];
  const { api } = await serveJmap({ "Mailbox/get": () => ({ state: "7", list }) });
  expect((await getMailbox(api, "inbox")).id).toBe("f1");
  expect((await getMailbox(api, "conversations")).id).toBe("f7");
  expect((await getMailbox(api, "holidays")).id).toBe("f17");
  await expect(getMailbox(api, "spam")).rejects.toThrow("There are: inbox, conversations, Holidays.");
});

test("A message is read from its bytes, and one that is damaged or no message of Posthorn says so", async () => {
  const composing = handPlatform(() => Promise.reject(new Error("composing asks no server")));
  const letter = { from: "bob@b.test", to: ["alice@a.test"], subject: "Hello", body: "Text" };
  const message = compose(composing, letter);
  let wireText: string | null = JSON.stringify(message);
  const { api, requests } = await serveJmap(holding(["m1"], () => ({ wireText })));
  expect(await readMessage(api, "m1")).toEqual(message);
  expect(requests).toEqual([[["Email/get", { ids: ["m1"], properties: ["wireText"] }]]]);
  const { messages } = await listMessages(api, { withText: true });
  requests.length = 0;
  expect(await readMessage(api, messages[0] ?? "")).toEqual(message);
  expect(requests).toEqual([]);
  wireText = wireText.slice(0, 50);
  await expect(readMessage(api, "m1")).rejects.toMatchObject({ problem: { code: "badJson" } });
  wireText = " ".repeat(limits.messageBytes + 1);
  await expect(readMessage(api, "m1")).rejects.toMatchObject({ problem: { code: "tooLarge" } });
  wireText = null;
  await expect(readMessage(api, "m1")).rejects.toMatchObject({ problem: { code: "notOpened" } });
});

test("With their texts no more messages are asked for at once than an answer can hold, however long they are", async () => {
  const ids = Array.from({ length: 60 }, (_, at) => `m${60 - at}`);
  const { api, requests } = await serveJmap(holding(ids, () => ({ wireText: "{}" })));
  expect(await idsOf(eachMessage(api, { limit: 200, withText: true }))).toEqual(ids);
  expect(requests.map(([query]) => query?.[1].limit)).toEqual([50, 50]);
});

test("Of a conversation the newest are listed first, and of none there is nothing", async () => {
  const { api } = await serveJmap({
    ...holding(["m3", "m2", "m1"]),
    "Thread/get": ({ ids }) => {
      const list = [{ id: `t${wanted}`, emailIds: ["m1", "m2", "m3"] }];
      return { list: list.filter(({ id }) => Array.isArray(ids) && ids.includes(id)) };
    },
  });
  expect((await listThread(api, wanted, { limit: 2 })).map(({ id }) => id)).toEqual(["m3", "m2"]);
  expect(await listThread(api, wanted.replace("a", "b"))).toEqual([]);
});

test("Marking and moving say no more than what is to change, and give what it is then", async () => {
  const { api, requests } = await serveJmap({
    ...holding(["m1"], () => ({ keywords: { $seen: true } })),
    "Email/set": ({ update }) => {
      const [id = ""] = Object.keys(Object(update));
      if (id === "m1") return { notUpdated: null };
      const type = id === "m2" ? "notFound" : "tooManyKeywords";
      return { notUpdated: { [id]: { type, description: "A message can carry 100 keywords." } } };
    },
  });
  expect(await markMessage(api, "m1", { $seen: true, $flagged: false, "a/b~c": true })).toMatchObject({
    keywords: { $seen: true },
  });
  await moveMessage(api, "m1", "f4");
  expect(requests.map(([set]) => set?.[1].update)).toEqual([
    { m1: { "keywords/$seen": true, "keywords/$flagged": null, "keywords/a~1b~0c": true } },
    { m1: { mailboxIds: { f4: true } } },
  ]);
  await expect(moveMessage(api, "m2", "f4")).rejects.toMatchObject({ problem: { code: "notFound" } });
  await expect(markMessage(api, "m3", { a: true })).rejects.toThrow("A message can carry 100 keywords.");
  await expect(markMessage(api, "m 4", { a: true })).rejects.toMatchObject({ problem: { code: "notFound" } });
});

test("Changes are asked for since a state, and one that is forgotten is told", async () => {
  const { api } = await serveJmap({
    "Email/changes": ({ sinceState }) =>
      sinceState === "7"
        ? { oldState: "7", newState: "9", hasMoreChanges: false, created: ["m9"], updated: [], destroyed: [] }
        : ["error", { type: "cannotCalculateChanges" }],
  });
  expect(await readChanges(api, "7")).toMatchObject({ newState: "9", created: ["m9"] });
  await expect(readChanges(api, "1")).rejects.toMatchObject({ type: "cannotCalculateChanges" });
});
