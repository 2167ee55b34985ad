import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "@posthorn/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { EffectHook } from "../env/env.ts";
import { HandClock } from "../env/hand-clock.ts";
import { findBlobSize } from "../store/blob-store.ts";
import { eachStore } from "../store/each-store.ts";
import type { Store } from "../store/sql.ts";
import { getBlob, headBlob, putBlob } from "./account-blob.ts";
import { blobPath } from "./blob-path.ts";
import { keepFile } from "./keep-file.ts";
import { sweepBlobs } from "./sweep.ts";
import { changed, content, inPieces, readAll, type TrialBlobs, trialBlobs, upload } from "./trial-blobs.ts";

const alice = 11;
const days = 24 * 3_600_000;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "posthorn-crash-"));
});
afterEach(() => rm(folder, { recursive: true }));

/**
 * A server that dies at one effect: from there on nothing has an effect any more, tidying up included, until it is
 * started again.
 */
function mortal() {
  let effects: string[] = [];
  let diesAt = Number.POSITIVE_INFINITY;
  const isDead = () => effects.length > diesAt;
  const effect: EffectHook = (name, when) => {
    effects.push(`${name} ${when}`);
    if (isDead()) throw new Error("killed");
  };
  const start = (effectNumber = Number.POSITIVE_INFINITY) => {
    effects = [];
    diesAt = effectNumber;
  };
  return { effect, start, isDead, effects: () => effects };
}

type Mortal = ReturnType<typeof mortal>;

/** A blob room of the server, as it has just been started. */
function room(store: Store, below: string, life: Mortal, clock: HandClock): TrialBlobs {
  return trialBlobs(store, below, {
    effect: life.effect,
    clock,
    wrap: (files) =>
      changed(files, {
        async createTemporary(path) {
          const file = await files.createTemporary(path);
          return {
            write: (piece) => file.write(piece),
            commit: (to) => file.commit(to),
            async discard() {
              await file.discard();
              if (life.isDead()) await writeFile(join(path, leftName(clock.now())), "left");
            },
          };
        },
      }),
  });
}

eachStore("an upload cut at any effect", (open) => {
  it("syncs the file, its name and its folder, and only then writes its row (I1)", async () => {
    const life = mortal();
    const store = await open({ effect: life.effect });
    life.start();
    await putBlob(room(store, folder, life, new HandClock()), {
      accountId: alice,
      ...upload(content("whole")),
    });
    const order = life.effects().filter((effect) => effect.endsWith("after"));
    const last = ["file.fsync", "file.rename", "file.fsyncdir", "store.commit"].map(
      (name) => `${name} after`,
    );
    expect(order.slice(-last.length)).toEqual(last);
    expect(order.indexOf("file.write after")).toBeLessThan(order.indexOf("file.fsync after"));
  });

  it.each([
    ["can be done again", true],
    ["is swept when it is not done again", false],
  ])("leaves no row or a row with its whole file, and %s (I1, I10)", async (_, isDoneAgain) => {
    const life = mortal();
    const store = await open({ effect: life.effect });
    life.start();
    const first = room(store, join(folder, "first"), life, new HandClock());
    await putBlob(first, { accountId: alice, ...upload(content("first")) });
    const effects = [...life.effects()];
    for (const [cut, effect] of effects.entries()) {
      const below = join(folder, String(cut));
      const clock = new HandClock();
      const blob = content(`cut ${cut}`);
      life.start(cut);
      const dying = putBlob(room(store, below, life, clock), { accountId: alice, ...upload(blob) });
      await expect(dying).rejects.toThrow("killed");

      life.start();
      const again = room(store, below, life, clock);
      if ((await findBlobSize(store.read, blob.hash)) === undefined) {
        const asked = headBlob(again, { accountId: alice, hash: blob.hash });
        await expect(asked, effect).rejects.toMatchObject({ problem: { code: "notFound" } });
      } else {
        const file = await readFile(blobPath(below, blob.hash));
        expect(createHash("sha256").update(file).digest("hex"), effect).toBe(blob.hash);
        expect(effect).toBe("store.commit after");
      }
      if (isDoneAgain) {
        await putBlob(again, { accountId: alice, ...upload(blob) });
        const { body } = await getBlob(again, { accountId: alice, hash: blob.hash });
        expect(await readAll(body), effect).toBe(`cut ${cut}`);
      }
      await clock.advance(3 * days);
      await sweepBlobs(again);
      expect(await filesBelow(below), effect).toEqual([]);
      expect(await findBlobSize(store.read, blob.hash), effect).toBeUndefined();
    }
  });
});

eachStore("a file that the server makes, cut at any effect", (open) => {
  it("leaves blobs that are whole, and nothing that is not swept (I1, I10)", async () => {
    const life = mortal();
    const store = await open({ effect: life.effect });
    const bytes = Buffer.alloc(limits.blobBytes + 1_000);
    const made = () => ({ sizeBytes: bytes.length, body: inPieces(bytes, 1024 ** 2) });
    let isDone = false;
    for (let cut = 0; !isDone; cut++) {
      const below = join(folder, String(cut));
      const clock = new HandClock();
      bytes.write(`cut ${cut}`);
      life.start(cut);
      await keepFile(room(store, below, life, clock), made()).catch((error: Error) => {
        expect(error.message).toBe("killed");
      });
      isDone = !life.isDead();
      life.start();
      const again = room(store, below, life, clock);
      for (const part of [bytes.subarray(0, limits.blobBytes), bytes.subarray(limits.blobBytes)]) {
        const hash = createHash("sha256").update(part).digest("hex");
        if ((await findBlobSize(store.read, hash)) === undefined) continue;
        expect((await readFile(blobPath(below, hash))).equals(part)).toBe(true);
      }
      await clock.advance(3 * days);
      await sweepBlobs(again);
      expect(await filesBelow(below)).toEqual([]);
    }
  });
});

eachStore("a sweep cut at any effect", (open) => {
  it("leaves a file without a row at worst, which the next sweep removes", async () => {
    const life = mortal();
    const store = await open({ effect: life.effect });
    let isDone = false;
    for (let cut = 0; !isDone; cut++) {
      const below = join(folder, String(cut));
      const clock = new HandClock();
      const blob = content(`swept ${cut}`);
      life.start();
      await putBlob(room(store, below, life, clock), { accountId: alice, ...upload(blob) });
      await clock.advance(2 * days);
      life.start(cut);
      await sweepBlobs(room(store, below, life, clock)).catch((error: Error) => {
        expect(error.message).toBe("killed");
      });
      isDone = !life.isDead();
      life.start();
      if ((await findBlobSize(store.read, blob.hash)) !== undefined) {
        expect(await readFile(blobPath(below, blob.hash), "utf8")).toBe(`swept ${cut}`);
      }
      await sweepBlobs(room(store, below, life, clock));
      expect(await findBlobSize(store.read, blob.hash)).toBeUndefined();
      expect(await filesBelow(below)).toEqual([]);
    }
  });
});

/** What a dead process leaves of a temporary file. */
function leftName(madeAt: number): string {
  return `${madeAt}-${"0a".repeat(12)}.tmp`;
}

async function filesBelow(path: string): Promise<string[]> {
  const found = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []);
  return found.filter((entry) => entry.isFile()).map((entry) => entry.name);
}
