/**
 * Blobs: what is on disk (`blob`), who has shown that they have the bytes (`blob_grant`), what peers have named in
 * messages (`blob_announcement`), and which objects keep which blobs (`blob_ref`).
 *
 * A grant is open until a message of its holder uses it. An open grant and a reference keep a blob from being
 * collected; a used grant only lets its holder name the blob again while it is here. A grant or an announcement counts
 * for as long as its row is there: its time only says when the sweep may take it.
 */
import { int, text } from "./row.ts";
import { type Db, sql, type Tx } from "./sql.ts";

/** Who has shown that they have the bytes of a blob; or this server itself, of what it has made of others' bytes. */
export type Holder = { kind: "account"; id: number } | { kind: "host"; host: string } | { kind: "server" };

/** One name space of PostgreSQL's advisory locks; the number within it is the folder. */
const folderLocks = 7_462_012;

/**
 * From here to the end of the transaction nothing is collected from the folders of these blobs. Writers of the embedded
 * store are alone anyway; of several processes on PostgreSQL those that use blobs share this lock, and the sweep needs
 * it alone. Read what must stay true only afterwards.
 */
export async function holdFolders(tx: Tx, hashes: readonly string[]): Promise<void> {
  if (tx.dialect === "sqlite") return;
  const folders = new Set(hashes.map(folderNumber));
  await tx.all(sql`
    SELECT pg_advisory_xact_lock_shared(${folderLocks}, CAST(value AS INTEGER))
    FROM json_each(${JSON.stringify([...folders])}) AS folder`);
}

/** Takes the folder of this prefix alone until the transaction ends, or is false at once when somebody uses it. */
export async function takeFolder(tx: Tx, prefix: string): Promise<boolean> {
  if (tx.dialect === "sqlite") return true;
  const row = await tx.get(
    sql`SELECT pg_try_advisory_xact_lock(${folderLocks}, ${folderNumber(prefix)}) AS taken`,
  );
  return row?.taken === true;
}

/** Hash → size of those of the blobs that are here and that the holder may use. */
export async function selectHeld(
  db: Db,
  holder: Holder,
  hashes: readonly string[],
): Promise<Map<string, number>> {
  const rows = await db.all(sql`
    SELECT blob.hash, blob.size_bytes FROM json_each(${JSON.stringify(hashes)}) AS wanted
    JOIN blob ON blob.hash = wanted.value
    WHERE EXISTS (SELECT 1 FROM blob_grant WHERE holder = ${holderName(holder)} AND hash = blob.hash)
      OR EXISTS (SELECT 1 FROM blob_ref WHERE hash = blob.hash AND account_id = ${accountOf(holder)})`);
  return new Map(rows.map((row) => [text(row, "hash"), int(row, "size_bytes")]));
}

/** Size of a blob that is here, whoever may have it. */
export async function findBlobSize(db: Db, hash: string): Promise<number | undefined> {
  const row = await db.get(sql`SELECT size_bytes FROM blob WHERE hash = ${hash}`);
  return row && int(row, "size_bytes");
}

/** Says that a blob's file is in its place. */
export async function insertBlob(
  tx: Tx,
  blob: { hash: string; sizeBytes: number; createdAt: number },
): Promise<void> {
  await tx.run(sql`
    INSERT INTO blob (hash, size_bytes, created_at) VALUES (${blob.hash}, ${blob.sizeBytes}, ${blob.createdAt})
    ON CONFLICT (hash) DO NOTHING`);
}

/** Makes an object keep blobs. Those must be here: the schema refuses a reference to nothing. */
export async function addBlobRefs(
  tx: Tx,
  accountId: number,
  objectId: number,
  hashes: readonly string[],
): Promise<void> {
  if (hashes.length === 0) return;
  await tx.run(sql`
    INSERT INTO blob_ref (account_id, object_id, hash)
    SELECT CAST(${accountId} AS BIGINT), CAST(${objectId} AS BIGINT), value
    FROM json_each(${JSON.stringify(hashes)}) AS kept`);
}

/** The objects of an account that keep a blob, `limit` of them, the newest first. */
export async function listReferring(
  db: Db,
  accountId: number,
  hash: string,
  limit: number,
): Promise<number[]> {
  const rows = await db.all(sql`
    SELECT object_id FROM blob_ref WHERE hash = ${hash} AND account_id = ${accountId}
    ORDER BY object_id DESC LIMIT ${limit}`);
  return rows.map((row) => int(row, "object_id"));
}

/**
 * Opens a grant, or opens the one there is again; its time is never shortened. Its id: as long as that grant is there,
 * the blob's file is not removed.
 */
export async function openGrant(
  tx: Tx,
  grant: { holder: Holder; hash: string; sizeBytes: number; expiresAt: number },
): Promise<number> {
  const row = await tx.get(sql`
    INSERT INTO blob_grant (holder, hash, size_bytes, expires_at, used)
    VALUES (${holderName(grant.holder)}, ${grant.hash}, ${grant.sizeBytes}, ${grant.expiresAt}, 0)
    ON CONFLICT (holder, hash) DO UPDATE SET used = 0, expires_at =
      CASE WHEN blob_grant.expires_at > excluded.expires_at THEN blob_grant.expires_at ELSE excluded.expires_at END
    RETURNING id`);
  if (row === undefined) throw new Error("a grant was neither made nor found");
  return int(row, "id");
}

/** Opens a grant again and sets its time; false when the sweep has taken it. */
export async function renewGrant(tx: Tx, id: number, expiresAt: number): Promise<boolean> {
  return (
    (await tx.run(sql`UPDATE blob_grant SET used = 0, expires_at = ${expiresAt} WHERE id = ${id}`)) === 1
  );
}

/** Opens the holder's grant of a blob that is here again; false when there is none. */
export async function reopenGrant(tx: Tx, holder: Holder, hash: string, expiresAt: number): Promise<boolean> {
  const changed = await tx.run(sql`
    UPDATE blob_grant SET used = 0, expires_at = ${expiresAt}
    WHERE holder = ${holderName(holder)} AND hash = ${hash}
      AND EXISTS (SELECT 1 FROM blob WHERE blob.hash = blob_grant.hash)`);
  return changed === 1;
}

/** A message of the holder has these blobs now, so they are no longer counted against the holder. */
export async function useGrants(tx: Tx, holder: Holder, hashes: readonly string[]): Promise<void> {
  if (hashes.length === 0) return;
  await tx.run(sql`
    UPDATE blob_grant SET used = 1
    WHERE holder = ${holderName(holder)} AND used = 0
      AND hash IN (SELECT value FROM json_each(${JSON.stringify(hashes)}) AS used_now)`);
}

/**
 * What the holder has uploaded and not used, but for one blob: bytes, where each blob counts as `leastBytes` or more,
 * and when the first of it ends.
 */
export async function sumOpenGrants(
  db: Db,
  holder: Holder,
  exceptHash: string,
  leastBytes: number,
): Promise<{ sizeBytes: number; firstEndsAt: number }> {
  const row = await db.get(sql`
    SELECT coalesce(sum(CASE WHEN size_bytes < ${leastBytes} THEN ${leastBytes} ELSE size_bytes END), 0) AS bytes,
      coalesce(min(expires_at), 0) AS first_ends_at
    FROM blob_grant WHERE holder = ${holderName(holder)} AND used = 0 AND hash <> ${exceptHash}`);
  if (row === undefined) return { sizeBytes: 0, firstEndsAt: 0 };
  return { sizeBytes: int(row, "bytes"), firstEndsAt: int(row, "first_ends_at") };
}

/** Announces blobs, or those that are announced for longer. Each hash stands once among them. */
export async function insertAnnouncements(
  tx: Tx,
  host: string,
  blobs: readonly { hash: string; size: number }[],
  expiresAt: number,
): Promise<void> {
  const named = blobs.map(({ hash, size }) => `${hash}${size}`);
  await tx.run(sql`
    INSERT INTO blob_announcement (host, hash, size_bytes, expires_at)
    SELECT ${host}, substr(value, 1, 64), CAST(substr(value, 65) AS BIGINT), CAST(${expiresAt} AS BIGINT)
    FROM json_each(${JSON.stringify(named)}) AS named WHERE true
    ON CONFLICT (host, hash, size_bytes) DO UPDATE SET expires_at = excluded.expires_at`);
}

/** The sizes a host has announced for a blob. */
export async function selectAnnouncedSizes(db: Db, host: string, hash: string): Promise<number[]> {
  const rows = await db.all(
    sql`SELECT size_bytes FROM blob_announcement WHERE host = ${host} AND hash = ${hash}`,
  );
  return rows.map((row) => int(row, "size_bytes"));
}

/** How many announcements a host has here, but for those of these blobs. */
export async function countAnnouncements(
  db: Db,
  host: string,
  exceptHashes: readonly string[],
): Promise<number> {
  const row = await db.get(sql`
    SELECT count(*) AS announced FROM blob_announcement
    WHERE host = ${host} AND hash NOT IN (SELECT value FROM json_each(${JSON.stringify(exceptHashes)}) AS named)`);
  return row === undefined ? 0 : int(row, "announced");
}

/** Removes grants and announcements whose time is over; how many. */
export async function deleteExpiredGrants(tx: Tx, now: number): Promise<number> {
  const grants = await tx.run(sql`DELETE FROM blob_grant WHERE expires_at <= ${now}`);
  const announcements = await tx.run(sql`DELETE FROM blob_announcement WHERE expires_at <= ${now}`);
  return grants + announcements;
}

/** Blobs of a folder that nobody keeps, `limit` of them. */
export async function selectUnkept(db: Db, prefix: string, limit: number): Promise<string[]> {
  const rows = await db.all(sql`
    SELECT hash FROM blob
    WHERE hash >= ${prefix} AND hash < ${afterPrefix(prefix)}
      AND NOT EXISTS (SELECT 1 FROM blob_ref WHERE hash = blob.hash)
      AND NOT EXISTS (SELECT 1 FROM blob_grant WHERE hash = blob.hash AND used = 0)
    LIMIT ${limit}`);
  return rows.map((row) => text(row, "hash"));
}

/** Removes the rows of those of the blobs that nobody keeps at this moment, and what used grants are left; how many blobs. */
export async function deleteUnkept(tx: Tx, hashes: readonly string[]): Promise<number> {
  const rows = await tx.all(sql`
    DELETE FROM blob
    WHERE hash IN (SELECT value FROM json_each(${JSON.stringify(hashes)}) AS unkept)
      AND NOT EXISTS (SELECT 1 FROM blob_ref WHERE hash = blob.hash)
      AND NOT EXISTS (SELECT 1 FROM blob_grant WHERE hash = blob.hash AND used = 0)
    RETURNING hash`);
  const deleted = rows.map((row) => text(row, "hash"));
  await tx.run(sql`
    DELETE FROM blob_grant WHERE hash IN (SELECT value FROM json_each(${JSON.stringify(deleted)}) AS gone)`);
  return deleted.length;
}

/** The blobs of a folder that have a row. */
export async function selectFolder(db: Db, prefix: string): Promise<Set<string>> {
  const rows = await db.all(
    sql`SELECT hash FROM blob WHERE hash >= ${prefix} AND hash < ${afterPrefix(prefix)}`,
  );
  return new Set(rows.map((row) => text(row, "hash")));
}

/** Those of the hashes that have a row or a grant: their files are here to stay or on their way in. */
export async function selectExpected(db: Db, hashes: readonly string[]): Promise<Set<string>> {
  const rows = await db.all(sql`
    SELECT value AS hash FROM json_each(${JSON.stringify(hashes)}) AS wanted
    WHERE EXISTS (SELECT 1 FROM blob WHERE blob.hash = wanted.value)
      OR EXISTS (SELECT 1 FROM blob_grant WHERE blob_grant.hash = wanted.value)`);
  return new Set(rows.map((row) => text(row, "hash")));
}

/** One name for each holder. */
export function holderName(holder: Holder): string {
  switch (holder.kind) {
    case "account":
      return `account:${holder.id}`;
    case "host":
      return `host:${holder.host}`;
    case "server":
      return "server";
  }
}

function accountOf(holder: Holder): number | null {
  return holder.kind === "account" ? holder.id : null;
}

function folderNumber(hash: string): number {
  return Number.parseInt(hash.slice(0, 2), 16);
}

/** The first text after every hash with this prefix: no hex digit is as great as “g”. */
function afterPrefix(prefix: string): string {
  return `${prefix}g`;
}

/** What the blobs that an object keeps count as its account's. */
export async function blobRefsSize(db: Db, accountId: number, objectId: number): Promise<number> {
  const row = await db.get(sql`
    SELECT CAST(coalesce(sum(blob.size_bytes), 0) AS BIGINT) AS held FROM blob_ref JOIN blob ON blob.hash = blob_ref.hash
    WHERE blob_ref.account_id = ${accountId} AND blob_ref.object_id = ${objectId}`);
  return row === undefined ? 0 : int(row, "held");
}

export async function deleteBlobRefs(tx: Tx, accountId: number, objectId: number): Promise<void> {
  await tx.run(sql`DELETE FROM blob_ref WHERE account_id = ${accountId} AND object_id = ${objectId}`);
}
