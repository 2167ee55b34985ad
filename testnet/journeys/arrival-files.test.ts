/**
 * A robot has no keys, so it sends files in the open. Whoever takes sealed mail gets them all the same, and their server
 * seals them as they come (§100.12): it cannot read them from then on, and has nothing left that it could.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  bytesSource,
  compose,
  downloadFile,
  downloadSealedBytes,
  memorySink,
  type Opened,
  openStored,
  type Session,
  send,
  sendStatus,
  uploadFile,
  type WantedFile,
} from "@posthorn/client";
import { saveSealedFile } from "@posthorn/client/node";
import type { Attachment } from "@posthorn/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Canaries, findCanaries, readFilesBelow } from "../src/canary.ts";
import { type EvilServer, evilServer, givingBytes, type Lie, refusalOf } from "../src/evil-server.ts";
import { givingMessage } from "../src/evil-server-jmap.ts";
import { joinAs, newest, type TestPerson, type WireMeta } from "../src/people.ts";
import { startTestnet, type TestNode, type Testnet } from "../src/testnet.ts";

const hour = 3_600_000;
const canaries: Canaries = { small: "canary-small-Qv73bLx", large: "canary-large-Hc19tWe" };
const names = ["nothing.txt", "statement.pdf", "scan.tiff"];
/** Nothing, 300 KB, and 9 MB, which are two blobs; whatever part of them is found has the canary in it. */
const contents = [
  Buffer.alloc(0),
  Buffer.alloc(300_000, `${canaries.small}, `),
  Buffer.alloc(9_000_000, `${canaries.large}, `),
];

let net: Testnet;
let evil: EvilServer;
let folder: string;
let robot: TestPerson;
/** Sealed, at the robot's own server and at two others. */
let alice: TestPerson;
let bob: TestPerson;
let dora: TestPerson;
/** Open, at Bob's server. */
let shop: TestPerson;
let attachments: Attachment[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "posthorn-arrival-files-"));
  net = await startTestnet({ names: ["alpha", "beta", "gamma"], wire: "memory" });
  evil = evilServer(net.platform);
  const [alpha, beta, gamma] = ["alpha", "beta", "gamma"].map((name) => net.node(name));
  if (alpha === undefined || beta === undefined || gamma === undefined)
    throw new Error("servers are missing");
  robot = await joinAs(net, alpha, "robot", { mode: "open" });
  alice = await joinAs(net, alpha, "alice");
  bob = await joinAs(net, beta, "bob");
  shop = await joinAs(net, beta, "shop", { mode: "open" });
  dora = await joinAs(net, gamma, "dora", { platform: evil.platform });
  attachments = await uploaded(contents);
  await sends(attachments, [alice, bob, dora, shop]);
});

afterAll(async () => {
  await net.close();
  await rm(folder, { recursive: true });
});

async function uploaded(files: readonly Buffer[]): Promise<Attachment[]> {
  const done: Attachment[] = [];
  for (const [index, bytes] of files.entries()) {
    const name = { filename: names[index] ?? "", mimeType: "application/octet-stream" };
    done.push(await uploadFile(robot.session, bytesSource(bytes), name));
  }
  return done;
}

async function sends(files: Attachment[], to: readonly TestPerson[]): Promise<void> {
  const draft = { from: robot.address, to: to.map(({ address }) => address), subject: "Your files" };
  const letter = compose(net.platform, { ...draft, attachments: files });
  await send(robot.session, letter);
  await net.drain(hour);
  const { recipients } = await sendStatus(robot.session, letter.id);
  expect(recipients.map(({ status }) => status)).toEqual(to.map(() => "delivered"));
}

function wantedFrom({ message, files }: Opened, place: number): WantedFile {
  const file = files[place];
  if (file?.kind !== "sealed") throw new Error("there is no such sealed file");
  return { messageId: message.id, place, ...file };
}

async function expectFiles({ session, address }: TestPerson): Promise<void> {
  const opened = await openStored(session, (await newest(session)).id);
  expect(opened).toMatchObject({ kind: "open", sealedHere: true, unexpected: false });
  expect(opened.message).toMatchObject({ subject: "Your files", attachments });
  for (const [place, content] of contents.entries()) {
    const wanted = wantedFrom(opened, place);
    expect(wanted.file).toMatchObject({ filename: names[place], size: content.length });
    const path = join(folder, `${address} ${place}`);
    await saveSealedFile(session, wanted, path);
    expect((await readFile(path)).equals(content)).toBe(true);
    await rm(path);
  }
}

async function foundAt({ folder: kept, log }: TestNode) {
  const where = await readFilesBelow(kept);
  where.push({ where: "log", bytes: Buffer.from(log.join("")) });
  return [...new Set(findCanaries(canaries, where).map(({ canary }) => canary))].sort();
}

test.each([
  ["at another server", () => bob],
  ["at one where nobody else is", () => dora],
  ["at the robot's own server", () => alice],
] as const)("A sealed account %s has each file, byte for byte", (_, who) => expectFiles(who()));

test("An open account has them as they came", async () => {
  const opened = await openStored(shop.session, (await newest(shop.session)).id);
  expect(opened).toMatchObject({ kind: "open", sealedHere: false });
  expect(opened.files).toEqual(attachments.map((attachment) => ({ kind: "open", attachment })));
  for (const [place, content] of contents.entries()) {
    const sink = memorySink();
    await downloadFile(shop.session, attachments[place] ?? { hash: "", size: 0 }, sink);
    expect(content.equals(sink.bytes())).toBe(true);
  }
});

test("A list shows of the sealed ones how large they are after padding, and nothing else", async () => {
  const shown = (await newest(bob.session)).wire.attachments;
  expect(shown.map(({ size }) => size)).toEqual([16_472, 311_672, 9_184_072]);
  expect(shown.map((file) => Object.keys(file).sort().join(" "))).toEqual([
    "hash size",
    "hash size",
    "chunks hash size",
  ]);
  expect(shown.map(({ hash }) => hash)).not.toContain((await newest(dora.session)).wire.attachments[0]?.hash);
});

test("After the next sweep a server has them in the open only where somebody takes them so", async () => {
  const [alpha, beta, gamma] = [net.node("alpha"), net.node("beta"), net.node("gamma")];
  expect(await foundAt(gamma)).toEqual(Object.keys(canaries).sort());
  await net.advance(2 * hour);
  await expect.poll(() => foundAt(gamma), { timeout: 30_000 }).toEqual([]);
  // The robot has them in its Sent, and the shop has got them.
  expect(await foundAt(alpha)).toEqual(Object.keys(canaries).sort());
  expect(await foundAt(beta)).toEqual(Object.keys(canaries).sort());
  await gamma.stop();
  expect(await foundAt(gamma)).toEqual([]);
  await gamma.start();
  await net.advance(3 * 24 * hour);
  for (const person of [alice, bob, dora]) await expectFiles(person);
});

describe("files that were sealed on arrival, on a server that changes them", () => {
  const alike = [Buffer.alloc(40_000, 1), Buffer.alloc(40_000, 2)];
  const says = "The file cannot be opened. Ask its sender to send it again.";
  let first: WireMeta;
  let second: WireMeta;

  beforeAll(async () => {
    await sends(await uploaded(alike), [dora]);
    first = await newest(dora.session);
    await sends(await uploaded(alike), [dora]);
    second = await newest(dora.session);
  });

  /** What Dora is told who downloads the first file of the second message; undefined when it is the file. */
  function toldOf(lie: Lie): Promise<unknown> {
    return evil.lying(lie, () => refusalOf(downloadFirst(dora.session)));
  }

  async function downloadFirst(session: Session): Promise<void> {
    const wanted = wantedFrom(await openStored(session, second.id), 0);
    const bytes = await downloadSealedBytes(session, wanted);
    expect(alike[0]?.equals(bytes)).toBe(true);
  }

  /** Another list in the arrival. */
  function listing(change: (files: Attachment[]) => unknown): Lie {
    return givingMessage((bytes) => {
      const arrival = JSON.parse(Buffer.from(bytes).toString());
      return Buffer.from(JSON.stringify({ ...arrival, attachments: change(arrival.attachments) }));
    });
  }

  test("are those that were sent when it changes none", async () => {
    expect(await toldOf({})).toBeUndefined();
  });

  test.each<[string, () => Lie]>([
    ["with two of them exchanged", () => listing(([one, other]) => [other, one])],
    ["with one in the place of another", () => listing(([, other]) => [other, other])],
    ["with one of another message of the same sender", () => listing(() => first.wire.attachments)],
    [
      "with one bit of one changed",
      () => givingBytes("getBlob", (bytes) => bytes.with(500, (bytes[500] ?? 0) ^ 1)),
    ],
  ])("do not open %s", async (_, lie) => {
    expect(await toldOf(lie())).toEqual({ code: "notOpened", says });
  });

  test.each<[string, () => Lie]>([
    ["one left out", () => listing(([one]) => [one])],
    ["one added", () => listing((files) => [...files, files[0]])],
    ["one of another size", () => listing(([one, other]) => [{ ...one, size: 16_472 }, other])],
    ["a name put to one", () => listing(([one, other]) => [{ ...one, filename: "x" }, other])],
    ["a list of none", () => listing(() => [])],
    ["no list", () => listing(() => null)],
  ])("nor does their message with %s", async (_, lie) => {
    expect(await toldOf(lie())).toMatchObject({ code: "notOpened" });
  });

  test("are shown as open ones when the list is taken away, and nothing is there to be had", async () => {
    const opened = await evil.lying(
      listing(() => undefined),
      () => openStored(dora.session, second.id),
    );
    const [file] = opened.files;
    expect(file).toMatchObject({ kind: "open", attachment: { size: 40_000 } });
    const download = downloadFile(dora.session, file?.attachment ?? { hash: "", size: 0 }, memorySink());
    expect(await refusalOf(download)).toMatchObject({ code: "notFound" });
  });
});
