/** What waits on the sender's server for its hour: it goes in its order, and what is taken back nobody hears of (§80.4). */
import { cancelSend, compose, eachMessage, type Session, send, sendStatus } from "@posthorn/client";
import { formatTime, type Message, uuidV7 } from "@posthorn/protocol";
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

const minute = 60_000;

test("a message scheduled for later arrives behind one written after it, also when their server was away (I8)", async () => {
  const thread = uuidV7(net.clock.now(), net.platform.randomBytes(16));
  const chat = (text: string, sendAt?: string): Message => ({
    ...compose(net.platform, { type: "chat_message", from: alice.address, to: [bob.address], text }),
    thread,
    ...(sendAt === undefined ? {} : { date: sendAt }),
  });
  await net.node("beta").stop();
  const sendAt = formatTime(net.clock.now() + 10 * minute);
  await send(alice, chat("for ten minutes from now", sendAt), { sendAt });
  await send(alice, chat("for now"));
  await net.settle();
  await net.advance(60 * minute);
  await net.node("beta").start();
  await net.drain();
  const arrived: string[] = [];
  for await (const { preview } of eachMessage(bob)) arrived.unshift(preview);
  expect(arrived).toEqual(["for now", "for ten minutes from now"]);
});

test("of a message that was taken back nobody hears anything, not by an edit of it either", async () => {
  const routing = { from: alice.address, to: [bob.address] };
  const edit = (target: string, body: string) =>
    compose(net.platform, { type: "edit", ...routing, target, body });
  const secret = compose(net.platform, { ...routing, subject: "For nobody", body: "The secret" });
  await send(alice, secret, { undoS: 60 });
  const spelt = edit(secret.id, "The secret, spelt right");
  await send(alice, spelt);
  await cancelSend(alice, secret.id);
  expect((await sendStatus(alice, spelt.id)).recipients).toMatchObject([{ status: "cancelled" }]);
  await expect(send(alice, edit(secret.id, "Once more"))).rejects.toMatchObject({
    problem: { code: "gone" },
  });
  await net.advance(2 * minute);
  await net.drain();
  const arrived: string[] = [];
  for await (const { wire } of eachMessage(bob)) arrived.push(wire?.type ?? "");
  expect(arrived).toEqual([]);
});
