/** Somebody deletes their account: what others find of it meanwhile, that it can be taken back, and that nothing stays. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import {
  bytesSource,
  closeAccount,
  createToken,
  openWithToken,
  prepare,
  readOwnRole,
  reopenAccount,
  type Session,
  send,
  sendStatus,
  uploadSealedFile,
} from "@posthorn/client";
import { formatTime, uuidV7 } from "@posthorn/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { inviteTo, joinAs, newDevice, newest, openNewest, type TestPerson } from "../src/people.ts";
import { startTestnet, type Testnet } from "../src/testnet.ts";

const dayMs = 24 * 3_600_000;
const slow = 120_000;
let net: Testnet;
let alice: TestPerson;
let bob: TestPerson;

beforeEach(async () => {
  net = await startTestnet({ names: ["alpha", "beta"], wire: "memory" });
  alice = await joinAs(net, net.node("alpha"), "alice");
  bob = await joinAs(net, net.node("beta"), "bob");
}, slow);

afterEach(() => net.close());

async function write(from: Session, to: string, subject: string, sendAt?: string): Promise<string> {
  const date = sendAt === undefined ? {} : { date: sendAt };
  const draft = { from: from.address, to: [to], subject, body: "As I said.", ...date };
  const { message } = await prepare(from, draft);
  await send(from, message, { sendAt });
  return message.id;
}

/** Moves on day by day; house is kept in every hour of them. */
async function pass(days: number): Promise<void> {
  for (let day = 0; day < days; day++) await net.advance(dayMs);
}

test(
  "Nothing comes to it and nothing goes from it; whoever wrote is told, and once it is taken back all is as before",
  async () => {
    await write(bob.session, alice.address, "Before");
    await net.drain();
    const robot = await createToken(alice.session, { name: "robot", scopes: ["read", "send"] });
    const nextWeek = formatTime(net.clock.now() + 7 * dayMs);
    const later = await write(alice.session, bob.address, "For next week", nextWeek);

    await expect(closeAccount(alice.session, "not her password")).rejects.toMatchObject({
      problem: { code: "unauthorized" },
    });
    expect(await readOwnRole(alice.session)).not.toHaveProperty("eraseAt");
    const { eraseAt } = await closeAccount(alice.session, alice.password);
    expect(eraseAt).toBe(formatTime(net.clock.now() + 14 * dayMs));

    // What was to go next week is taken back, and nothing more goes.
    expect(await sendStatus(alice.session, later)).toMatchObject({ recipients: [{ status: "cancelled" }] });
    await expect(write(alice.session, bob.address, "One more")).rejects.toMatchObject({
      problem: { code: "accountClosing", retry: "after-change" },
    });
    // Who knew her keys is told before anything is sent, once these are asked for anew.
    await net.advance(60_000);
    await expect(write(bob.session, alice.address, "Hello?")).rejects.toMatchObject({
      problem: { code: "recipientGone", detail: `The address ${alice.address} is no longer in use.` },
    });
    // She still signs in, on another device too, and reads.
    const device = await newDevice(net.platform, alice);
    expect(await readOwnRole(device)).toMatchObject({ eraseAt });
    expect(await openNewest(device)).toMatchObject({ message: { subject: "Before" } });
    const reader = await openWithToken(net.platform, { address: alice.address, token: robot.token });
    expect(await newest(reader)).toMatchObject({ wire: { sealed: true } });

    await pass(2);
    await reopenAccount(device);
    expect(await readOwnRole(alice.session)).not.toHaveProperty("eraseAt");
    await write(bob.session, alice.address, "Still there?");
    await write(alice.session, bob.address, "Still here");
    await net.drain();
    expect(await openNewest(alice.session)).toMatchObject({ message: { subject: "Still there?" } });
    expect(await openNewest(bob.session)).toMatchObject({ message: { subject: "Still here" } });
    await pass(15);
    expect(await newDevice(net.platform, alice)).toMatchObject({ address: alice.address });
  },
  slow,
);

test(
  "A letter that waits on its way while its recipient goes ends with that the address is no longer in use",
  async () => {
    const { message } = await prepare(bob.session, {
      from: bob.address,
      to: [alice.address],
      subject: "The plan",
      body: "As I said.",
    });
    const mend = net.faults.add(({ from }) =>
      from === "beta" ? { kind: "fail", failure: "connect" } : undefined,
    );
    await send(bob.session, message);
    await net.settle();
    await closeAccount(alice.session, alice.password);
    mend();
    await net.drain();
    expect(await sendStatus(bob.session, message.id)).toMatchObject({
      recipients: [{ status: "failed", problem: { code: "recipientGone", status: 410 } }],
    });
    const report = await openNewest(bob.session);
    expect(JSON.stringify(report)).toContain(`The address ${alice.address} is no longer in use.`);
  },
  slow,
);

test(
  "After fourteen days nothing of it is left, its files among it, and nobody gets its name",
  async () => {
    const id = uuidV7(net.clock.now(), net.platform.randomBytes(16));
    const file = await uploadSealedFile(alice.session, bytesSource(net.platform.randomBytes(100_000)), {
      messageId: id,
      place: 0,
    });
    const draft = { id, from: alice.address, to: [alice.address], subject: "To myself", body: "See there." };
    await send(alice.session, (await prepare(alice.session, draft, { files: [file] })).message);
    await write(alice.session, bob.address, "For you");
    await net.drain();
    const files = () => readdir(join(net.node("alpha").folder, "blobs"), { recursive: true });
    const blobs = async () => (await files()).filter((name) => /[0-9a-f]{64}$/.test(name)).length;
    expect(await blobs()).toBeGreaterThan(0);

    await closeAccount(alice.session, alice.password);
    await pass(13);
    // Who she is can be looked up as long as she can come back, and whoever has read of her knows it for good.
    expect(await openNewest(bob.session)).toMatchObject({ message: { subject: "For you" } });
    expect(await readOwnRole(await newDevice(net.platform, alice))).toHaveProperty("eraseAt");
    await pass(2);

    await expect(readOwnRole(alice.session)).rejects.toMatchObject({ problem: { code: "unauthorized" } });
    await expect(newDevice(net.platform, alice)).rejects.toMatchObject({
      problem: { code: "unauthorized" },
    });
    const anHourLater = () => net.advance(3_600_000).then(blobs);
    await expect.poll(anHourLater, { timeout: 20_000 }).toBe(0);
    await expect(inviteTo(net, net.node("alpha"), "alice")).rejects.toMatchObject({
      problem: { code: "alreadyExists" },
    });
    await expect(write(bob.session, alice.address, "Hello?")).rejects.toMatchObject({
      problem: { code: "recipientGone" },
    });
    // What others have stays with them.
    expect(await openNewest(bob.session)).toMatchObject({ message: { subject: "For you" } });
  },
  slow,
);
