import { int, text } from "./row.ts";
import { type Db, sql, type Tx } from "./sql.ts";

/** A file that an account has uploaded in one piece, and the blobs it was cut into. */
export interface StoredUpload {
  accountId: number;
  hash: string;
  sizeBytes: number;
  chunks: readonly string[];
  expiresAt: number;
}

/** Uploaded once more, it is there for longer. */
export async function putUpload(tx: Tx, upload: StoredUpload): Promise<void> {
  await tx.run(sql`
    INSERT INTO upload (account_id, hash, size_bytes, chunks, expires_at)
    VALUES (${upload.accountId}, ${upload.hash}, ${upload.sizeBytes}, ${JSON.stringify(upload.chunks)},
      ${upload.expiresAt})
    ON CONFLICT (account_id, hash) DO UPDATE SET expires_at = excluded.expires_at, chunks = excluded.chunks`);
}

export async function findUpload(db: Db, accountId: number, hash: string): Promise<StoredUpload | undefined> {
  const row = await db.get(sql`SELECT * FROM upload WHERE account_id = ${accountId} AND hash = ${hash}`);
  return (
    row && {
      accountId,
      hash,
      sizeBytes: int(row, "size_bytes"),
      chunks: readHashes(text(row, "chunks")),
      expiresAt: int(row, "expires_at"),
    }
  );
}

/** Removes those whose time is over; their blobs are swept by themselves. */
export async function deleteExpiredUploads(tx: Tx, now: number): Promise<void> {
  await tx.run(sql`DELETE FROM upload WHERE expires_at <= ${now}`);
}

function readHashes(json: string): string[] {
  const value: unknown = JSON.parse(json);
  return Array.isArray(value) ? value.filter((hash) => typeof hash === "string") : [];
}
