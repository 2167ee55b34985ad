/** Files that come in the open for an account that takes sealed mail (§100.12). */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findArrival, limits } from "@posthorn/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { getBlob, putBlob } from "../blobs/account-blob.ts";
import { blobPath } from "../blobs/blob-path.ts";
import { putPeerBlob } from "../blobs/peer-blob.ts";
import { sweepBlobs } from "../blobs/sweep.ts";
import {
  type Content,
  changed,
  content,
  gate,
  inPieces,
  type TrialBlobs,
  type TrialOptions,
  trialBlobs,
  upload,
} from "../blobs/trial-blobs.ts";
import { keptIn } from "../objects/trial-kept.ts";
import { letter, letterId, openAccount, putIn } from "../objects/trial-mail.ts";
import { findAccount } from "../store/account-store.ts";
import { insertBlob, openGrant } from "../store/blob-store.ts";
import { eachStore } from "../store/each-store.ts";
import type { Store } from "../store/sql.ts";
import { before, type TrialReceive, told, trialReceive } from "./trial-receive.ts";
import { sayKeys, type TrialOwner } from "./trial-sealed.ts";

const day = 24 * 3_600_000;
const plan = content("The plan, in full, with all its parts. ".repeat(3_000));
const note = content("A note.");
const empty = content("");
const quota = 1_000_000_000;

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "posthorn-sealed-files-")), "blobs");
});
afterEach(() => rm(join(folder, ".."), { recursive: true }));

interface Place {
  blobs: TrialBlobs;
  room: TrialReceive;
}

function place(store: Store, options: TrialOptions = {}): Place {
  const blobs = trialBlobs(store, folder, options);
  return { blobs, room: trialReceive(store, { clock: blobs.clock, blobs }) };
}

async function sealedAccount(store: Store, name: string, quotaBytes = quota): Promise<TrialOwner> {
  const id = await openAccount(store, name, quotaBytes);
  return sayKeys(store, id, `${name}@a.test`);
}

interface Fields {
  to?: string[];
  [name: string]: unknown;
}

/** A letter of eve@b.test with these files. */
function withFiles(files: readonly Content[], { to = ["bob"], ...more }: Fields = {}) {
  return letter({
    to: to.map((id) => ({ id, host: "a.test" })),
    attachments: files.map(({ hash, bytes }, index) => ({
      hash,
      size: bytes.length,
      filename: `secret-${index}.txt`,
      mimeType: "text/plain",
    })),
    ...more,
  });
}

/** As b.test does it: the message, what it lacks, the message again. */
async function bring({ room: receive, blobs }: Place, files: readonly Content[], more: Fields = {}) {
  const came = withFiles(files, more);
  const first = await receive.post(came);
  expect(first.problem?.code).toBe("blobsMissing");
  for (const file of files.filter(({ hash }) => first.problem?.missing?.includes(hash))) {
    const body = inPieces(file.bytes, 64 * 1024);
    await putPeerBlob(blobs, { host: "b.test", hash: file.hash, sizeBytes: file.bytes.length, body });
  }
  return receive.post(came);
}

async function newestOf(store: Store, accountId: number) {
  const [newest] = await keptIn(store, accountId);
  if (newest === undefined) throw new Error("there is no message");
  return newest;
}

/** What an owner's client opens of the newest message's files. */
async function openFiles({ blobs }: Place, owner: TrialOwner): Promise<string[]> {
  const { accountId } = owner;
  const { bytes } = await newestOf(blobs.store, accountId);
  const files = findArrival(bytes)?.attachments ?? [];
  const opened: string[] = [];
  for (const [index, { hash, chunks = [hash] }] of files.entries()) {
    opened.push(await owner.openFile(bytes, index, download(blobs, accountId, chunks)));
  }
  return opened;
}

async function* download(blobs: TrialBlobs, accountId: number, hashes: readonly string[]) {
  for (const hash of hashes) yield* (await getBlob(blobs, { accountId, hash })).body;
}

async function namesOnDisk(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.flatMap((entry) => (entry.isFile() ? [entry.name] : []));
}

const textOf = ({ bytes }: Content) => Buffer.from(bytes).toString();
const isOnDisk = async ({ hash }: Content) => (await namesOnDisk()).includes(hash);

eachStore("files in the open for an account that takes sealed mail", (open) => {
  it("are asked for like any, and kept so that only their owner can read them", async () => {
    const at = place(await open());
    const bob = await sealedAccount(at.blobs.store, "bob");
    expect(told(await bring(at, [plan, empty, note]))).toEqual({ [bob.address]: "delivered" });
    expect(await openFiles(at, bob)).toEqual([plan, empty, note].map(textOf));
    const { attachments, bytes } = await newestOf(at.blobs.store, bob.accountId);
    expect(attachments.map(Object.keys)).toEqual([1, 2, 3].map(() => ["hash", "size"]));
    expect(attachments).toEqual(findArrival(bytes)?.attachments);
    expect(attachments.map(({ size }) => size)).toEqual([131_272, 16_472, 16_472]);
    const sealedBytes = 131_272 + 2 * 16_472;
    const account = await findAccount(at.blobs.store.read, bob.accountId);
    expect(account?.usedBytes).toBe(bytes.length + sealedBytes);
  });

  it("are gone as they came with the next sweep, and stay as they were sealed", async () => {
    const at = place(await open());
    const bob = await sealedAccount(at.blobs.store, "bob");
    await bring(at, [plan, note]);
    expect(await isOnDisk(plan)).toBe(true);
    await sweepBlobs(at.blobs);
    expect(await namesOnDisk()).toHaveLength(2);
    for (const name of await namesOnDisk()) {
      expect(await readFile(blobPath(folder, name), "utf8")).not.toContain("The plan");
    }
    await at.blobs.clock.advance(3 * day);
    await sweepBlobs(at.blobs);
    expect(await openFiles(at, bob)).toEqual([plan, note].map(textOf));
    const asked = getBlob(at.blobs, { accountId: bob.accountId, hash: plan.hash });
    await expect(asked).rejects.toMatchObject({ problem: { code: "notFound" } });
  });

  it("are sealed for each of those recipients alone, and kept as they came for the others", async () => {
    const { store, ...at } = await openAt(open);
    const [bob, dave] = [await sealedAccount(store, "bob"), await sealedAccount(store, "dave")];
    const carol = await openAccount(store, "carol", quota);
    const verdict = await bring(at, [note], { to: ["bob", "carol", "dave", "bob+list"] });
    expect(verdict.recipients.map(({ status }) => status)).toEqual(Array(4).fill("delivered"));
    await at.blobs.clock.advance(2 * day);
    await sweepBlobs(at.blobs);
    expect(await openFiles(at, bob)).toEqual([textOf(note)]);
    expect(await openFiles(at, dave)).toEqual([textOf(note)]);
    const files = await Promise.all(
      [bob.accountId, dave.accountId, carol].map(async (id) => (await newestOf(store, id)).attachments),
    );
    expect(new Set(files.map(([file]) => file?.hash)).size).toBe(3);
    expect(files[2]).toMatchObject([{ hash: note.hash, filename: "secret-0.txt" }]);
    expect(await namesOnDisk()).toHaveLength(3);
    const { attachments } = await newestOf(store, dave.accountId);
    const ofDave = { accountId: bob.accountId, hash: attachments[0]?.hash ?? "" };
    await expect(getBlob(at.blobs, ofDave)).rejects.toMatchObject({ problem: { code: "notFound" } });
  });

  it("may stand twice in a message, and are then sealed twice", async () => {
    const at = place(await open());
    const bob = await sealedAccount(at.blobs.store, "bob");
    await bring(at, [note, note]);
    expect(await openFiles(at, bob)).toEqual([textOf(note), textOf(note)]);
    const { attachments } = await newestOf(at.blobs.store, bob.accountId);
    expect(new Set(attachments.map(({ hash }) => hash)).size).toBe(2);
  });

  it("that are larger than a blob may be are sealed into several", async () => {
    const at = place(await open());
    const bob = await sealedAccount(at.blobs.store, "bob");
    const large = content("0123456789abcdef".repeat(600_000));
    const parts = [0, limits.blobBytes].map((from) =>
      content(textOf(large).slice(from, from + limits.blobBytes)),
    );
    const chunks = parts.map(({ hash }) => hash);
    const attachments = [{ hash: large.hash, size: large.bytes.length, chunks }];
    expect(told(await bring(at, parts, { attachments }))).toEqual({ [bob.address]: "delivered" });
    await sweepBlobs(at.blobs);
    const newest = await newestOf(at.blobs.store, bob.accountId);
    expect(newest.attachments).toMatchObject([{ chunks: [expect.any(String), expect.any(String)] }]);
    expect((await openFiles(at, bob))[0] === textOf(large)).toBe(true);
  });

  it("come from an account of our own all the same", async () => {
    const { store, ...at } = await openAt(open);
    const bob = await sealedAccount(store, "bob");
    const shop = await openAccount(store, "shop", quota);
    await putBlob(at.blobs, { accountId: shop, ...upload(note) });
    const sent = withFiles([note], { from: { id: "shop", host: "a.test" } });
    await putIn(store, shop, sent, { role: "sent" });
    expect(told(await at.room.post(sent, "a.test"))).toEqual({ [bob.address]: "delivered" });
    expect(await openFiles(at, bob)).toEqual([textOf(note)]);
  });

  it("are not sealed again when the message comes again, and its first answer stays (I4)", async () => {
    const at = place(await open());
    const bob = await sealedAccount(at.blobs.store, "bob");
    const first = await bring(at, [note]);
    const before = await newestOf(at.blobs.store, bob.accountId);
    await sweepBlobs(at.blobs);
    const kept = await namesOnDisk();
    await at.blobs.clock.advance(day);
    expect(await at.room.post(withFiles([note]))).toEqual(first);
    expect(await namesOnDisk()).toEqual(kept);
    expect(await newestOf(at.blobs.store, bob.accountId)).toEqual(before);
  });

  it("are sealed once when the message comes again while that is under way", async () => {
    const [begun, finish] = [gate(), gate()];
    let read = 0;
    const { store, ...at } = await openAt(open, {
      wrap: (files) =>
        changed(files, {
          async stream(path) {
            read++;
            begun.open();
            await finish.opened;
            return files.stream(path);
          },
        }),
    });
    const bob = await sealedAccount(store, "bob");
    const one = bring(at, [note]);
    await begun.opened;
    const other = at.room.post(withFiles([note]));
    finish.open();
    expect(await other).toEqual(await one);
    expect(read).toBe(1);
    expect(await openFiles(at, bob)).toEqual([textOf(note)]);
  });

  it("that only somebody else has brought are asked for, and nothing is sealed (C7)", async () => {
    const { store, ...at } = await openAt(open);
    await sealedAccount(store, "bob");
    await openAccount(store, "carol", quota);
    await bring(at, [note], { to: ["carol"] });
    const kept = await namesOnDisk();
    const stolen = withFiles([note], { id: letterId(2), from: { id: "mallory", host: "c.test" } });
    expect(await at.room.post(stolen, "c.test")).toMatchObject({
      status: 424,
      problem: { code: "blobsMissing", missing: [note.hash] },
    });
    expect(await namesOnDisk()).toEqual(kept);
  });

  it("find no room when what they take sealed is too much, and nothing is sealed", async () => {
    const { store, ...at } = await openAt(open);
    await sealedAccount(store, "bob", 19_000);
    const carol = await openAccount(store, "carol", 19_000);
    const verdict = await bring(at, [note], { to: ["carol"] });
    expect(verdict.recipients.map(({ status }) => status)).toEqual(["delivered"]);
    expect((await findAccount(store.read, carol))?.usedBytes).toBeLessThan(1_000);
    const kept = await namesOnDisk();
    const forBob = await at.room.post(withFiles([note], { id: letterId(2) }));
    expect(told(forBob)).toEqual({ "bob@a.test": "mailboxFull" });
    expect(await namesOnDisk()).toEqual(kept);
  });

  it("wait with their message while the disk is nearly full, and keep nobody else's from being taken", async () => {
    const { store, ...at } = await openAt(open);
    await sealedAccount(store, "bob");
    await openAccount(store, "carol", quota);
    const files = changed(at.blobs.files, { freeBytes: async () => 1_000_000 });
    await bring(at, [note], { to: ["carol"] });
    const full = trialReceive(store, { clock: at.blobs.clock, blobs: { ...at.blobs, files } });
    const lines = [withFiles([note], { id: letterId(2), to: ["bob", "carol"] }), letter({ id: letterId(3) })];
    const verdicts = await full.postBatch(lines.map(({ bytes }) => bytes));
    expect(verdicts.map(told)).toEqual([
      { "bob@a.test": "storageFull", "carol@a.test": "delivered" },
      { "bob@a.test": "delivered" },
    ]);
    expect(told(await at.room.post(lines[0] ?? letter()))).toEqual({
      "bob@a.test": "delivered",
      "carol@a.test": "delivered",
    });
  });

  it("that the disk has damaged are not sealed as if they were the sender's", async () => {
    const { store, ...at } = await openAt(open);
    await sealedAccount(store, "bob");
    await openAccount(store, "carol", quota);
    await bring(at, [note], { to: ["carol"] });
    await writeFile(blobPath(folder, note.hash), "A mote.");
    const verdict = await at.room.post(withFiles([note], { id: letterId(2) }));
    expect(verdict).toMatchObject({ status: 500, problem: { code: "internal", retry: "later" } });
    expect(at.room.logged).toEqual(["receive.batchFailed", "receive.lineFailed"]);
    expect((await namesOnDisk()).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("are left as they came when they are more than a GiB together", async () => {
    const { store, ...at } = await openAt(open);
    const bob = await sealedAccount(store, "bob", 8 * 1024 ** 3);
    const half = Array.from({ length: 64 }, (_, index) => content(`chunk ${index}`).hash);
    const size = 64 * limits.blobBytes;
    await store.write(async (tx) => {
      for (const hash of [...half, note.hash]) {
        const sizeBytes = hash === note.hash ? note.bytes.length : limits.blobBytes;
        await insertBlob(tx, { hash, sizeBytes, createdAt: 0 });
        await openGrant(tx, { holder: { kind: "host", host: "b.test" }, hash, sizeBytes, expiresAt: 0 });
      }
    });
    const film = { hash: "0f".repeat(32), size, chunks: half, filename: "film.mp4" };
    const short = { hash: note.hash, size: note.bytes.length };
    const came = letter({ attachments: [film, { ...film, filename: "again.mp4" }, short] });
    expect(told(await at.room.post(came))).toEqual({ [bob.address]: "delivered" });
    const { attachments, bytes } = await newestOf(store, bob.accountId);
    const { filename: _, ...bare } = film;
    expect(attachments).toEqual([bare, bare, short]);
    expect(findArrival(bytes)).not.toHaveProperty("attachments");
    expect(await bob.open(bytes)).toContain("again.mp4");
    expect(await namesOnDisk()).toEqual([]);
  });

  it("that come just as their message is judged are sealed, never kept as they came", async () => {
    const store = await open();
    const { blobs, room: first } = place(store);
    const bob = await sealedAccount(store, "bob");
    expect(told(await first.post(withFiles([note])))).toEqual({ [bob.address]: "blobsMissing" });
    const arriving = before(store, () => putPeerBlob(blobs, { host: "b.test", ...upload(note) }));
    const again = trialReceive(arriving, { clock: blobs.clock, blobs });
    expect(told(await again.post(withFiles([note])))).toEqual({ [bob.address]: "delivered" });
    expect(await openFiles({ blobs, room: again }, bob)).toEqual([textOf(note)]);
  });

  it("are sealed anew when a sweep has taken what was sealed before their message was kept", async () => {
    const store = await open();
    const { blobs, room: first } = place(store);
    const bob = await sealedAccount(store, "bob");
    await first.post(withFiles([note]));
    await putPeerBlob(blobs, { host: "b.test", ...upload(note) });
    const late = before(store, async () => {
      await blobs.clock.advance(day);
      await putPeerBlob(blobs, { host: "b.test", ...upload(note) });
      await sweepBlobs(blobs);
      expect(await namesOnDisk()).toEqual([note.hash]);
    });
    const again = trialReceive(late, { clock: blobs.clock, blobs });
    expect(told(await again.post(withFiles([note])))).toEqual({ [bob.address]: "delivered" });
    expect(await openFiles({ blobs, room: again }, bob)).toEqual([textOf(note)]);
  });
});

eachStore("files in the open for accounts that take them so", (open) => {
  it("cost what they did: nothing is read of them, and nothing asked but for which accounts they are", async () => {
    const { store, ...at } = await openAt(open);
    await openAccount(store, "carol", quota);
    await bring(at, [note], { to: ["carol"] });
    const untouched = () => Promise.reject(new Error("a file was touched"));
    const files = changed(at.blobs.files, {
      stream: untouched,
      createTemporary: untouched,
      sizeBytes: untouched,
      freeBytes: untouched,
    });
    const asked: string[] = [];
    const counting: Store = {
      ...before(store, async () => undefined),
      read: {
        dialect: store.read.dialect,
        get: (query) => store.read.get(noted(asked, query)),
        all: (query) => store.read.all(noted(asked, query)),
      },
    };
    const room = trialReceive(counting, { clock: at.blobs.clock, blobs: { ...at.blobs, files } });
    const came = withFiles([note], { to: ["carol"], id: letterId(2) });
    expect(told(await room.post(came))).toEqual({ "carol@a.test": "delivered" });
    expect(asked).toEqual([expect.stringContaining("FROM account")]);
  });
});

function noted<Query extends { strings: readonly string[] }>(asked: string[], query: Query): Query {
  asked.push(query.strings.join("?"));
  return query;
}

async function openAt(
  open: () => Promise<Store>,
  options: TrialOptions = {},
): Promise<Place & { store: Store }> {
  const store = await open();
  return { store, ...place(store, options) };
}
