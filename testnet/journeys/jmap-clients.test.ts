/** Programs that others wrote for JMAP use an open account, against a running server over TLS. */
import { createRequire } from "node:module";
import { createToken } from "@posthorn/client";
import { EventSource } from "eventsource";
import type { Client as JmapClient } from "jmap-client-ts";
import type { FetchTransport as JmapFetch } from "jmap-client-ts/lib/utils/fetch-transport.js";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type JamClient, openJam } from "../src/jam.ts";
import { joinAs, type TestPerson } from "../src/people.ts";
import { platformFetch } from "../src/platform-fetch.ts";
import { startTestnet } from "../src/testnet.ts";

// Its package is of the older kind of modules.
const require = createRequire(import.meta.url);
const { Client }: { Client: typeof JmapClient } = require("jmap-client-ts");
const {
  FetchTransport,
}: { FetchTransport: typeof JmapFetch } = require("jmap-client-ts/lib/utils/fetch-transport");

const slow = 60_000;
const net = await startTestnet({ names: ["alpha", "beta"], wire: "sockets" });
const [alpha, beta] = [net.node("alpha"), net.node("beta")];
const fetchHere = platformFetch(net.platform);
const people: Record<string, TestPerson & { token: string }> = {};

beforeAll(async () => {
  for (const [name, node] of [
    ["alice", alpha],
    ["bob", beta],
  ] as const) {
    const person = await joinAs(net, node, name, { mode: "open" });
    const made = await createToken(person.session, {
      name: "mail program",
      scopes: ["read", "draft", "send"],
    });
    people[name] = { ...person, token: made.token };
  }
  vi.stubGlobal("fetch", fetchHere);
}, slow);

afterAll(async () => {
  vi.unstubAllGlobals();
  await net.close();
});

function personCalled(name: string): TestPerson & { token: string } {
  const person = people[name];
  if (person === undefined) throw new Error(`nobody is called ${name}`);
  return person;
}

/** What is answered: the libraries' types know fewer properties than the RFCs have. */
type Json = ReturnType<typeof JSON.parse>;

const file = Uint8Array.from({ length: 70_000 }, (_, at) => (at * 31) % 251);

/** A letter of alice to bob with the file. */
function letterWith(blobId: string, drafts: string, subject: string): Json {
  return {
    mailboxIds: { [drafts]: true },
    keywords: { $draft: true, $seen: true },
    from: [{ name: "Alice", email: personCalled("alice").address }],
    to: [{ name: "Bob", email: personCalled("bob").address }],
    subject,
    bodyValues: { text: { value: "Shall we meet at ten?", isEncodingProblem: false, isTruncated: false } },
    textBody: [{ partId: "text", type: "text/plain" }],
    attachments: [{ blobId, name: "plan.bin", type: "application/octet-stream", disposition: "attachment" }],
  };
}

/** What a program does once its draft is on its way. */
function sentFrom({ drafts, sent }: { drafts: string; sent: string }) {
  return {
    [`mailboxIds/${drafts}`]: null,
    [`mailboxIds/${sent}`]: true,
    "keywords/$draft": null,
  };
}

/** What lists and readers ask for. */
const shown = ["from", "to", "subject", "preview", "keywords", "bodyValues", "textBody", "attachments"];

/** That it is what alice wrote; gives its file. */
function expectLetter(letter: Json): { blobId: string } {
  expect(letter).toMatchObject({
    from: [{ email: personCalled("alice").address }],
    to: [{ email: personCalled("bob").address }],
    preview: "Shall we meet at ten?",
    keywords: {},
    attachments: [{ name: "plan.bin", size: file.length, type: "application/octet-stream" }],
  });
  expect(letter.bodyValues[letter.textBody[0].partId].value.trim()).toBe("Shall we meet at ten?");
  return letter.attachments[0];
}

/** Event sources that show a token, which the libraries leave to whoever opens them. */
function eventsOf(name: string, opened: EventSource[] = []): typeof EventSource {
  const { token } = personCalled(name);
  return class extends EventSource {
    constructor(url: string | URL) {
      const withToken: typeof fetch = (input, init) =>
        fetchHere(input, {
          ...init,
          headers: { ...Object.fromEntries(new Headers(init?.headers)), authorization: `Bearer ${token}` },
        });
      super(url, { fetch: withToken });
      opened.push(this);
    }
  };
}

/** Waits until a stream is open; `heard` has what the first event says that tells of an Email of the account. */
async function listen(source: EventSource, accountId: string) {
  const heard = new Promise<Record<string, string>>((resolve) => {
    source.addEventListener("state", ({ data }) => {
      const { changed }: { changed: Record<string, Record<string, string>> } = JSON.parse(data);
      const ofAccount = changed[accountId];
      if (ofAccount?.Email !== undefined) resolve(ofAccount);
    });
  });
  await new Promise((resolve, reject) => {
    source.onopen = resolve;
    source.onerror = (event) => reject(new Error(event.message ?? "the event source was refused"));
  });
  return { heard };
}

/** jmap-client-ts of somebody, and its transport for what it has no function for. */
async function clientOf(name: string) {
  const { session, token } = personCalled(name);
  const transport = new FetchTransport(fetchHere);
  const sessionUrl = `${session.endpoint}/.well-known/jmap`;
  const client = new Client({ sessionUrl, accessToken: token, transport });
  await client.fetchSession();
  const accountId = client.getFirstAccountId();
  const { list } = await client.mailbox_get({ accountId, ids: null });
  const inRole = (role: string) => list.find((mailbox) => mailbox.role === role)?.id ?? "";
  async function call(using: string, method: string, args: object): Promise<Json> {
    const { methodResponses } = await transport.post<{ methodResponses: Json }>(
      client.getSession().apiUrl,
      { using: ["urn:ietf:params:jmap:core", using], methodCalls: [[method, { accountId, ...args }, "0"]] },
      { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    );
    const [[answered, answer]] = methodResponses;
    expect(answered).toBe(method);
    return answer;
  }
  return { client, accountId, inRole, call };
}

test(
  "jmap-client-ts uploads, drafts, sends, hears by push, lists, reads, flags, moves and destroys",
  async () => {
    const bob = await clientOf("bob");
    const { state: before } = await bob.client.email_get({ accountId: bob.accountId, ids: [] });
    const everything = bob.client
      .getSession()
      .eventSourceUrl.replace("{types}", "*")
      .replace("{closeafter}", "no")
      .replace("{ping}", "30");
    const source = new (eventsOf("bob"))(everything);
    const { heard } = await listen(source, bob.accountId);

    const { client, accountId, inRole, call } = await clientOf("alice");
    const uploaded = await call("urn:ietf:params:jmap:blob", "Blob/upload", {
      create: { file: { data: [{ "data:asBase64": Buffer.from(file).toString("base64") }] } },
    });
    const drafted = await client.email_set({
      accountId,
      create: { draft: letterWith(uploaded.created.file.id, inRole("drafts"), "From another program") },
    });
    const emailId = drafted.created?.draft?.id ?? "";
    expect(emailId).toMatch(/^m\d+$/);
    const identities = await call("urn:ietf:params:jmap:submission", "Identity/get", { ids: null });
    const sent = await client.emailSubmission_set({
      accountId,
      create: { one: { emailId, identityId: identities.list[0].id } },
      onSuccessUpdateEmail: { "#one": sentFrom({ drafts: inRole("drafts"), sent: inRole("sent") }) },
    });
    expect(Object.keys(sent.created ?? {})).toEqual(["one"]);
    const mine = await client.email_get({
      accountId,
      ids: [emailId],
      properties: ["mailboxIds", "keywords", "subject"],
    });
    expect(mine.list[0]).toMatchObject({
      subject: "From another program",
      mailboxIds: { [inRole("sent")]: true },
      keywords: { $seen: true },
    });

    expect(Object.keys(await heard)).toEqual(expect.arrayContaining(["Email", "Mailbox", "Thread"]));
    source.close();
    const { created } = await bob.client.email_changes({ accountId: bob.accountId, sinceState: before });
    const filter = { inMailbox: bob.inRole("inbox"), subject: "from another program" };
    const { ids } = await bob.client.email_query({ accountId: bob.accountId, filter });
    expect(ids).toEqual(created);
    const [id = ""] = ids;
    const properties: Json = shown;
    const read = await bob.client.email_get({
      accountId: bob.accountId,
      ids,
      properties,
      fetchTextBodyValues: true,
    });
    const { blobId } = expectLetter(read.list[0]);
    const got = await bob.call("urn:ietf:params:jmap:blob", "Blob/get", {
      ids: [blobId],
      properties: ["data:asBase64"],
    });
    expect(Buffer.from(got.list[0]["data:asBase64"], "base64").equals(file)).toBe(true);

    const changed = await bob.client.email_set({
      accountId: bob.accountId,
      update: {
        [id]: {
          "keywords/$seen": true,
          "keywords/$flagged": true,
          [`mailboxIds/${bob.inRole("inbox")}`]: null,
          [`mailboxIds/${bob.inRole("archive")}`]: true,
        },
      },
    });
    expect(changed.updated).toHaveProperty(id);
    const since = await bob.client.email_changes({ accountId: bob.accountId, sinceState: read.state });
    expect(since).toMatchObject({ updated: [id], created: [], destroyed: [] });
    const now = await bob.client.email_get({
      accountId: bob.accountId,
      ids,
      properties: ["keywords", "mailboxIds"],
    });
    expect(now.list[0]).toMatchObject({
      keywords: { $seen: true, $flagged: true },
      mailboxIds: { [bob.inRole("archive")]: true },
    });
    const { list } = await bob.client.mailbox_get({ accountId: bob.accountId, ids: [bob.inRole("archive")] });
    expect(list[0]).toMatchObject({ totalEmails: 1, unreadEmails: 0 });
    await bob.client.email_set({ accountId: bob.accountId, destroy: [id] });
    const gone = await bob.client.email_get({ accountId: bob.accountId, ids: [id], properties: ["id"] });
    expect(gone).toMatchObject({ list: [], notFound: [id] });
  },
  slow,
);

/** jmap-jam of somebody. */
async function jamOf(name: string) {
  const { session, token } = personCalled(name);
  const jam = openJam(`${session.endpoint}/.well-known/jmap`, token);
  const accountId = await jam.getPrimaryAccount();
  const [{ list }] = await jam.api.Mailbox.get({ accountId });
  const inRole = (wanted: string) => list.find(({ role }) => role === wanted)?.id ?? "";
  return { jam, accountId, inRole };
}

/** The library opens an event source of the page's own kind. */
async function hearByJam(name: string, jam: JamClient, accountId: string) {
  const opened: EventSource[] = [];
  vi.stubGlobal("EventSource", eventsOf(name, opened));
  await jam.connectEventSource({ types: "*", ping: 30 });
  const [source] = opened;
  if (source === undefined) throw new Error("the library opened no event source");
  return { source, ...(await listen(source, accountId)) };
}

test(
  "jmap-jam uploads, drafts and sends in one request, hears by push, lists, reads, downloads, flags and moves",
  async () => {
    const bob = await jamOf("bob");
    const { source, heard } = await hearByJam("bob", bob.jam, bob.accountId);

    const { jam, accountId, inRole } = await jamOf("alice");
    const { blobId, size } = await jam.uploadBlob(accountId, file);
    expect(size).toBe(file.length);
    const [{ list: identities }] = await jam.api.Identity.get({ accountId });
    const [{ drafted }] = await jam.requestMany((b) => ({
      drafted: b.Email.set({
        accountId,
        create: { letter: letterWith(blobId, inRole("drafts"), "With a file") },
      }),
      sent: b.EmailSubmission.set({
        accountId,
        create: { one: { emailId: "#letter", identityId: identities[0]?.id } },
        onSuccessUpdateEmail: { "#one": sentFrom({ drafts: inRole("drafts"), sent: inRole("sent") }) },
      }),
    }));
    expect(drafted).toMatchObject({ created: { letter: { id: expect.any(String) } } });

    expect(Object.keys(await heard)).toEqual(expect.arrayContaining(["Email", "Mailbox", "Thread"]));
    source.close();
    const inInbox = {
      accountId: bob.accountId,
      filter: { inMailbox: bob.inRole("inbox") },
      sort: [{ property: "receivedAt", isAscending: false }],
      limit: 1,
    };
    const [{ read }] = await bob.jam.requestMany((b) => {
      const listed = b.Email.query(inInbox);
      return {
        listed,
        read: b.Email.get({
          accountId: bob.accountId,
          ids: listed.$ref("/ids"),
          properties: ["id", ...shown],
          fetchTextBodyValues: true,
        }),
      };
    });
    const answered: Json = read;
    const [letter] = answered.list;
    expect(letter.subject).toBe("With a file");
    const attachment = expectLetter(letter);
    const answer = await bob.jam.downloadBlob({
      accountId: bob.accountId,
      blobId: attachment.blobId,
      mimeType: "application/octet-stream",
      fileName: "plan.bin",
    });
    expect(Buffer.from(await answer.arrayBuffer()).equals(file)).toBe(true);

    await bob.jam.api.Email.set({
      accountId: bob.accountId,
      update: { [letter.id]: { "keywords/$seen": true, "keywords/$flagged": true } },
    });
    await bob.jam.api.Email.set({
      accountId: bob.accountId,
      update: { [letter.id]: { mailboxIds: { [bob.inRole("trash")]: true } } },
    });
    const [{ list }] = await bob.jam.api.Email.get({
      accountId: bob.accountId,
      ids: [letter.id],
      properties: ["keywords", "mailboxIds"],
    });
    expect(list).toEqual([
      {
        id: letter.id,
        keywords: { $seen: true, $flagged: true },
        mailboxIds: { [bob.inRole("trash")]: true },
      },
    ]);
    const [left] = await bob.jam.api.Email.query(inInbox);
    expect(left).toMatchObject({ ids: [] });
  },
  slow,
);

test(
  "A stranger's program gets nowhere without a token, with Basic it does, and the session says where everything is",
  async () => {
    const { session, token, address } = personCalled("alice");
    const url = `${session.endpoint}/.well-known/jmap`;
    const refused = await fetchHere(url);
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toMatch(/Basic/);
    const basic = (user: string, password: string) => ({
      headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` },
    });
    expect((await fetchHere(url, basic(address, "ph_0000000000000000_wrong"))).status).toBe(401);
    expect((await fetchHere(url, basic(personCalled("bob").address, token))).status).toBe(401);
    const found = await fetchHere(url, basic(address, token));
    expect(await found.json()).toMatchObject({
      username: address,
      capabilities: {
        "urn:ietf:params:jmap:core": { maxCallsInRequest: 64 },
        "urn:ietf:params:jmap:mail": {},
      },
      apiUrl: expect.stringContaining(session.endpoint),
      eventSourceUrl: expect.stringContaining("{types}"),
    });
  },
  slow,
);
