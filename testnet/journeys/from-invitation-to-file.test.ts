/** Two people, each on a server of their own, over TLS: invited, registered, signed in, a large file there and an answer back. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type AccountMode,
  bytesSource,
  compose,
  createInvite,
  createToken,
  downloadFile,
  downloadSealedBytes,
  getMailbox,
  getMessage,
  isSettled,
  listSessions,
  login,
  logout,
  markMessage,
  memoryKeeper,
  memorySink,
  openOperator,
  openStored,
  openWithToken,
  type Platform,
  prepare,
  readAccount,
  register,
  replyTo,
  type Session,
  send,
  uploadFile,
  uploadSealedFile,
  viewInvite,
  waitUntilSettled,
} from "@posthorn/client";
import { nodePlatform } from "@posthorn/client/node";
import { limits, uuidV7 } from "@posthorn/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newest } from "../src/people.ts";
import { startTestnet, type TestNode, type Testnet } from "../src/testnet.ts";

const password = "correct horse battery";
let net: Testnet;
let platform: Platform;

beforeAll(async () => {
  net = await startTestnet({ names: ["alpha", "beta"], wire: "sockets" });
  platform = nodePlatform({ ca: net.node("alpha").caPem, localhost: true });
});

afterAll(() => net.close());

async function invite(node: TestNode, name: string): Promise<string> {
  const file = await readFile(join(net.folder, node.name, "operator.json"), "utf8");
  const operator = openOperator(platform, JSON.parse(file));
  return (await createInvite(operator, { name })).url;
}

async function joinAs(node: TestNode, name: string, mode: AccountMode = "sealed"): Promise<Session> {
  const url = await invite(node, name);
  expect(await viewInvite(platform, url)).toMatchObject({ host: node.host, name });
  await register(platform, { invite: url, password, mode }, { device: "the first" });
  await expect(viewInvite(platform, url)).rejects.toMatchObject({ problem: { code: "gone" } });
  return login(platform, { address: `${name}@${node.host}`, password }, { device: "the second" });
}

const content = Buffer.alloc(limits.blobBytes + 12_345, "posthorn ");

async function arrive(sender: Session, id: string): Promise<void> {
  const outcome = await waitUntilSettled(sender, id, { timeoutMs: 20_000 });
  expect(isSettled(outcome)).toBe(true);
  expect(outcome.recipients).toMatchObject([{ status: "delivered" }]);
}

test("what alice sends sealed with a file of two chunks is opened and answered by bob, byte for byte", async () => {
  const alice = await joinAs(net.node("alpha"), "alice");
  const bob = await joinAs(net.node("beta"), "bob");
  const id = uuidV7(platform.clock.now(), platform.randomBytes(16));
  const plan = await uploadSealedFile(alice, bytesSource(content), {
    messageId: id,
    place: 0,
    filename: "plan.bin",
  });
  const draft = { id, from: alice.address, to: [bob.address], subject: "The plan", body: "Grüße" };
  const { message: letter, isSealed } = await prepare(alice, draft, { files: [plan] });
  expect(isSealed).toBe(true);
  await send(alice, letter);
  await arrive(alice, id);

  const meta = await newest(bob);
  expect(meta).toMatchObject({ subject: null, preview: "", wire: { id, sealed: true } });
  expect(meta.wire.attachments).toEqual([plan.attachment]);
  const received = await openStored(bob, meta.id);
  expect(received).toMatchObject({
    kind: "sealed",
    message: { id, subject: "The plan", body: "Grüße" },
    files: [{ kind: "sealed", file: { filename: "plan.bin", size: content.length } }],
    sender: { kind: "known", isCompared: false, news: "firstSeen" },
  });
  const [file] = received.files;
  if (file?.kind !== "sealed") throw new Error("the file is not sealed");
  const bytes = await downloadSealedBytes(bob, { ...file, messageId: id, place: 0 });
  expect(content.equals(bytes)).toBe(true);

  const { usedBytes, ...account } = await readAccount(bob);
  expect(account).toEqual({ address: bob.address, identities: [bob.address], quotaBytes: 5 * 1024 ** 3 });
  expect(usedBytes).toBeGreaterThan(content.length);
  expect((await markMessage(bob, meta.id, { $seen: true })).keywords).toEqual({ $seen: true });
  expect((await getMessage(bob, id)).keywords).toEqual({ $seen: true });
  const reply = { from: bob.address, ...replyTo(received.message, bob.address), body: "Thanks" };
  const { message: answer } = await prepare(bob, reply);
  await send(bob, answer);
  await arrive(bob, answer.id);
  const answered = await newest(alice);
  expect(answered).toMatchObject({ subject: null, wire: { thread: id, inReplyTo: id } });
  expect((await openStored(alice, answered.id)).message).toMatchObject({
    subject: "Re: The plan",
    body: "Thanks",
  });
});

test("what an open account sends with a file of two chunks is read in the open, byte for byte", async () => {
  const ann = await joinAs(net.node("alpha"), "ann", "open");
  const ben = await joinAs(net.node("beta"), "ben", "open");
  const attachment = await uploadFile(ann, bytesSource(content), { filename: "plan.bin" });
  const letter = compose(platform, {
    from: ann.address,
    to: [ben.address],
    subject: "The plan",
    body: "Grüße",
    attachments: [attachment],
  });
  await send(ann, letter);
  await arrive(ann, letter.id);
  const meta = await newest(ben);
  expect(meta).toMatchObject({ subject: "The plan", wire: { id: letter.id, sealed: false } });
  expect(await openStored(ben, meta.id)).toEqual({
    kind: "open",
    message: letter,
    files: [{ kind: "open", attachment }],
    sealedHere: false,
    unexpected: false,
  });
  const sink = memorySink();
  await downloadFile(ben, attachment, sink);
  expect(content.equals(sink.bytes())).toBe(true);
});

test("a wrong password, a taken name and an unknown address are told by the servers' own sentences", async () => {
  const alpha = net.node("alpha");
  const carol = await joinAs(alpha, "carol");
  await expect(login(platform, { address: carol.address, password: "wrong password" })).rejects.toThrow(
    "That address and password do not match.",
  );
  await expect(invite(alpha, "carol")).rejects.toThrow("The name “carol” is taken.");
  const draft = { to: [`nobody@${net.node("beta").host}`], body: "Are you there?" };
  await expect(prepare(carol, { ...draft, from: carol.address })).rejects.toMatchObject({
    problem: { code: "recipientUnknown" },
  });
  const robot = await joinAs(alpha, "robot", "open");
  const letter = compose(platform, { ...draft, from: robot.address });
  await send(robot, letter);
  const { recipients } = await waitUntilSettled(robot, letter.id, { timeoutMs: 20_000 });
  expect(recipients).toMatchObject([{ status: "failed", problem: { code: "recipientUnknown" } }]);
});

test("who is signed in twice sees both, gives a program a token, and signs out of one", async () => {
  const { host } = net.node("beta");
  const url = await invite(net.node("beta"), "dora");
  const { session: first } = await register(platform, { invite: url, password }, { device: "the first" });
  const keeper = memoryKeeper();
  const second = await login(
    platform,
    { address: `dora@${host}`, password },
    { device: "the second", keeper },
  );
  const sessions = await listSessions(second);
  expect(sessions.map((session) => session.device).sort()).toEqual(["the first", "the second"]);
  expect(sessions.find((session) => session.current)?.device).toBe("the second");

  const { token } = await createToken(second, { name: "robot", scopes: ["read"] });
  const robot = await openWithToken(platform, { address: `dora@${host}`, token });
  expect((await getMailbox(robot, "inbox")).totalEmails).toBe(0);
  await expect(listSessions(robot)).rejects.toMatchObject({ problem: { code: "forbidden" } });

  await logout(second, keeper);
  await expect(listSessions(second)).rejects.toMatchObject({ problem: { code: "unauthorized" } });
  expect(await listSessions(first)).toHaveLength(1);
});
