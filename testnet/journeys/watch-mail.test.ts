/** A program that waits for mail: it hears of each message once, also of what came while it was cut off. */
import {
  compose,
  endSession,
  listSessions,
  openStored,
  send,
  sendBatch,
  type Transport,
  watchMail,
} from "@posthorn/client";
import type { MessageMeta } from "@posthorn/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { joinAs, newDevice, type TestPerson } from "../src/people.ts";
import { startTestnet, type Testnet } from "../src/testnet.ts";
import { type UnsteadyTransport, unsteadyTransport } from "../src/unsteady-transport.ts";

let net: Testnet;
let alice: TestPerson;
let bob: TestPerson;
beforeEach(async () => {
  net = await startTestnet({ names: ["alpha", "beta"], wire: "memory" });
  alice = await joinAs(net, net.node("alpha"), "alice", { mode: "open" });
  bob = await joinAs(net, net.node("beta"), "bob", { mode: "open" });
});
afterEach(() => net.close());

/** Alice at another device, which watches; what it has heard, and how to make it stop. */
async function watching() {
  const wire: UnsteadyTransport = unsteadyTransport(net.platform.transport);
  let streams = 0;
  const transport: Transport = (request) => {
    if (new URL(request.url).pathname === "/jmap/events") streams++;
    return wire.transport(request);
  };
  const session = await newDevice({ ...net.platform, transport }, alice);
  const ended = new AbortController();
  const heard: MessageMeta[] = [];
  const troubles: string[] = [];
  const done = watchMail(session, {
    signal: ended.signal,
    withText: true,
    async onMessages(messages) {
      heard.push(...messages);
    },
    onTrouble: (error) => troubles.push(String(error)),
  });
  const stop = async () => {
    ended.abort();
    await done;
  };
  await until(() => streams > 0);
  return { session, wire, heard, troubles, done, stop };
}

async function write(subject: string): Promise<void> {
  await send(bob.session, compose(net.platform, { from: bob.address, to: [alice.address], subject }));
  await net.settle();
}

async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2_000 && !isSo(); turn++) await net.advance(100);
  expect(isSo()).toBe(true);
}

test("each message is told once, as it comes and after the wire was cut, and what was there before is not", async () => {
  await write("before");
  const { session, wire, heard, troubles, stop } = await watching();
  const subjects = () => heard.map(({ subject }) => subject);
  await write("first");
  await until(() => heard.length === 1);
  wire.isUp = false;
  wire.cut();
  await write("second");
  await write("third");
  await until(() => troubles.length >= 2);
  expect(subjects()).toEqual(["first"]);
  wire.isUp = true;
  await until(() => heard.length === 3);
  expect(subjects()).toEqual(["first", "second", "third"]);
  wire.isUp = false;
  expect((await openStored(session, heard[2] ?? "")).message).toMatchObject({ subject: "third" });
  await stop();
});

test("of many that came at once none is told twice, though the wire breaks in the middle of reading them", async () => {
  const { wire, heard, stop } = await watching();
  wire.isUp = false;
  wire.cut();
  const subjects = Array.from({ length: 120 }, (_, number) => `Letter ${number}`);
  const drafts = subjects.map((subject) => ({ from: bob.address, to: [alice.address], subject }));
  await sendBatch(
    bob.session,
    drafts.map((draft) => compose(net.platform, draft)),
  );
  await net.settle();
  // As soon as some of them are told, and twice after that, an answer is lost.
  let losses = 3;
  wire.fate = () => (heard.length > 0 && losses-- > 0 ? "unanswered" : "well");
  wire.isUp = true;
  await until(() => heard.length >= subjects.length);
  await net.advance(120_000);
  expect(losses).toBeLessThanOrEqual(0);
  expect(heard.map(({ subject }) => subject)).toEqual(subjects);
  await stop();
});

test("one whose sign-in has ended says so, and ends", async () => {
  const { done } = await watching();
  const ended = done.catch((error: unknown) => error);
  await write("first");
  const other = (await listSessions(alice.session)).find(({ current }) => !current);
  await endSession(alice.session, other?.id ?? "");
  let told: unknown;
  void ended.then((error) => {
    told = error;
  });
  await until(() => told !== undefined);
  expect(told).toMatchObject({ problem: { code: "unauthorized" } });
});
