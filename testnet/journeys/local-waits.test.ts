/** What somebody's device does while a server makes it wait: reads on, is told of no fault that is none, and asks no sooner than it was told to. */
import {
  actions,
  changeEmails,
  emails,
  findDraft,
  login,
  post,
  prepare,
  type Session,
  saveDraft,
  send,
  statuses,
  type Transport,
  undoMail,
} from "@posthorn/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { busyProblem } from "../src/busy-server.ts";
import { isUpToDate, newDevice, type TestDevice, until } from "../src/devices.ts";
import { joinAs, openNewest, type TestPerson } from "../src/people.ts";
import { startTestnet, type Testnet } from "../src/testnet.ts";

let net: Testnet;
let alice: TestPerson;
let bob: TestPerson;
const devices: TestDevice[] = [];

beforeEach(async () => {
  net = await startTestnet({ names: ["alpha"], wire: "memory" });
  alice = await joinAs(net, net.node("alpha"), "alice");
  bob = await joinAs(net, net.node("alpha"), "bob");
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.close();
  await net.close();
});

/** A device of Alice's, open, with all that is at the server. */
async function aliceOn(transport: Transport): Promise<TestDevice> {
  const device = await newDevice({ ...net.platform, transport }, (platform) => login(platform, alice));
  devices.push(device);
  await device.open();
  await until(() => isUpToDate(device));
  return device;
}

async function write(session: Session, to: string, subject: string): Promise<void> {
  const { message } = await prepare(session, { from: session.address, to: [to], subject, body: subject });
  await send(session, message);
  await net.drain();
}

test("while the server looks for a recipient's keys what comes is read, and what is done is told", async () => {
  await write(bob.session, alice.address, "one");
  const { transport } = net.platform;
  let isSlow = true;
  let found: () => void = () => undefined;
  const whenFound = new Promise<void>((resolve) => {
    found = resolve;
  });
  let asked = 0;
  const device = await aliceOn(async (request) => {
    const isLookUp = request.url.includes("/keys/") && request.url.includes("bob");
    if (isLookUp) asked++;
    if (isLookUp && isSlow) await whenFound;
    return transport(request);
  });
  const { mail } = device;
  const draft = { from: alice.address, to: [bob.address], subject: "Slow", body: "Hello" };
  await post(mail, draft, { label: "Sent" });
  await until(async () => asked > 0);
  const [email] = await mail.store.list(emails);
  await changeEmails(mail, "Starred", [email?.id ?? ""], { kind: "keywords", set: { $flagged: true } });
  await write(bob.session, alice.address, "two");
  await until(async () => (await mail.store.count(emails)) === 2);
  await until(async () => (await mail.store.count(actions)) === 1);
  isSlow = false;
  found();
  await until(() => isUpToDate(device));
  await net.drain();
  expect(await openNewest(bob.session)).toMatchObject({ message: { subject: "Slow" } });
});

test("who writes on faster than the server answers is told of no fault, and what comes meanwhile is read", async () => {
  const { transport } = net.platform;
  const writtenOn = { times: 0, name: "" };
  const device = await aliceOn(async (request) => {
    const isTold = request.body instanceof Uint8Array && Buffer.from(request.body).includes("Record/set");
    if (isTold && (writtenOn.times < 20 || (await mail.store.count(emails)) === 0)) {
      const before = await findDraft(mail, writtenOn.name);
      if (writtenOn.times === 0) await write(bob.session, alice.address, "one");
      await saveDraft(mail, { ...letter, body: `Word ${++writtenOn.times}` }, before);
    }
    return transport(request);
  });
  const { mail } = device;
  const letter = { from: alice.address, to: [], cc: [], subject: "Half", body: "" };
  const said = new Set<string | undefined>();
  mail.store.subscribe([statuses], async () => said.add((await mail.store.get(statuses, "status"))?.state));
  ({ name: writtenOn.name } = await saveDraft(mail, letter));
  await until(async () => writtenOn.times >= 20 && (await isUpToDate(device)));
  expect(said).not.toContain("waiting");
  expect(await mail.store.count(emails)).toBe(1);
  expect(await findDraft(mail, writtenOn.name)).toMatchObject({
    letter: { body: `Word ${writtenOn.times}` },
    isWaiting: false,
  });
});

test("a server that has asked for a minute is not asked in it, whatever is done here", async () => {
  await write(bob.session, alice.address, "one");
  const { transport } = net.platform;
  let isBusy = false;
  let asked = 0;
  const device = await aliceOn(async (request) => {
    if (!isBusy || !request.url.endsWith("/jmap/api")) return transport(request);
    asked++;
    return busyFor(60);
  });
  const { mail } = device;
  const [email] = await mail.store.list(emails);
  isBusy = true;
  await changeEmails(mail, "Starred", [email?.id ?? ""], { kind: "keywords", set: { $flagged: true } });
  await until(async () => (await mail.store.get(statuses, "status"))?.state === "waiting");
  const askedBefore = asked;
  for (let second = 0; second < 50; second += 10) {
    await undoMail(mail);
    await changeEmails(mail, "Starred", [email?.id ?? ""], { kind: "keywords", set: { $flagged: true } });
    await net.advance(10_000);
    await quiet();
  }
  expect(asked).toBe(askedBefore);
  isBusy = false;
  await net.advance(15_000);
  await until(() => isUpToDate(device));
  expect((await mail.store.get(emails, email?.id ?? ""))?.keywords).toEqual({ $flagged: true });
});

/** Until nothing goes on any more that needs no time. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await new Promise((next) => setTimeout(next, 1));
}

async function busyFor(retryAfterS: number): ReturnType<Transport> {
  const bytes = new TextEncoder().encode(JSON.stringify({ ...busyProblem, retryAfterS }));
  const headers = new Map([["content-type", "application/problem+json"]]);
  return {
    status: 503,
    headers,
    body: (async function* () {
      yield bytes;
    })(),
  };
}
