/** Two people, each on a server of their own, over TLS: invited, registered, signed in, a large file there and an answer back. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  bytesSource,
  compose,
  createInvite,
  createToken,
  downloadFile,
  eachMessage,
  getMailbox,
  isSettled,
  listSessions,
  login,
  logout,
  markMessage,
  memoryKeeper,
  memorySink,
  openOperator,
  openWithToken,
  type Platform,
  readMessage,
  readMeta,
  register,
  replyTo,
  type Session,
  send,
  uploadFile,
  viewInvite,
  waitUntilSettled,
} from "@posthorn/client";
import { nodePlatform } from "@posthorn/client/node";
import { attachmentsOf, limits, type MessageMeta } from "@posthorn/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
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

async function joinAs(node: TestNode, name: string): Promise<Session> {
  const url = await invite(node, name);
  expect(await viewInvite(platform, url)).toMatchObject({ host: node.host, name });
  await register(platform, { invite: url, password }, { device: "the first" });
  await expect(viewInvite(platform, url)).rejects.toMatchObject({ problem: { code: "gone" } });
  return login(platform, { address: `${name}@${node.host}`, password }, { device: "the second" });
}

async function newest(session: Session): Promise<MessageMeta> {
  const { id } = await getMailbox(session, "inbox");
  for await (const meta of eachMessage(session, { mailbox: id })) return meta;
  throw new Error("the inbox is empty");
}

test("what alice sends with a file of two chunks is read and answered by bob, byte for byte", async () => {
  const alice = await joinAs(net.node("alpha"), "alice");
  const bob = await joinAs(net.node("beta"), "bob");
  const content = Buffer.alloc(limits.blobBytes + 12_345, "posthorn ");

  const attachment = await uploadFile(alice, bytesSource(content), { filename: "plan.bin" });
  const letter = compose(platform, {
    from: alice.address,
    to: [bob.address],
    subject: "The plan",
    body: "Grüße",
    attachments: [attachment],
  });
  await send(alice, letter);
  const outcome = await waitUntilSettled(alice, letter.id, { timeoutMs: 20_000 });
  expect(isSettled(outcome)).toBe(true);
  expect(outcome.recipients).toMatchObject([{ address: bob.address, status: "delivered" }]);

  const meta = await newest(bob);
  expect(meta).toMatchObject({ subject: "The plan", messageId: letter.id });
  const received = await readMessage(bob, meta.id);
  expect(received).toEqual(letter);
  const [file] = attachmentsOf(received);
  expect(file).toEqual(attachment);
  const sink = memorySink();
  if (file !== undefined) await downloadFile(bob, file, sink);
  expect(content.equals(sink.bytes())).toBe(true);

  await markMessage(bob, meta.id, { $seen: true });
  expect((await readMeta(bob, meta.id)).keywords).toEqual({ $seen: true });
  const answer = compose(platform, { from: bob.address, ...replyTo(received, bob.address), body: "Thanks" });
  await send(bob, answer);
  await waitUntilSettled(bob, answer.id, { timeoutMs: 20_000 });
  expect(await newest(alice)).toMatchObject({
    subject: "Re: The plan",
    thread: letter.id,
    inReplyTo: letter.id,
  });
});

test("a wrong password, a taken name and an unknown address are told by the servers' own sentences", async () => {
  const alpha = net.node("alpha");
  const carol = await joinAs(alpha, "carol");
  await expect(login(platform, { address: carol.address, password: "wrong password" })).rejects.toThrow(
    "That address and password do not match.",
  );
  await expect(invite(alpha, "carol")).rejects.toThrow("The name “carol” is taken.");
  const letter = compose(platform, {
    from: carol.address,
    to: [`nobody@${net.node("beta").host}`],
    body: "Are you there?",
  });
  await send(carol, letter);
  const { recipients } = await waitUntilSettled(carol, letter.id, { timeoutMs: 20_000 });
  expect(recipients).toMatchObject([{ status: "failed", problem: { code: "recipientUnknown" } }]);
});

test("who is signed in twice sees both, gives a program a token, and signs out of one", async () => {
  const { host } = net.node("beta");
  const url = await invite(net.node("beta"), "dora");
  const first = await register(platform, { invite: url, password }, { device: "the first" });
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
  expect((await getMailbox(robot, "inbox")).total).toBe(0);
  await expect(listSessions(robot)).rejects.toMatchObject({ problem: { code: "forbidden" } });

  await logout(second, keeper);
  await expect(listSessions(second)).rejects.toMatchObject({ problem: { code: "unauthorized" } });
  expect(await listSessions(first)).toHaveLength(1);
});
