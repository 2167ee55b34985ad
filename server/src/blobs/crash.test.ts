import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { EffectHook } from "../env/env.ts";
import { HandClock } from "../env/hand-clock.ts";
import { findBlobSize } from "../store/blob-store.ts";
import { eachStore } from "../store/each-store.ts";
import { getBlob, headBlob, putBlob } from "./account-blob.ts";
import { blobPath } from "./blob-path.ts";
import { sweepBlobs } from "./sweep.ts";
import { changed, content, readAll, trialBlobs, upload } from "./trial-blobs.ts";

const alice = 11;
const days = 24 * 3_600_000;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "posthorn-crash-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Once armed, dies at one effect: from there on nothing has an effect any more, tidying up included. */
function dyingAt(effectNumber: number) {
  const effects: string[] = [];
  let isArmed = false;
  const isDead = () => effects.length > effectNumber;
  const effect: EffectHook = (name, when) => {
    if (!isArmed) return;
    effects.push(`${name} ${when}`);
    if (isDead()) throw new Error("killed");
  };
  const arm = () => {
    isArmed = true;
  };
  return { effects, effect, isDead, arm };
}

eachStore("an upload cut at any effect", (open) => {
  it("leaves no row or a row with its whole file, can be done again, and is swept when it is not (I1, I10)", async () => {
    const counting = dyingAt(Number.POSITIVE_INFINITY);
    const store = await open({ effect: counting.effect });
    const whole = trialBlobs(store, join(folder, "whole"), counting);
    counting.arm();
    await putBlob(whole, { accountId: alice, ...upload(content("whole")) });
    const order = counting.effects
      .filter((effect) => effect.endsWith("after"))
      .map((one) => one.split(" ")[0]);
    const placed = ["file.fsync", "file.rename", "file.fsyncdir", "store.commit"];
    expect(order.slice(-placed.length)).toEqual(placed);
    expect(order.filter((name) => name === "file.write").length).toBeGreaterThan(0);

    const calm = await open();
    for (let cut = 0; cut < counting.effects.length; cut++) {
      const below = join(folder, String(cut));
      const blob = content(`cut ${cut}`);
      const dying = dyingAt(cut);
      const clock = new HandClock();
      const dead = trialBlobs(await open({ effect: dying.effect }), below, {
        effect: dying.effect,
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
                  if (dying.isDead()) await writeFile(join(path, leftName(clock.now())), "left");
                },
              };
            },
          }),
      });
      dying.arm();
      await expect(putBlob(dead, { accountId: alice, ...upload(blob) })).rejects.toThrow("killed");

      const again = trialBlobs(calm, below, { clock });
      const at = `cut at ${counting.effects[cut]}`;
      if ((await findBlobSize(again.store.read, blob.hash)) !== undefined) {
        const file = await readFile(blobPath(below, blob.hash));
        expect(createHash("sha256").update(file).digest("hex"), at).toBe(blob.hash);
        expect(counting.effects[cut], at).toBe("store.commit after");
      } else {
        await expect(headBlob(again, { accountId: alice, hash: blob.hash }), at).rejects.toThrow(
          "no such blob",
        );
      }
      await putBlob(again, { accountId: alice, ...upload(blob) });
      const { body } = await getBlob(again, { accountId: alice, hash: blob.hash });
      expect(await readAll(body), at).toBe(`cut ${cut}`);

      await clock.advance(3 * days);
      await sweepBlobs(again);
      expect(await filesBelow(below), at).toEqual([]);
    }
  });

  it("leaves nothing on the disk when it is never done again", async () => {
    const counting = dyingAt(Number.POSITIVE_INFINITY);
    const clock = new HandClock();
    const whole = trialBlobs(await open({ effect: counting.effect }), join(folder, "whole"), counting);
    counting.arm();
    await putBlob(whole, { accountId: alice, ...upload(content("whole")) });
    const below = join(folder, "cut");
    for (let cut = 0; cut < counting.effects.length; cut += 3) {
      const dying = dyingAt(cut);
      const dead = trialBlobs(await open({ effect: dying.effect }), below, { effect: dying.effect, clock });
      dying.arm();
      await expect(putBlob(dead, { accountId: alice, ...upload(content(`left ${cut}`)) })).rejects.toThrow(
        "killed",
      );
    }
    await clock.advance(3 * days);
    await sweepBlobs(trialBlobs(await open(), below, { clock }));
    expect(await filesBelow(below)).toEqual([]);
  });
});

eachStore("a sweep cut at any effect", (open) => {
  it("leaves a file without a row at worst, which the next sweep removes", async () => {
    const calm = await open();
    for (let cut = 0; ; cut++) {
      const below = join(folder, String(cut));
      const blob = content(`swept ${cut}`);
      const clock = new HandClock();
      await putBlob(trialBlobs(calm, below, { clock }), { accountId: alice, ...upload(blob) });
      await clock.advance(2 * days);
      const dying = dyingAt(cut);
      const dead = trialBlobs(await open({ effect: dying.effect }), below, { effect: dying.effect, clock });
      dying.arm();
      const isDone = await sweepBlobs(dead).then(
        () => true,
        () => false,
      );
      const again = trialBlobs(calm, below, { clock });
      if ((await findBlobSize(again.store.read, blob.hash)) !== undefined) {
        expect(await readFile(blobPath(below, blob.hash), "utf8")).toBe(`swept ${cut}`);
      }
      await sweepBlobs(again);
      expect(await findBlobSize(again.store.read, blob.hash)).toBeUndefined();
      expect(await filesBelow(below)).toEqual([]);
      if (isDone) return;
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
