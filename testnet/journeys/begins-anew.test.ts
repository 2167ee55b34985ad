/** A host that has lost its data begins anew under its name: mail goes on both ways within minutes, and is noticed (§30.6). */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { compose, eachMessage, type Session, send, sendStatus } from "@posthorn/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startTestnet, type Testnet } from "../src/testnet.ts";

const minute = 60_000;
let net: Testnet;
let alice: Session;
let bob: Session;

beforeEach(async () => {
  net = await startTestnet({ names: ["alpha", "beta"], wire: "memory" });
  alice = await net.session(await net.node("alpha").addAccount("alice"));
  bob = await net.session(await net.node("beta").addAccount("bob"));
  await write(alice, bob, "before");
  await write(bob, alice, "before");
});

afterEach(() => net.close());

async function write(from: Session, to: Session, subject: string): Promise<string> {
  const message = compose(net.platform, { from: from.address, to: [to.address], subject, body: "" });
  await send(from, message);
  await net.settle();
  return message.id;
}

async function statusOf(from: Session, id: string) {
  const [recipient] = (await sendStatus(from, id)).recipients;
  return recipient;
}

/** Everything of beta is gone, and it is set up again in the same month. */
async function beginAnew(): Promise<void> {
  const beta = net.node("beta");
  await beta.stop();
  await rm(beta.folder, { recursive: true });
  // The process is the same and takes the folders that it has made for granted.
  await mkdir(join(beta.folder, "keys"), { recursive: true });
  await beta.start();
  bob = await net.session(await beta.addAccount("bob"));
}

async function subjects(session: Session): Promise<(string | null)[]> {
  const found: (string | null)[] = [];
  for await (const meta of eachMessage(session, { mailbox: "f1" })) found.push(meta.subject);
  return found;
}

test("mail goes at once both ways, and the other operator can read that the host has another root key", async () => {
  await net.advance(2 * minute);
  await beginAnew();
  expect(await statusOf(alice, await write(alice, bob, "to the new one"))).toMatchObject({
    status: "delivered",
    attempts: 1,
  });
  expect(await statusOf(bob, await write(bob, alice, "from the new one"))).toMatchObject({
    status: "delivered",
    attempts: 1,
  });
  expect(await subjects(alice)).toEqual(["from the new one", "before"]);
  expect(net.node("alpha").log.join("\n")).toContain("peer.rootKeyChanged");
});

test("a host that was asked a moment ago is asked again a minute later; until then both senders read why", async () => {
  await beginAnew();
  const there = await write(alice, bob, "to the new one");
  const back = await write(bob, alice, "from the new one");
  expect((await statusOf(alice, there))?.problem?.detail).toBe(
    "beta.test answered 200, signed with a key that it does not show. Its keys may have changed; it is asked for them again.",
  );
  expect((await statusOf(bob, back))?.problem?.detail).toMatch(
    /^alpha\.test does not accept what this server signs \(401\)\. It says: .*: unknownKey\. For this server beta\.test does not show the key/,
  );
  await net.advance(5 * minute);
  for (const [from, id] of [
    [alice, there],
    [bob, back],
  ] as const)
    expect(await statusOf(from, id)).toMatchObject({ status: "delivered" });
  expect(await subjects(bob)).toEqual(["to the new one"]);
});
