import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { HandClock } from "../env/hand-clock.ts";
import { addBlobRefs, findBlobSize, insertBlob } from "../store/blob-store.ts";
import { eachStore } from "../store/each-store.ts";
import type { Store } from "../store/sql.ts";
import { announce, checkBlobs, useBlobs } from "./access.ts";
import { getBlob, headBlob, putBlob } from "./account-blob.ts";
import { blobPath } from "./blob-path.ts";
import { putPeerBlob } from "./peer-blob.ts";
import { sweepBlobs } from "./sweep.ts";
import { type Content, changed, content, gate, message, readAll, trialBlobs, upload } from "./trial-blobs.ts";

const alice = 11;
const bob = 22;
const day = 24 * 3_600_000;
const photo = content("A photograph of the sea.");
const named = { hash: photo.hash, size: photo.bytes.length };

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "posthorn-sweep-")), "blobs");
});
afterEach(() => rm(join(folder, ".."), { recursive: true }));

const problem = (code: string) => ({ problem: { code } });
const onDisk = ({ hash }: Content) =>
  readFile(blobPath(folder, hash), "utf8").then(
    () => true,
    () => false,
  );

eachStore("the sweep of blobs", (open) => {
  it("takes a blob that no message used within a day, row and file, and not before", async () => {
    const ctx = trialBlobs(await open(), folder);
    await putBlob(ctx, { accountId: alice, ...upload(photo) });
    await ctx.clock.advance(day - 1);
    await sweepBlobs(ctx);
    await headBlob(ctx, { accountId: alice, hash: photo.hash });
    await ctx.clock.advance(1);
    await sweepBlobs(ctx);
    await expect(headBlob(ctx, { accountId: alice, hash: photo.hash })).rejects.toMatchObject(
      problem("notFound"),
    );
    expect(await onDisk(photo)).toBe(false);
    await putBlob(ctx, { accountId: alice, ...upload(photo) });
    expect(await readAll((await getBlob(ctx, { accountId: alice, hash: photo.hash })).body)).toContain("sea");
  });

  it("keeps a blob for as long as any message refers to it", async () => {
    const ctx = trialBlobs(await open(), folder);
    await putBlob(ctx, { accountId: alice, ...upload(photo) });
    await ctx.store.write((tx) => addBlobRefs(tx, bob, 7, [photo.hash]));
    await ctx.clock.advance(100 * day);
    await sweepBlobs(ctx);
    expect(await readAll((await getBlob(ctx, { accountId: bob, hash: photo.hash })).body)).toContain("sea");
    await expect(headBlob(ctx, { accountId: alice, hash: photo.hash })).rejects.toMatchObject(
      problem("notFound"),
    );
  });

  it("does not let a grant that was used keep a blob: then the messages do", async () => {
    const ctx = trialBlobs(await open(), folder);
    await putBlob(ctx, { accountId: alice, ...upload(photo) });
    await ctx.store.write((tx) => useBlobs(tx, { kind: "account", id: alice }, [named]));
    await sweepBlobs(ctx);
    expect(await onDisk(photo)).toBe(false);
    await putBlob(ctx, { accountId: alice, ...upload(photo) });
    await sweepBlobs(ctx);
    expect(await onDisk(photo)).toBe(true);
  });

  it("forgets what a host has announced and not brought within a day", async () => {
    const ctx = trialBlobs(await open(), folder);
    await ctx.store.write((tx) => announce(tx, "b.test", [named], ctx.clock.now()));
    await ctx.clock.advance(day);
    await sweepBlobs(ctx);
    await expect(putPeerBlob(ctx, { host: "b.test", ...upload(photo) })).rejects.toMatchObject(
      problem("forbidden"),
    );
  });

  it("takes files without a row and old temporary files, and touches nothing else in the folder", async () => {
    const ctx = trialBlobs(await open(), folder);
    await putBlob(ctx, { accountId: alice, ...upload(photo) });
    const here = join(folder, photo.hash.slice(0, 2));
    const orphan = `${photo.hash.slice(0, 2)}${"0".repeat(62)}`;
    await writeFile(join(here, orphan), "left by a crash");
    await writeFile(join(here, "README"), "an operator's note");
    const old = `${ctx.clock.now() - 2 * day}-${"ab".repeat(12)}.tmp`;
    const young = `${ctx.clock.now() - day}-${"ab".repeat(12)}.tmp`;
    const ahead = `${ctx.clock.now() + 2 * day}-${"ab".repeat(12)}.tmp`;
    for (const name of [old, young, ahead]) await writeFile(join(folder, name), "");
    await sweepBlobs(ctx);
    expect((await readdir(here)).sort()).toEqual(["README", photo.hash].sort());
    expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([young]);
  });

  it("takes more blobs of one folder than fit in one transaction", async () => {
    const ctx = trialBlobs(await open(), folder);
    const hashes = Array.from({ length: 230 }, (_, index) => `70${String(index).padStart(62, "0")}`);
    await ctx.files.makeFolder(join(folder, "70"));
    await ctx.store.write(async (tx) => {
      for (const hash of hashes) await insertBlob(tx, { hash, sizeBytes: 0, createdAt: ctx.clock.now() });
    });
    for (const hash of hashes.slice(0, 40)) await writeFile(join(folder, "70", hash), "");
    await sweepBlobs(ctx);
    expect(await readdir(join(folder, "70"))).toEqual([]);
    for (const hash of hashes) expect(await findBlobSize(ctx.store.read, hash)).toBeUndefined();
  });
});

eachStore("a sweep at the same time as", (open) => {
  it("an upload of the blob it is removing: row and file are both there in the end", async () => {
    const clock = new HandClock();
    const store = await open();
    await putBlob(trialBlobs(store, folder, { clock }), { accountId: alice, ...upload(photo) });
    await clock.advance(2 * day);
    const removing = gate();
    const mayRemove = gate();
    const other = store.dialect === "postgres" ? await open() : store;
    const sweeping = trialBlobs(other, folder, {
      clock,
      wrap: (files) =>
        changed(files, {
          async remove(path) {
            removing.open();
            await mayRemove.opened;
            await files.remove(path);
          },
        }),
    });
    const swept = sweepBlobs(sweeping);
    await removing.opened;
    const uploading = trialBlobs(store, folder, { clock });
    const uploaded = putBlob(uploading, { accountId: bob, ...upload(photo) });
    await aWhile(store);
    mayRemove.open();
    await Promise.all([swept, uploaded]);
    const { body } = await getBlob(uploading, { accountId: bob, hash: photo.hash });
    expect(await readAll(body)).toBe("A photograph of the sea.");
    await sweepBlobs(uploading);
    expect(await onDisk(photo)).toBe(true);
  });

  it.each([
    ["is there already from long ago", true],
    ["is new", false],
  ])(
    "an upload that is about to put its file in place, when the blob %s: the file is left alone",
    async (_, isOld) => {
      const clock = new HandClock();
      const store = await open();
      if (isOld) await putBlob(trialBlobs(store, folder, { clock }), { accountId: alice, ...upload(photo) });
      await clock.advance(2 * day);
      const placing = gate();
      const placed = gate();
      const mayGoOn = gate();
      const uploading = trialBlobs(store, folder, {
        clock,
        wrap: (files) =>
          changed(files, {
            async createTemporary(path) {
              const file = await files.createTemporary(path);
              return {
                write: (piece) => file.write(piece),
                discard: () => file.discard(),
                async commit(to) {
                  placing.open();
                  await mayGoOn.opened;
                  await file.commit(to);
                  await sweepBlobs(trialBlobs(store, folder, { clock }));
                  placed.open();
                },
              };
            },
          }),
      });
      const uploaded = putBlob(uploading, { accountId: bob, ...upload(photo) });
      await placing.opened;
      await sweepBlobs(trialBlobs(store, folder, { clock }));
      mayGoOn.open();
      await placed.opened;
      await uploaded;
      await sweepBlobs(uploading);
      expect(await onDisk(photo)).toBe(true);
      await headBlob(uploading, { accountId: bob, hash: photo.hash });
    },
  );

  it("an upload that stood still for hours: it is to be sent again, and no row is without its file", async () => {
    const clock = new HandClock();
    const store = await open();
    const calm = trialBlobs(store, folder, { clock });
    const standing = trialBlobs(store, folder, {
      clock,
      wrap: (files) =>
        changed(files, {
          async createTemporary(path) {
            const file = await files.createTemporary(path);
            return {
              write: (piece) => file.write(piece),
              discard: () => file.discard(),
              async commit(to) {
                await clock.advance(2 * 3_600_000);
                await file.commit(to);
                await sweepBlobs(calm);
              },
            };
          },
        }),
    });
    const late = putBlob(standing, { accountId: alice, ...upload(photo) });
    await expect(late).rejects.toMatchObject({ problem: { code: "unavailable", retry: "later" } });
    expect([await findBlobSize(store.read, photo.hash), await onDisk(photo)]).toEqual([undefined, false]);
    await putBlob(calm, { accountId: alice, ...upload(photo) });
    expect(await onDisk(photo)).toBe(true);
  });

  it("a message that is about to refer to the blob: the blob stays", async () => {
    const store = await open();
    const ctx = trialBlobs(store, folder);
    await putBlob(ctx, { accountId: alice, ...upload(photo) });
    await ctx.store.write((tx) => useBlobs(tx, { kind: "account", id: alice }, [named]));
    const checked = gate();
    const mayGoOn = gate();
    const submitted = store.write(async (tx) => {
      const result = await checkBlobs(tx, { kind: "account", id: alice }, message(photo));
      checked.open();
      await mayGoOn.opened;
      await addBlobRefs(tx, alice, 7, [photo.hash]);
      return result;
    });
    await checked.opened;
    const swept = sweepBlobs(ctx);
    // With one writer the sweep waits for the message; of several processes it goes on and leaves the folder alone.
    if (store.dialect === "postgres") await swept;
    mayGoOn.open();
    expect(await submitted).toEqual({ ok: true });
    await swept;
    expect(await findBlobSize(store.read, photo.hash)).toBe(photo.bytes.length);
    expect(await onDisk(photo)).toBe(true);
  });

  it.each([
    ["rows", 2],
    ["files", 3],
  ])(
    "a message that comes between its look at the %s and its transaction: row and file stay",
    async (_, at) => {
      const ctx = trialBlobs(await open(), folder);
      await putBlob(ctx, { accountId: alice, ...upload(photo) });
      await ctx.store.write((tx) => useBlobs(tx, { kind: "account", id: alice }, [named]));
      const store = interrupted(ctx.store, async (transaction) => {
        if (transaction !== at) return;
        await putBlob(ctx, { accountId: alice, ...upload(photo) });
        await ctx.store.write((tx) => addBlobRefs(tx, alice, 7, [photo.hash]));
        await ctx.store.write((tx) => useBlobs(tx, { kind: "account", id: alice }, [named]));
      });
      await sweepBlobs({ ...ctx, store });
      expect(await readAll((await getBlob(ctx, { accountId: alice, hash: photo.hash })).body)).toContain(
        "sea",
      );
    },
  );

  it("a message that comes too late: it hears that the blob is missing, and nothing refers to nothing", async () => {
    const store = await open();
    const removing = gate();
    const mayRemove = gate();
    const ctx = trialBlobs(store, folder, {
      wrap: (files) =>
        changed(files, {
          async remove(path) {
            removing.open();
            await mayRemove.opened;
            await files.remove(path);
          },
        }),
    });
    await putBlob(ctx, { accountId: alice, ...upload(photo) });
    await ctx.store.write((tx) => useBlobs(tx, { kind: "account", id: alice }, [named]));
    const swept = sweepBlobs(ctx);
    await removing.opened;
    const submitted = store.write((tx) => checkBlobs(tx, { kind: "account", id: alice }, message(photo)));
    await aWhile(store);
    mayRemove.open();
    expect(await submitted).toMatchObject({ ok: false, problem: { code: "blobsMissing" } });
    await swept;
    await expect(store.write((tx) => addBlobRefs(tx, alice, 7, [photo.hash]))).rejects.toThrow();
  });

  it("many uploads, messages and other sweeps: every blob that is referred to is there (I10)", async () => {
    const clock = new HandClock();
    const ctx = trialBlobs(await open(), folder, { clock });
    const second = ctx.store.dialect === "postgres" ? trialBlobs(await open(), folder, { clock }) : ctx;
    const blobs = Array.from({ length: 6 }, (_, index) => content(`contended ${index}`));
    let referred = 0;
    const work = blobs.map(async (blob, index) => {
      const room = index % 2 === 0 ? ctx : second;
      for (let round = 0; round < 8; round++) {
        await putBlob(room, { accountId: alice, ...upload(blob) });
        await useNow(room, blob);
        await room.store.write(async (tx) => {
          const result = await checkBlobs(tx, { kind: "account", id: alice }, message(blob));
          if (!result.ok) return;
          await addBlobRefs(tx, alice, 100 * index + round, [blob.hash]);
          referred++;
        });
      }
    });
    const sweeps = [ctx, second].map(async (room, index) => {
      for (let round = 0; round < 6; round++) if (index === 0 || room !== ctx) await sweepBlobs(room);
    });
    await Promise.all([...work, ...sweeps]);
    expect(referred).toBeGreaterThan(0);
    for (const blob of blobs) {
      if ((await findBlobSize(ctx.store.read, blob.hash)) === undefined) continue;
      expect(await onDisk(blob)).toBe(true);
    }
    function useNow(room: typeof ctx, blob: Content) {
      const used = [{ hash: blob.hash, size: blob.bytes.length }];
      return room.store.write((tx) => useBlobs(tx, { kind: "account", id: alice }, used));
    }
  });
});

/** Long enough for whoever can go on to have gone on: turns of the event loop, and questions to the database. */
async function aWhile(store: Store): Promise<void> {
  for (let turn = 0; turn < 200; turn++) {
    await findBlobSize(store.read, photo.hash);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The same store, where something else comes first each time a transaction is about to begin. */
function interrupted(store: Store, before: (transaction: number) => Promise<void>): Store {
  let transactions = 0;
  return {
    dialect: store.dialect,
    read: store.read,
    close: () => store.close(),
    async write(work) {
      await before(++transactions);
      return store.write(work);
    },
  };
}
