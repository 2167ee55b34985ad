/** Published attacks on stores of files, each by its id (threats A6, C6, C7). */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addBlobRefs, insertBlob, openGrant } from "../store/blob-store.ts";
import { eachStore, onSqlite } from "../store/each-store.ts";
import { announce, checkBlobs } from "./access.ts";
import { getBlob, headBlob, putBlob } from "./account-blob.ts";
import { blobPath, isHash } from "./blob-path.ts";
import { blobLimits } from "./limits.ts";
import { headPeerBlob, putPeerBlob } from "./peer-blob.ts";
import { content, inPieces, message, readAll, trialBlobs, upload } from "./trial-blobs.ts";

const alice = 11;
const bob = 22;
const secret = content("Nobody but Alice has this.");
const problem = (code: string) => ({ problem: { code } });

let parent: string;
let folder: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "posthorn-attacks-"));
  folder = join(parent, "data", "blobs");
});
afterEach(() => rm(parent, { recursive: true }));

const { hash } = secret;
const notHashes = [
  "",
  ".",
  "..",
  "../../../etc/passwd",
  "/etc/passwd",
  `../${hash}`,
  `${hash}/..`,
  `${hash}/../../keys/signing.json`,
  `${hash.slice(0, 62)}/.`,
  `..${hash.slice(2)}`,
  `${hash}\0`,
  `\0${hash}`,
  `${hash}\n`,
  `${hash}.tmp`,
  hash.toUpperCase(),
  hash.slice(1),
  `${hash}0`,
  `%2e%2e%2f${hash.slice(9)}`,
  hash.replace(/[0-9]/, "٣"),
  hash.replace(/./, "ａ"),
  `\ud800${hash.slice(1)}`,
  "__proto__",
  "posthorn.db",
];

eachStore("a name that is not a hash", (open) => {
  it.each(notHashes)("is no path and no name here (CVE-2021-41281, CVE-2023-36460): %j", async (name) => {
    const ctx = trialBlobs(await open(), folder);
    const given = { ...upload(secret), hash: name };
    await expect(putBlob(ctx, { accountId: alice, ...given })).rejects.toMatchObject(problem("badRequest"));
    await expect(putPeerBlob(ctx, { host: "b.test", ...given })).rejects.toMatchObject(problem("forbidden"));
    for (const asked of [
      headBlob(ctx, { accountId: alice, hash: name }),
      getBlob(ctx, { accountId: alice, hash: name }),
      headPeerBlob(ctx, { host: "b.test", hash: name }),
    ]) {
      await expect(asked).rejects.toMatchObject(problem("notFound"));
    }
    expect(await readdir(parent)).toEqual([]);
  });
});

describe("the path of a blob", () => {
  it("is below the folder for every text that has one (CVE-2021-41281, CVE-2023-36460)", () => {
    const digits = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 62, maxLength: 66 });
    const names = fc.oneof(
      digits,
      fc.string({ unit: "binary", maxLength: 80 }),
      fc.constantFrom(...notHashes),
    );
    fc.assert(
      fc.property(names, (name) => {
        if (!isHash(name)) {
          expect(() => blobPath("/data/blobs", name)).toThrow();
          return;
        }
        expect(blobPath("/data/blobs", name).split(sep)).toEqual([
          "",
          "data",
          "blobs",
          name.slice(0, 2),
          name,
        ]);
      }),
      { numRuns: 20_000 },
    );
  });
});

eachStore("a hash that somebody knows (Dropship; Harnik 2010; threats C7)", (open) => {
  it("gives no bytes, no size, no upload without the bytes, and no message that refers to it", async () => {
    const ctx = trialBlobs(await open(), folder);
    await putBlob(ctx, { accountId: alice, ...upload(secret) });
    const unknown = content("Nobody has this.");
    const answers: unknown[] = [];
    for (const { hash } of [secret, unknown]) {
      const asked = await Promise.allSettled([
        headBlob(ctx, { accountId: bob, hash }),
        getBlob(ctx, { accountId: bob, hash }),
        putBlob(ctx, { accountId: bob, hash, sizeBytes: 26, body: inPieces(new Uint8Array(26)) }),
        putBlob(ctx, { accountId: bob, hash, sizeBytes: 26, body: inPieces(new Uint8Array(0)) }),
      ]);
      answers.push(...asked.map((one) => one.status === "rejected" && one.reason.problem));
    }
    expect(answers.slice(0, 4)).toMatchObject([
      { code: "notFound" },
      { code: "notFound" },
      { code: "blobMismatch" },
      { code: "blobMismatch" },
    ]);
    expect(answers.slice(4)).toEqual(answers.slice(0, 4));
    for (const holder of [
      { kind: "account", id: bob },
      { kind: "host", host: "b.test" },
    ] as const) {
      const checked = await ctx.store.write((tx) => checkBlobs(tx, holder, message(secret)));
      expect(checked).toMatchObject({ ok: false, problem: { code: "blobsMissing", missing: [secret.hash] } });
    }
  });

  it("is answered at upload like a hash nobody has: the same steps, the same answer, on disk and in the store", async () => {
    const steps: string[] = [];
    const effect = (name: string, when: string) => steps.push(`${name} ${when}`);
    const ctx = trialBlobs(await open({ effect }), folder, { effect });
    const fresh = content("Nobody but Carol has it..!");
    await ctx.files.makeFolder(join(folder, secret.hash.slice(0, 2)));
    await ctx.files.makeFolder(join(folder, fresh.hash.slice(0, 2)));
    await putBlob(ctx, { accountId: alice, ...upload(secret) });
    steps.length = 0;
    const known = await putBlob(ctx, { accountId: bob, ...upload(secret) });
    const ofKnown = steps.splice(0);
    expect(await putBlob(ctx, { accountId: bob, ...upload(fresh) })).toEqual({ ...known, hash: fresh.hash });
    expect(steps).toEqual(ofKnown);
    expect(steps).toContain("file.rename after");
  });

  it("is not told by the room that is left either: what is others' too counts in full", async () => {
    const store = await open();
    const ctx = trialBlobs(store, folder);
    await putBlob(ctx, { accountId: alice, ...upload(secret) });
    await store.write((tx) => addBlobRefs(tx, alice, 7, [secret.hash]));
    const expiresAt = ctx.clock.now() + 1;
    const sizeBytes = blobLimits.openBytesPerHost - blobLimits.leastOpenBytes;
    const next = content("next");
    for (const [host, blob] of [
      ["b.test", secret],
      ["c.test", content("Nobody has this.")],
    ] as const) {
      const blobs = [blob, next].map(({ hash, bytes }) => ({ hash, size: bytes.length }));
      await store.write(async (tx) => {
        await openGrant(tx, {
          holder: { kind: "host", host },
          hash: content(host).hash,
          sizeBytes,
          expiresAt,
        });
        await announce(tx, host, blobs, ctx.clock.now());
      });
      await putPeerBlob(ctx, { host, ...upload(blob) });
      await expect(putPeerBlob(ctx, { host, ...upload(next) })).rejects.toMatchObject(problem("rateLimited"));
    }
  });
});

describe("ten thousand hashes of Alice's", () => {
  const open = onSqlite();

  it("open nothing for Bob (threats C7)", async () => {
    const store = await open();
    const ctx = trialBlobs(store, folder);
    const hashes = Array.from({ length: 10_000 }, (_, index) => content(`${index}`).hash);
    const holder = { kind: "account", id: alice } as const;
    await store.write(async (tx) => {
      for (const hash of hashes) {
        await openGrant(tx, { holder, hash, sizeBytes: 5, expiresAt: ctx.clock.now() + 1 });
        await insertBlob(tx, { hash, sizeBytes: 5, createdAt: ctx.clock.now() });
      }
    });
    expect(await headBlob(ctx, { accountId: alice, hash: hashes[0] ?? "" })).toMatchObject({ size: 5 });
    const answers = new Set<string>();
    for (const hash of hashes) {
      await headBlob(ctx, { accountId: bob, hash }).catch((error) =>
        answers.add(JSON.stringify(error.problem)),
      );
    }
    expect([...answers]).toEqual([expect.stringContaining('"code":"notFound"')]);
  });
});

eachStore("a protocol document that somebody uploads", (open) => {
  const documents = [
    '{"version":1,"host":"a.test","endpoint":"https://evil.test","keys":[],"oldKeys":[]}',
    '{"@context":"https://www.w3.org/ns/activitystreams","type":"Person"}',
    '<html><script>fetch("/email/send")</script></html>',
  ];
  it.each(documents)(
    "is bytes and nothing else to this room (CVE-2024-25623, threats A6): %s",
    async (text) => {
      const ctx = trialBlobs(await open(), folder);
      const document = content(text);
      await putBlob(ctx, { accountId: alice, ...upload(document) });
      const given = await getBlob(ctx, { accountId: alice, hash: document.hash });
      // The content type, application/octet-stream as an attachment, is the route's: the room knows none.
      expect(Object.keys(given).sort()).toEqual(["body", "size"]);
      expect(await readAll(given.body)).toBe(text);
    },
  );
});
