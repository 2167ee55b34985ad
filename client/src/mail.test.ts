import { limits, problem } from "@posthorn/protocol";
import { expect, test } from "vitest";
import { makeApi } from "./api.ts";
import { compose } from "./compose.ts";
import { handPlatform } from "./hand-platform.ts";
import {
  eachMessage,
  getMailbox,
  getMessage,
  listMessages,
  markMessage,
  moveMessage,
  readChanges,
  readMessage,
} from "./mail.ts";
import { type Answer, answerJson, bodyOf, serve } from "./node/test-server.ts";
import { nodeTransport } from "./node/transport.ts";
import { eachAccount, eachPeer } from "./operator.ts";

async function apiTo(answer: Answer) {
  const server = await serve(answer);
  const platform = handPlatform(nodeTransport({ ca: server.ca, localhost: true }));
  return { platform, api: makeApi(platform, server.origin, { token: async () => "t" }) };
}

function metaOf(id: string) {
  return {
    id,
    messageId: "0192f0c1-0000-7000-8000-000000000001",
    type: "email",
    from: { id: "bob", host: "b.test" },
    to: [{ id: "alice", host: "a.test" }],
    cc: [],
    subject: "Hello",
    preview: null,
    date: "2026-11-24T00:00:00Z",
    deliveredAt: "2026-11-24T00:00:01Z",
    size: 100,
    keywords: {},
    mailboxes: ["inbox-1"],
    attachments: [],
    thread: "0192f0c1-0000-7000-8000-000000000001",
    inReplyTo: null,
    sealed: false,
  };
}

test("Messages are walked page after page, and only as far as they are wanted", async () => {
  const asked: unknown[] = [];
  const { api } = await apiTo((request, response) => {
    asked.push(request.url);
    const after = new URL(request.url ?? "", "https://a.test").searchParams.get("after") ?? "0";
    const start = Number(after);
    const messages = [1, 2].map((step) => metaOf(String(start + step)));
    answerJson(response, 200, { messages, state: "s", ...(start < 4 ? { next: String(start + 2) } : {}) });
  });
  const ids: string[] = [];
  for await (const { id } of eachMessage(api, { mailbox: "inbox-1", limit: 2 })) ids.push(id);
  expect(ids).toEqual(["1", "2", "3", "4", "5", "6"]);
  expect(asked).toEqual([
    "/mail/messages?mailbox=inbox-1&limit=2",
    "/mail/messages?mailbox=inbox-1&limit=2&after=2",
    "/mail/messages?mailbox=inbox-1&limit=2&after=4",
  ]);
  asked.length = 0;
  for await (const { id } of eachMessage(api)) if (id === "2") break;
  expect(asked).toEqual(["/mail/messages"]);
  expect((await listMessages(api, { after: "4" })).messages.map(({ id }) => id)).toEqual(["5", "6"]);
});

test("A message is found by its own id and by its author's, of several the newest, else it is not found", async () => {
  const asked: unknown[] = [];
  const wanted = "0192f0c1-0000-7000-8000-00000000000a";
  const newest = ["5", "4", "3", "2", "1"].map((id) =>
    id === "4" || id === "2" ? { ...metaOf(id), messageId: wanted } : metaOf(id),
  );
  const { api } = await apiTo((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "https://a.test");
    asked.push(pathname);
    const [, id] = /^\/mail\/messages\/(.+)$/.exec(pathname) ?? [];
    if (id === "1") answerJson(response, 200, metaOf("1"));
    else if (id !== undefined) answerJson(response, 404, problem("notFound", "There is no such message."));
    else if (searchParams.has("after")) answerJson(response, 200, { messages: newest.slice(3), state: "s" });
    else answerJson(response, 200, { messages: newest.slice(0, 3), state: "s", next: "3" });
  });
  expect((await getMessage(api, wanted.toUpperCase())).id).toBe("4");
  expect(asked).toEqual(["/mail/messages"]);
  expect((await getMessage(api, "1")).id).toBe("1");
  const unknown = "0192f0c1-0000-7000-8000-00000000000b";
  await expect(getMessage(api, unknown)).rejects.toMatchObject({ problem: { code: "notFound" } });
});

test("A mailbox is found by its role or its name, and a wrong one names those there are", async () => {
  const mailboxes = [
    { id: "m1", name: "Inbox", role: "inbox", total: 1, unread: 1 },
    { id: "m2", name: "Holidays", role: null, total: 0, unread: 0 },
  ];
  const { api } = await apiTo((_, response) => answerJson(response, 200, { mailboxes, state: "s" }));
  expect((await getMailbox(api, "inbox")).id).toBe("m1");
  expect((await getMailbox(api, "holidays")).id).toBe("m2");
  await expect(getMailbox(api, "spam")).rejects.toThrow("There are: inbox, Holidays.");
});

test("A message is read from its bytes, and one that is damaged says so", async () => {
  const composing = handPlatform(() => Promise.reject(new Error("composing asks no server")));
  const message = compose(composing, {
    from: "bob@b.test",
    to: ["alice@a.test"],
    subject: "Hello",
    body: "Text",
  });
  let bytes = Buffer.from(JSON.stringify(message));
  const { api } = await apiTo((_, response) => {
    response.writeHead(200, { "content-type": "application/octet-stream" }).end(bytes);
  });
  expect(await readMessage(api, "1")).toEqual(message);
  bytes = bytes.subarray(0, 50);
  await expect(readMessage(api, "1")).rejects.toMatchObject({ problem: { code: "badJson" } });
  bytes = Buffer.alloc(limits.messageBytes + 1);
  await expect(readMessage(api, "1")).rejects.toMatchObject({ problem: { code: "tooLarge" } });
});

test("Marking and moving say no more than what is to change", async () => {
  const bodies: string[] = [];
  const { api } = await apiTo(async (request, response) => {
    bodies.push((await bodyOf(request)).toString());
    answerJson(response, 200, metaOf("1"));
  });
  await markMessage(api, "1", { $seen: true, $flagged: false });
  await moveMessage(api, "1", "m2");
  expect(bodies).toEqual(['{"keywords":{"$seen":true,"$flagged":false}}', '{"mailbox":"m2"}']);
});

test("Changes are asked for since a state, or from the beginning", async () => {
  const asked: unknown[] = [];
  const { api } = await apiTo((request, response) => {
    asked.push(request.url);
    const nothing = { hasMoreChanges: false, created: [], updated: [], destroyed: [] };
    answerJson(response, 200, { oldState: "s1", newState: "s2", ...nothing });
  });
  expect((await readChanges(api, "s1")).newState).toBe("s2");
  await readChanges(api, undefined);
  expect(asked).toEqual(["/mail/changes?since=s1", "/mail/changes"]);
});

test("The operator's lists are walked page after page", async () => {
  const account = { id: "1", name: "alice", address: "alice@a.test", createdAt: "2026-11-24T00:00:00Z" };
  const peer = { host: "b.test", policy: "allow", firstSeenAt: "2026-11-24T00:00:00Z" };
  const { api } = await apiTo((request, response) => {
    const isLast = (request.url ?? "").includes("after=");
    const rest = { suspended: false, quotaBytes: 1, usedBytes: 0 };
    if (request.url?.startsWith("/admin/accounts")) {
      answerJson(response, 200, {
        accounts: [{ ...account, ...rest }],
        ...(isLast ? {} : { next: "alice" }),
      });
    } else answerJson(response, 200, { peers: [peer], ...(isLast ? {} : { next: "b.test" }) });
  });
  const names: string[] = [];
  for await (const { name } of eachAccount(api)) names.push(name);
  for await (const { host } of eachPeer(api)) names.push(host);
  expect(names).toEqual(["alice", "alice", "b.test", "b.test"]);
});
