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

/** jmap-client-ts of somebody. */
async function clientOf(name: string) {
  const { session, token } = personCalled(name);
  const client = new Client({
    sessionUrl: `${session.endpoint}/.well-known/jmap`,
    accessToken: token,
    transport: new FetchTransport(fetchHere),
  });
  await client.fetchSession();
  const accountId = client.getFirstAccountId();
  const { list } = await client.mailbox_get({ accountId, ids: null });
  const inRole = (role: string) => list.find((mailbox) => mailbox.role === role)?.id ?? "";
  return { client, accountId, inRole };
}

/** jmap-jam of somebody. */
function jamOf(name: string) {
  const { session, token } = personCalled(name);
  return openJam(`${session.endpoint}/.well-known/jmap`, token);
}

/** The newest of somebody's inbox, once there is one of this subject. */
function arrives(name: string, subject: string) {
  return vi.waitFor(
    async () => {
      const { client, accountId, inRole } = await clientOf(name);
      const { ids } = await client.email_query({
        accountId,
        filter: { inMailbox: inRole("inbox"), subject },
      });
      expect(ids).toHaveLength(1);
      return ids[0] ?? "";
    },
    { timeout: 20_000, interval: 50 },
  );
}

test(
  "jmap-client-ts drafts, sends, lists, reads, flags, moves and destroys",
  async () => {
    const { address: to } = personCalled("bob");
    const { client, accountId, inRole } = await clientOf("alice");
    const drafted = await client.email_set({
      accountId,
      create: {
        draft: {
          mailboxIds: { [inRole("drafts")]: true },
          keywords: { $draft: true, $seen: true },
          from: [{ name: "Alice", email: personCalled("alice").address }],
          to: [{ name: "Bob", email: to }],
          subject: "From another program",
          bodyValues: {
            text: { value: "Shall we meet at ten?", isEncodingProblem: false, isTruncated: false },
          },
          textBody: [{ partId: "text", type: "text/plain" }],
        },
      },
    });
    const emailId = drafted.created?.draft?.id ?? "";
    expect(emailId).toMatch(/^m\d+$/);
    const sent = await client.emailSubmission_set({
      accountId,
      create: { one: { emailId, identityId: await identityOf("alice") } },
      onSuccessUpdateEmail: {
        "#one": {
          [`mailboxIds/${inRole("drafts")}`]: null,
          [`mailboxIds/${inRole("sent")}`]: true,
          "keywords/$draft": null,
        },
      },
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
    });

    const bob = await clientOf("bob");
    const id = await arrives("bob", "From another program");
    const before = await bob.client.email_get({
      accountId: bob.accountId,
      ids: [id],
      properties: ["from", "to", "subject", "preview", "keywords", "bodyValues", "textBody", "threadId"],
      fetchTextBodyValues: true,
    });
    const [letter] = before.list;
    expect(letter).toMatchObject({
      from: [{ email: personCalled("alice").address }],
      to: [{ email: to }],
      preview: "Shall we meet at ten?",
      keywords: {},
    });
    const [part] = letter?.textBody ?? [];
    expect(letter?.bodyValues?.[part?.partId ?? ""]?.value.trim()).toBe("Shall we meet at ten?");

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
    const since = await bob.client.email_changes({ accountId: bob.accountId, sinceState: before.state });
    expect(since).toMatchObject({ updated: [id], created: [], destroyed: [] });
    const { list } = await bob.client.mailbox_get({ accountId: bob.accountId, ids: [bob.inRole("archive")] });
    expect(list[0]).toMatchObject({ totalEmails: 1, unreadEmails: 0 });
    await bob.client.email_set({ accountId: bob.accountId, destroy: [id] });
    const gone = await bob.client.email_get({ accountId: bob.accountId, ids: [id], properties: ["id"] });
    expect(gone).toMatchObject({ list: [], notFound: [id] });
  },
  slow,
);

async function identityOf(name: string): Promise<string> {
  const jam = jamOf(name);
  const [{ list }] = await jam.api.Identity.get({ accountId: await jam.getPrimaryAccount() });
  return list[0]?.id ?? "";
}

test(
  "jmap-jam sends with a file in one request, and the other hears of it by push and gets the file back",
  async () => {
    const alice = jamOf("alice");
    const bob = jamOf("bob");
    const [accountId, bobId] = [await alice.getPrimaryAccount(), await bob.getPrimaryAccount()];
    const source = await openEvents(bob, personCalled("bob").token);
    const heard = new Promise<{ changed: Record<string, Record<string, string>> }>((resolve) => {
      source.addEventListener("state", ({ data }) => {
        const change: { changed: Record<string, Record<string, string>> } = JSON.parse(data);
        if (change.changed[bobId]?.Email !== undefined) resolve(change);
      });
    });
    const file = Uint8Array.from({ length: 70_000 }, (_, at) => (at * 31) % 251);
    const { blobId, size } = await alice.uploadBlob(accountId, file);
    expect(size).toBe(file.length);
    const [{ list: mailboxes }] = await alice.api.Mailbox.get({ accountId });
    const drafts = mailboxes.find(({ role }) => role === "drafts")?.id ?? "";
    const sent = mailboxes.find(({ role }) => role === "sent")?.id ?? "";
    const identityId = await identityOf("alice");
    const letter = {
      mailboxIds: { [drafts]: true },
      keywords: { $draft: true },
      from: [{ name: "Alice", email: personCalled("alice").address }],
      to: [{ name: "Bob", email: personCalled("bob").address }],
      subject: "With a file",
      bodyValues: { text: { value: "Here it is." } },
      textBody: [{ partId: "text", type: "text/plain" }],
      attachments: [
        { blobId, name: "plan.bin", type: "application/octet-stream", disposition: "attachment" },
      ],
    };
    const [{ drafted }] = await alice.requestMany((b) => ({
      drafted: b.Email.set({ accountId, create: { letter } }),
      sent: b.EmailSubmission.set({
        accountId,
        create: { one: { emailId: "#letter", identityId } },
        onSuccessUpdateEmail: { "#one": { mailboxIds: { [sent]: true }, keywords: { $seen: true } } },
      }),
    }));
    expect(drafted).toMatchObject({ created: { letter: { id: expect.any(String) } } });

    const { changed } = await heard;
    expect(Object.keys(changed[bobId] ?? {})).toEqual(expect.arrayContaining(["Email", "Mailbox", "Thread"]));
    source.close();
    const id = await arrives("bob", "With a file");
    const [{ list }] = await bob.api.Email.get({
      accountId: bobId,
      ids: [id],
      properties: ["attachments", "hasAttachment"],
    });
    const [attachment] = list[0]?.attachments ?? [];
    expect(list[0]).toMatchObject({ hasAttachment: true });
    expect(attachment).toMatchObject({ name: "plan.bin", size: file.length });
    const answer = await bob.downloadBlob({
      accountId: bobId,
      blobId: attachment?.blobId ?? "",
      mimeType: "application/octet-stream",
      fileName: "plan.bin",
    });
    expect(Buffer.from(await answer.arrayBuffer()).equals(Buffer.from(file))).toBe(true);
  },
  slow,
);

/** An event source with the account's token: the library leaves that to whoever opens it. */
async function openEvents(jam: JamClient, token: string): Promise<EventSource> {
  const opened: EventSource[] = [];
  vi.stubGlobal(
    "EventSource",
    class extends EventSource {
      constructor(url: string | URL) {
        const withToken: typeof fetch = (input, init) =>
          fetchHere(input, {
            ...init,
            headers: { ...Object.fromEntries(new Headers(init?.headers)), authorization: `Bearer ${token}` },
          });
        super(url, { fetch: withToken });
        opened.push(this);
      }
    },
  );
  await jam.connectEventSource({ types: "*", ping: 30 });
  const [source] = opened;
  if (source === undefined) throw new Error("the library opened no event source");
  await new Promise((resolve, reject) => {
    source.onopen = resolve;
    source.onerror = (event) => reject(new Error(event.message ?? "the event source was refused"));
  });
  return source;
}

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
