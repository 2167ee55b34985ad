/** A server is down when a letter is handed over: the sender sees why and when it is tried again, and it arrives once. */
import {
  compose,
  eachMessage,
  listMessages,
  readMessage,
  type Session,
  send,
  sendStatus,
} from "@posthorn/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startTestnet, type Testnet } from "../src/testnet.ts";

let net: Testnet;
let alice: Session;
let bob: Session;

beforeEach(async () => {
  net = await startTestnet({ names: ["alpha", "beta"], wire: "memory" });
  alice = await net.session(await net.node("alpha").addAccount("alice"));
  bob = await net.session(await net.node("beta").addAccount("bob"));
});

afterEach(() => net.close());

async function write(subject: string): Promise<string> {
  const message = compose(net.platform, { from: alice.address, to: [bob.address], subject, body: "" });
  await send(alice, message);
  await net.settle();
  return message.id;
}

async function statusOf(id: string) {
  const [recipient] = (await sendStatus(alice, id)).recipients;
  return recipient;
}

async function subjects(session: Session): Promise<(string | null)[]> {
  const found: (string | null)[] = [];
  for await (const meta of eachMessage(session)) found.push(meta.subject);
  return found;
}

test("the sender sees “retrying” with reason and time, and the letter arrives with the other server's hello", async () => {
  await write("first");
  expect((await statusOf(await write("second")))?.status).toBe("delivered");

  await net.node("beta").stop();
  const id = await write("while it was down");
  const waiting = await statusOf(id);
  expect(waiting).toMatchObject({
    status: "retrying",
    attempts: 1,
    problem: { code: "unavailable", retry: "later" },
  });
  expect(waiting?.problem?.detail).toContain("beta.test did not answer");
  expect(Date.parse(waiting?.nextAttemptAt ?? "")).toBeGreaterThan(net.clock.now());

  // Hours later the next try is far away, but the hello brings the letter without time moving on.
  await net.advance(3 * 3_600_000);
  expect((await statusOf(id))?.status).toBe("retrying");
  await net.node("beta").start();
  await net.settle();
  expect(await statusOf(id)).toMatchObject({ status: "delivered" });
  expect(await subjects(bob)).toEqual(["while it was down", "second", "first"]);
});

test("after four hours the sender hears that it is late, after five days that it failed", async () => {
  await write("first");
  await net.node("beta").stop();
  const id = await write("never to arrive");
  await net.drain(5 * 3_600_000);
  expect((await subjects(alice))[0]).toBe(`Not delivered yet: ${bob.address}`);
  await net.drain();
  expect(await statusOf(id)).toMatchObject({ status: "expired" });
  expect((await subjects(alice)).slice(0, 2)).toEqual([
    `Not delivered: ${bob.address}`,
    `Not delivered yet: ${bob.address}`,
  ]);
  const [report] = (await listMessages(alice, { limit: 1 })).messages;
  expect(await readMessage(alice, report?.id ?? "")).toMatchObject({
    inReplyTo: id,
    from: { id: "postmaster", host: "alpha.test" },
    body: expect.stringContaining("Send it again if it still matters."),
  });
});
