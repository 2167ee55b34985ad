/**
 * Whatever two people write to each other, keep and sign in with is looked for in all that their servers have kept and in
 * all that was said to them and by them, within TLS (threats F16, CVE-2023-41335). Sealed, nothing of it is found; of open
 * accounts the same search finds what their servers may read, and so it works.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AccountMode,
  bytesSource,
  changePassword,
  createInvite,
  login,
  memoryKeeper,
  openOperator,
  prepare,
  recover,
  register,
  send,
  uploadFile,
} from "@posthorn/client";
import type * as Crypto from "@posthorn/crypto";
import { afterEach, expect, test, vi } from "vitest";
import { type Canaries, findCanaries, type Haystack, namesOf, readFilesBelow } from "../src/canary.ts";
import { overhear } from "../src/canary-traffic.ts";
import { cross } from "../src/demo/cross.ts";
import type { Person } from "../src/demo/place.ts";
import { keepDraft } from "../src/own-records.ts";
import { startTestnet, type TestNode, type Testnet } from "../src/testnet.ts";

/** The export keys that the clients here have got, which leave them in no other way. */
const exportKeys: Uint8Array[] = [];

vi.mock("@posthorn/crypto", async (importOriginal) => {
  const crypto = await importOriginal<typeof Crypto>();
  const kek: typeof crypto.kek = (exportKey, address) => {
    exportKeys.push(Uint8Array.from(exportKey));
    return crypto.kek(exportKey, address);
  };
  return { ...crypto, kek };
});

const said = {
  subject: "canary-subject-Xk81vQz",
  body: "canary-body-Pw20fLm",
  fileName: "canary-file-Tn64yRb.txt",
  fileContent: "canary-content-Ja37dHs",
  chat: "canary-chat-Uo92cEg",
  title: "canary-title-Bi15wNx",
};
const draft = "canary-draft-Me48kZt";
const password = "canary-password-Sd73qVj";
const nextPassword = "canary-new-password-Lc06rYp";
let net: Testnet;
let folder: string;
let heard: Haystack[];

async function open(): Promise<void> {
  net = await startTestnet({ names: ["alpha", "beta"], wire: "memory" });
  folder = await mkdtemp(join(tmpdir(), "posthorn-canary-"));
  heard = [];
  for (const { name, host, server } of net.nodes) net.join(host, overhear(name, server.handler, heard));
  await writeFile(join(folder, said.fileName), `${"a line\n".repeat(500)}${said.fileContent}\n`);
}

afterEach(async () => {
  await net.close();
  await rm(folder, { recursive: true });
});

interface Joined extends Person {
  recoveryPhrase: string | undefined;
}

async function joinAs(node: TestNode, name: string, mode: AccountMode): Promise<Joined> {
  const operator = JSON.parse(await readFile(join(node.folder, "operator.json"), "utf8"));
  const { url: invite } = await createInvite(openOperator(net.platform, operator), { name });
  const keeper = memoryKeeper();
  const { session, recoveryPhrase } = await register(
    net.platform,
    { invite, password, mode },
    { keeper, device: "the first" },
  );
  return { address: session.address, password, session, recoveryPhrase };
}

/** Lets time pass on the servers while something goes on. */
async function whileTimePasses<T>(doing: Promise<T>): Promise<T> {
  let isOver = false;
  const over = doing.finally(() => {
    isOver = true;
  });
  over.catch(() => undefined);
  while (!isOver) await net.advance(100);
  return over;
}

/** A letter with a file, and an answer to it. */
async function exchangeLetters(alice: Joined, bob: Joined, mode: AccountMode): Promise<void> {
  const { subject, body, fileName, fileContent } = said;
  if (mode === "sealed") {
    const place = { alice, bob, clientFolder: folder };
    const attach = join(folder, fileName);
    const crossing = cross(place, { subject, body, attach, say: () => undefined });
    expect((await whileTimePasses(crossing)).ok).toBe(true);
    return;
  }
  const file = await uploadFile(alice.session, bytesSource(Buffer.from(fileContent)), { filename: fileName });
  const letter = { from: alice.address, to: [bob.address], subject, body, attachments: [file] };
  await send(alice.session, (await prepare(alice.session, letter)).message);
  await net.settle();
}

async function exchangeTheRest(alice: Joined, bob: Joined): Promise<void> {
  const routing = { from: alice.address, to: [bob.address] };
  const startTime = "2027-02-01T11:30:00Z";
  for (const written of [
    { ...routing, type: "chat_message", text: said.chat } as const,
    { ...routing, type: "calendar_invite", title: said.title, startTime } as const,
  ]) {
    const { message } = await prepare(alice.session, written);
    await send(alice.session, message);
    await net.settle();
  }
}

/** All that both servers have: files, logs, and what was said to them and by them. */
async function everything(): Promise<Haystack[]> {
  const files = await Promise.all(net.nodes.map((node) => readFilesBelow(node.folder)));
  const logs = net.nodes.map(({ name, log }) => ({
    where: `log of ${name}`,
    bytes: Buffer.from(log.join("")),
  }));
  return [...files.flat(), ...logs, ...heard];
}

/** Looks while the servers run, and again when they have stopped and put everything into their databases. */
async function lookFor(canaries: Canaries) {
  const running = await everything();
  expect(running.some(({ where }) => where.endsWith("posthorn.db-wal"))).toBe(true);
  const found = findCanaries(canaries, running);
  for (const node of net.nodes) await node.stop();
  return [...found, ...findCanaries(canaries, await everything())];
}

test("Of sealed accounts no server has, in any spelling, a word that was written, a password, a phrase or a key", async () => {
  await open();
  exportKeys.length = 0;
  const alice = await joinAs(net.node("alpha"), "alice", "sealed");
  const bob = await joinAs(net.node("beta"), "bob", "sealed");
  await exchangeLetters(alice, bob, "sealed");
  await exchangeTheRest(alice, bob);
  const unsent = { from: alice.address, to: [bob.address], cc: [], subject: draft, body: `${draft}!` };
  await keepDraft(alice.session, unsent);
  await login(net.platform, alice);
  await changePassword(alice.session, { current: password, next: nextPassword });
  const phrase = bob.recoveryPhrase ?? "";
  const recovered = await recover(net.platform, { address: bob.address, phrase, newPassword: nextPassword });

  const phrases = [alice, bob].map(({ recoveryPhrase }) => recoveryPhrase ?? "");
  const roots = await Promise.all([alice.session, recovered].map((session) => session.keys.find()));
  expect(phrases.every((words) => words.split(" ").length === 12)).toBe(true);
  expect(exportKeys.length).toBeGreaterThanOrEqual(5);
  const canaries: Record<string, string | Uint8Array> = { ...said, draft, password, nextPassword };
  for (const [index, words] of phrases.entries()) {
    canaries[`phrase ${index}`] = words;
    canaries[`phrase ${index}, joined`] = words.replaceAll(" ", "");
    canaries[`root secret ${index}`] = roots[index]?.rootSecret ?? new Uint8Array();
  }
  exportKeys.forEach((key, index) => {
    canaries[`export key ${index}`] = key;
  });
  expect(await lookFor(canaries)).toEqual([]);
});

test("Of open accounts the same search finds all that was written, and still no password", async () => {
  await open();
  const alice = await joinAs(net.node("alpha"), "alice", "open");
  const bob = await joinAs(net.node("beta"), "bob", "open");
  await exchangeLetters(alice, bob, "open");
  await exchangeTheRest(alice, bob);
  const found = await lookFor({ ...said, password });
  expect(namesOf(found)).toEqual(Object.keys(said).sort());
  for (const { folder: kept, name } of net.nodes) {
    const [onDisk, inTraffic] = [kept, `${name} `].map((place) =>
      namesOf(found.filter(({ where }) => where.startsWith(place))),
    );
    expect(onDisk).toEqual(Object.keys(said).sort());
    expect(inTraffic).toEqual(Object.keys(said).sort());
  }
});
