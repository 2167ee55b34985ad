/** Somebody's mail on their devices when something goes wrong: a host that is silent, a server that fails, a cut wire. */
import {
  accountKey,
  actions,
  callJmap,
  changeEmails,
  countMailboxes,
  createMailbox,
  doMail,
  emails,
  indexMail,
  login,
  type Mail,
  mailboxes,
  openMail,
  post,
  refusals,
  removeMailbox,
  searchMail,
  soloTabs,
  statuses,
  syncStates,
  type Transport,
  trashEmails,
  undoMail,
} from "@posthorn/client";
import { capabilities } from "@posthorn/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { busyProblem } from "../src/busy-server.ts";
import { inTime, isUpToDate, until } from "../src/devices.ts";
import { type MailStory, startMailStory } from "../src/mail-story.ts";
import { joinAs, type TestPerson } from "../src/people.ts";
import type { Testnet } from "../src/testnet.ts";

let story: MailStory;
let net: Testnet;
let alice: TestPerson;
let bob: TestPerson;

beforeEach(async () => {
  story = await startMailStory(["alpha"]);
  ({ net, alice, bob } = story);
});
afterEach(() => story.close());

function index(mail: Mail): Promise<void> {
  return indexMail(mail, { signal: new AbortController().signal });
}

/** The ids of what is found, newest first. */
async function found(mail: Mail, query: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of searchMail(mail, query)) ids.push(id);
  return ids;
}

test("letters that another device has indexed are found here also when the index came before the list", async () => {
  await story.bobWrites("apple");
  const [one, two] = [await story.wholeDeviceOf(alice), await story.wholeDeviceOf(alice)];
  await index(two.mail);
  await two.close();
  await story.bobWrites("plum one", "plum two");
  await until(async () => (await one.mail.store.count(emails)) === 3);
  await index(one.mail);
  const early = await openMail(await login(net.platform, alice), { place: two.place, tabs: soloTabs() });
  await index(early);
  await early.store.close();
  await two.open();
  await until(async () => (await two.mail.store.count(emails)) === 3);
  await index(two.mail);
  const plums = await found(one.mail, "plum ");
  expect(plums).toHaveLength(2);
  expect(await found(two.mail, "plum ")).toEqual(plums);
});

test("a letter to a host that is silent waits, and why is said; all else goes on meanwhile", async () => {
  await story.bobWrites("one");
  const [one, two] = [await story.wholeDeviceOf(alice), await story.wholeDeviceOf(alice)];
  const draft = { from: alice.address, to: ["carol@nowhere.test"], subject: "Hello", body: "Hello" };
  const { undo } = await post(one.mail, draft, { label: "Sent" });
  await until(async () => (await one.mail.store.list(actions)).some(({ trouble }) => trouble !== undefined));
  const [email] = await one.mail.store.list(emails);
  await changeEmails(one.mail, "Read", [email?.id ?? ""], { kind: "keywords", set: { $seen: true } });
  await story.bobWrites("two");
  await until(async () => (await one.mail.store.count(emails)) === 2);
  await until(async () => (await two.mail.store.get(emails, email?.id ?? ""))?.keywords.$seen === true);
  for (let hour = 0; hour < 20; hour++) await net.advance(3_600_000);
  expect(await one.mail.store.list(refusals)).toEqual([]);
  expect(await one.mail.store.list(actions)).toMatchObject([
    {
      trouble: expect.stringContaining("nowhere.test"),
      troubleCode: "unavailable",
      troubleWith: "carol@nowhere.test",
      againAtMs: expect.any(Number),
    },
  ]);
  await undoMail(one.mail, undo?.number);
  await inTime(net, () => isUpToDate(one));
});

test("a letter that waited for long without a network goes, though the server fails at it at first", async () => {
  let failuresLeft = 1;
  const { transport } = net.platform;
  const failing: Transport = async (request) => {
    if (failuresLeft === 0 || !request.url.endsWith("/email/send")) return transport(request);
    failuresLeft--;
    return busy();
  };
  const device = await story.wholeDeviceOf(alice, { transport: failing });
  device.wire.isUp = false;
  device.wire.cut();
  const draft = { from: alice.address, to: [bob.address], subject: "From the train", body: "Hello" };
  await post(device.mail, draft, { label: "Sent" });
  for (let minute = 0; minute < 30; minute++) await net.advance(60_000);
  device.wire.isUp = true;
  await inTime(net, () => isUpToDate(device));
  expect(failuresLeft).toBe(0);
  expect(await device.mail.store.list(refusals)).toEqual([]);
});

test("that there is no network is said, and that there is one again", async () => {
  const device = await story.wholeDeviceOf(alice);
  device.wire.isUp = false;
  device.wire.cut();
  await inTime(net, async () => (await device.mail.store.get(statuses, "status"))?.state === "waiting");
  const status = await device.mail.store.get(statuses, "status");
  expect(status?.sentence).toContain("does not take connections");
  device.wire.isUp = true;
  await inTime(net, () => isUpToDate(device));
});

test("a server that does not answer who wants to hear of changes is asked again, and that is said meanwhile", async () => {
  let isSilent = false;
  const { transport } = net.platform;
  const device = await story.wholeDeviceOf(alice, {
    transport: (request) =>
      isSilent && request.url.includes("/jmap/events") ? untilAborted(request.signal) : transport(request),
  });
  isSilent = true;
  device.wire.cut();
  const status = () => device.mail.store.get(statuses, "status");
  await inTime(net, async () => (await status())?.state === "waiting");
  expect((await status())?.code).toBe("unreachable.timeout");
  isSilent = false;
  await story.bobWrites("one");
  await inTime(net, () => isUpToDate(device));
  expect(await device.mail.store.count(emails)).toBe(1);
});

test("that the sign-in was ended elsewhere is said though nothing is done here", async () => {
  const device = await story.wholeDeviceOf(alice);
  const { sessions } = await alice.session.call("sessions", {});
  for (const { id, current } of sessions) {
    if (!current) await alice.session.call("endSession", { params: { id } });
  }
  await inTime(net, async () => (await device.mail.store.get(statuses, "status"))?.state === "signedOut");
});

test("mail of which no page can be read whole is read in smaller ones, and changes with many are taken all the same", async () => {
  await story.bobWrites(...Array.from({ length: 12 }, (_, number) => `Letter ${number}`));
  const { transport } = net.platform;
  let tooLargeCount = 0;
  const filling: Transport = async (request) => {
    const answer = await transport(request);
    if (!request.url.endsWith("/jmap/api")) return answer;
    const chunks: Uint8Array[] = [];
    for await (const chunk of answer.body) chunks.push(chunk);
    const letters = Buffer.concat(chunks).toString().split('"receivedAt"').length - 1;
    if (letters > 5) tooLargeCount++;
    return {
      ...answer,
      body:
        letters > 5
          ? endless()
          : (async function* () {
              yield* chunks;
            })(),
    };
  };
  const device = await story.wholeDeviceOf(alice, { transport: filling });
  expect(await device.mail.store.count(emails)).toBe(12);
  const ids = await device.mail.store.keys(emails);
  await changeEmails(device.mail, "Read", ids, { kind: "keywords", set: { $seen: true } });
  await inTime(net, () => isUpToDate(device));
  expect(await device.mail.store.list(refusals)).toEqual([]);
  const read = (await device.mail.store.list(emails)).filter(({ keywords }) => keywords.$seen);
  expect(read).toHaveLength(12);
  expect(tooLargeCount).toBeGreaterThan(0);
});

test("a mailbox with others in it is not removed, nor anything moved; what is taken back comes back as it was", async () => {
  await story.bobWrites("one");
  const device = await story.wholeDeviceOf(alice);
  const { mail } = device;
  const trips = await createMailbox(mail, "New", { name: "Trips" });
  await inTime(net, () => isUpToDate(device));
  const find = async (name: string) => (await mail.store.list(mailboxes)).find((one) => one.name === name);
  const parentId = (await find("Trips"))?.id ?? trips;
  await createMailbox(mail, "New", { name: "Rome", parentId });
  await doMail(mail, "Sorted", [{ on: "mailbox", id: parentId, change: { kind: "update", sortOrder: 77 } }]);
  const [id = ""] = await mail.store.keys(emails);
  await changeEmails(mail, "Moved", [id], { kind: "moveTo", mailboxId: parentId });
  await inTime(net, () => isUpToDate(device));
  await expect(removeMailbox(mail, "Removed", parentId)).rejects.toThrow("“Rome”");
  expect(await mail.store.get(emails, id)).toMatchObject({ mailboxIds: { [parentId]: true } });
  const rome = await find("Rome");
  await removeMailbox(mail, "Removed", rome?.id ?? "");
  await removeMailbox(mail, "Removed", parentId);
  await inTime(net, () => isUpToDate(device));
  await undoMail(mail);
  await inTime(net, () => isUpToDate(device));
  expect(await find("Trips")).toMatchObject({ sortOrder: 77, isSubscribed: true, totalEmails: 1 });
  expect(await mail.store.list(refusals)).toEqual([]);
});

test("without a network the counts of mailboxes follow what is done here, and with one they are the server's", async () => {
  await story.bobWrites("one", "two", "three");
  const device = await story.wholeDeviceOf(alice);
  const { mail, wire } = device;
  wire.isUp = false;
  wire.cut();
  const [first = "", second = ""] = await mail.store.keys(emails);
  await changeEmails(mail, "Read", [first], { kind: "keywords", set: { $seen: true } });
  await trashEmails(mail, "Deleted", [second]);
  const count = async (role: string) => (await countMailboxes(mail.store)).find((one) => one.role === role);
  const [inbox, trash] = [
    { totalEmails: 2, unreadEmails: 1 },
    { totalEmails: 1, unreadEmails: 1 },
  ];
  expect(await count("inbox")).toMatchObject(inbox);
  expect(await count("trash")).toMatchObject(trash);
  wire.isUp = true;
  await inTime(net, () => isUpToDate(device));
  expect(await count("inbox")).toMatchObject(inbox);
  expect(await count("trash")).toMatchObject(trash);
  await undoMail(mail);
  expect(await count("inbox")).toMatchObject({ totalEmails: 3, unreadEmails: 2 });
});

test("standard mail with large files is indexed, though its server reads no more than some of it for one answer", async () => {
  const carol = await joinAs(net, net.node("alpha"), "carol", { mode: "open" });
  const { session } = carol;
  const accountId = (await session.call("jmapSession", {})).primaryAccounts[capabilities.mail] ?? "";
  const file = Buffer.alloc(6_000_000, 1).toString("base64").replace(/.{76}/g, "$&\r\n");
  for (let number = 0; number < 9; number++) {
    const lines = [
      `From: x@example.org\r\nTo: ${carol.address}\r\nSubject: large ${number}\r\nMIME-Version: 1.0`,
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n",
      `zebra${number}\r\n--b\r\nContent-Type: application/octet-stream; name=f.bin`,
      `Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n${file}\r\n--b--\r\n`,
    ];
    const content = Buffer.from(lines.join("\r\n"));
    const upload = await session.exchange("jmapUpload", {
      params: { accountId },
      body: { contentType: "message/rfc822", content },
    });
    let text = "";
    for await (const chunk of upload.body) text += Buffer.from(chunk).toString();
    const { blobId } = JSON.parse(text);
    const given = { emails: { letter: { blobId, mailboxIds: { f1: true } } } };
    const [answer] = await callJmap(session, [{ method: "Email/import", arguments: given }]);
    expect(answer?.refusal).toBeUndefined();
  }
  const device = await story.wholeDeviceOf(carol);
  await index(device.mail);
  expect(await found(device.mail, "zebra3 ")).toHaveLength(1);
}, 120_000);

/** More than anybody reads. */
async function* endless(): AsyncGenerator<Uint8Array> {
  const chunk = new Uint8Array(8 * 1024 * 1024).fill(0x20);
  while (true) yield chunk;
}

/** No answer comes. */
function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** What a server says that has too much to do. */
async function busy(): ReturnType<Transport> {
  const bytes = new TextEncoder().encode(JSON.stringify(busyProblem));
  const headers = new Map([["content-type", "application/problem+json"]]);
  return {
    status: 503,
    headers,
    body: (async function* () {
      yield bytes;
    })(),
  };
}

test("a device that was not told what became of the account meanwhile has it looked at as soon as it hears again", async () => {
  const device = await story.deviceOf(alice);
  await until(() => isUpToDate(device));
  const heard = () => device.mail.store.get(syncStates, accountKey);
  expect(await heard()).toBeUndefined();
  await device.close();
  device.wire.isUp = false;
  await device.open();
  await inTime(net, async () => (await device.mail.store.get(statuses, "status"))?.state === "waiting");
  device.wire.isUp = true;
  await inTime(net, () => isUpToDate(device));
  expect(await heard()).toBeDefined();
});
