/**
 * Removes what has had its time: grants and announcements, blobs that nobody keeps, files without a row, old temporary
 * files. A blob that is referenced or on its way is never removed (reliability I10), with any number of processes on
 * one database and one folder. Why that holds:
 *
 * 1. A row is deleted only in a transaction that finds no reference and no open grant, and its file only after that
 *    transaction is on stable storage, in another that finds neither row nor grant. So a crash leaves at worst a file
 *    without a row, never a row without its file; the next sweep finds the file by listing the folder.
 * 2. An upload writes its grant before it puts its file in place, and the row last, only if that same grant is still
 *    there. The file it puts in place is therefore seen by step 1 as expected, from before it is there until its row or
 *    its grant is gone; and when a sweep has just removed an older file of the same name, the upload's own comes after.
 *    Both end up there.
 * 3. Who writes a grant or a reference, and who sweeps, must not overlook each other. In the embedded store writing
 *    transactions come one after another. On PostgreSQL a transaction that opens a grant or is going to write a
 *    reference first takes the folder's lock shared and looks afterwards whether the blob is there; the sweep takes it
 *    alone, does not wait for it, and looks afterwards whether anybody wants the blob. Each statement sees what was
 *    committed before it began, so the later of the two sees the earlier one's work: the message finds the blob missing
 *    and asks for it again, or the sweep finds it wanted.
 * 4. The file is removed while the folder is still held alone. That is the one effect in a transaction beside its
 *    statements: it may be done twice, and nothing depends on whether the transaction is committed, since it writes
 *    nothing.
 */
import { join } from "node:path";
import type { Clock, Files } from "../env/env.ts";
import { temporaryMadeAt } from "../env/files.ts";
import {
  deleteExpiredGrants,
  deleteUnkept,
  selectExpected,
  selectFolder,
  selectUnkept,
  takeFolder,
} from "../store/blob-store.ts";
import type { Store } from "../store/sql.ts";
import { deleteExpiredUploads } from "../store/upload-store.ts";
import { blobFolder, blobPath, isHash, prefixes } from "./blob-path.ts";
import { blobLimits } from "./limits.ts";

const rowsPerTransaction = 100;
const filesPerTransaction = 16;

export interface SweepContext {
  store: Store;
  files: Files;
  clock: Clock;
  folder: string;
}

/** One sweep; a process runs one at a time. A folder in use is left for the next. */
export async function sweepBlobs(ctx: SweepContext): Promise<void> {
  const now = ctx.clock.now();
  await ctx.store.write(async (tx) => {
    await deleteExpiredGrants(tx, now);
    await deleteExpiredUploads(tx, now);
  });
  for (const prefix of prefixes) {
    await removeRows(ctx, prefix);
    await removeFiles(ctx, prefix);
  }
  await removeTemporaries(ctx, now);
}

async function removeRows(ctx: SweepContext, prefix: string): Promise<void> {
  while (true) {
    const unkept = await selectUnkept(ctx.store.read, prefix, rowsPerTransaction);
    if (unkept.length === 0) return;
    const removed = await ctx.store.write(async (tx) =>
      (await takeFolder(tx, prefix)) ? deleteUnkept(tx, unkept) : 0,
    );
    if (removed < rowsPerTransaction) return;
  }
}

async function removeFiles(ctx: SweepContext, prefix: string): Promise<void> {
  const names = await ctx.files.list(blobFolder(ctx.folder, prefix));
  const known = await selectFolder(ctx.store.read, prefix);
  const unknown = names.filter((name) => isHash(name) && name.startsWith(prefix) && !known.has(name));
  for (let at = 0; at < unknown.length; at += filesPerTransaction) {
    const hashes = unknown.slice(at, at + filesPerTransaction);
    await ctx.store.write(async (tx) => {
      if (!(await takeFolder(tx, prefix))) return;
      const expected = await selectExpected(tx, hashes);
      for (const hash of hashes) {
        if (!expected.has(hash)) await ctx.files.remove(blobPath(ctx.folder, hash));
      }
    });
  }
}

/** Left by uploads that were cut. Dated far off in either direction, because a clock may have been wrong. */
async function removeTemporaries(ctx: SweepContext, now: number): Promise<void> {
  for (const name of await ctx.files.list(ctx.folder)) {
    const madeAt = temporaryMadeAt(name);
    if (madeAt === undefined || Math.abs(now - madeAt) < blobLimits.temporaryMs) continue;
    await ctx.files.remove(join(ctx.folder, name));
  }
}
