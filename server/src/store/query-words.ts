/** Segments of words, and how far the index of an account has come (objects/query-follow.ts). */
import { bytes, int } from "./row.ts";
import { type Db, sql, type Tx } from "./sql.ts";

export interface IndexState {
  /** What has changed up to this state is in the marks. */
  followed: number;
  /** Messages up to this id are in the words. */
  worded: number;
}

export interface WordBlock {
  firstWord: Uint8Array;
  entries: Uint8Array;
}

export interface WordSegment {
  lastId: number;
  messages: Uint8Array;
}

export async function findIndexState(db: Db, accountId: number): Promise<IndexState | undefined> {
  const row = await db.get(sql`SELECT followed, worded FROM mail_index WHERE account_id = ${accountId}`);
  return row && { followed: int(row, "followed"), worded: int(row, "worded") };
}

/** Moves on from `old`; false when somebody else has, and then nothing has changed. */
export async function moveIndexState(
  tx: Tx,
  accountId: number,
  old: IndexState | undefined,
  now: IndexState & { lookedAt: number },
): Promise<boolean> {
  const moved =
    old === undefined
      ? await tx.run(sql`
        INSERT INTO mail_index (account_id, followed, worded, looked_at)
        VALUES (${accountId}, ${now.followed}, ${now.worded}, ${now.lookedAt}) ON CONFLICT DO NOTHING`)
      : await tx.run(sql`
        UPDATE mail_index SET followed = ${now.followed}, worded = ${now.worded}, looked_at = ${now.lookedAt}
        WHERE account_id = ${accountId} AND followed = ${old.followed} AND worded = ${old.worded}`);
  return moved === 1;
}

/**
 * Accounts that have moved on since their index was brought up to date: by `leastStates` at least, or by any when that was
 * before `lookedBefore`; and those that are sealed and have words. The first `limit` after account `after`.
 */
export async function listBehind(
  db: Db,
  after: number,
  { leastStates, lookedBefore, limit }: { leastStates: number; lookedBefore: number; limit: number },
): Promise<number[]> {
  const rows = await db.all(sql`
    SELECT account.id FROM account LEFT JOIN mail_index ON mail_index.account_id = account.id
    WHERE account.id > ${after}
      AND (account.state - coalesce(mail_index.followed, 0) >= ${leastStates}
        OR (account.state > mail_index.followed AND mail_index.looked_at < ${lookedBefore})
        OR (account.sealed = 1 AND mail_index.worded > 0))
    ORDER BY account.id LIMIT ${limit}`);
  return rows.map((row) => int(row, "id"));
}

/** The segment in which a message of this id would be. */
export async function findSegment(db: Db, accountId: number, id: number): Promise<WordSegment | undefined> {
  const [segment] = await listSegments(db, accountId, id - 1, 1);
  return segment;
}

/** The segments that end after `after`, `limit` of them. */
export async function listSegments(
  db: Db,
  accountId: number,
  after: number,
  limit: number,
): Promise<WordSegment[]> {
  const rows = await db.all(sql`
    SELECT last_id, messages FROM word_segment
    WHERE account_id = ${accountId} AND last_id > ${after} ORDER BY last_id LIMIT ${limit}`);
  return rows.map((row) => ({ lastId: int(row, "last_id"), messages: bytes(row, "messages") }));
}

/**
 * Of the first `limit` segments after `after` the block in which a word would stand, which is missing where all words
 * of a segment come later.
 */
export async function listBlocksOf(
  db: Db,
  accountId: number,
  word: Uint8Array,
  after: number,
  limit: number,
): Promise<{ lastId: number; entries: Uint8Array | undefined }[]> {
  const rows = await db.all(sql`
    SELECT last_id, (
      SELECT entries FROM word_block
      WHERE word_block.account_id = word_segment.account_id AND word_block.last_id = word_segment.last_id
        AND word_block.first_word <= ${word}
      ORDER BY word_block.first_word DESC LIMIT 1) AS entries
    FROM word_segment
    WHERE account_id = ${accountId} AND last_id > ${after} ORDER BY last_id LIMIT ${limit}`);
  return rows.map((row) => ({
    lastId: int(row, "last_id"),
    entries: row.entries === null ? undefined : bytes(row, "entries"),
  }));
}

/** Of the segments after `after`, up to `until`, the blocks that begin after a word and before another. */
export async function listBlocksBetween(
  db: Db,
  accountId: number,
  segments: { after: number; until: number },
  words: { after: Uint8Array; before: Uint8Array },
): Promise<{ lastId: number; entries: Uint8Array }[]> {
  const rows = await db.all(sql`
    SELECT word_block.last_id, word_block.entries FROM word_segment CROSS JOIN word_block
    WHERE word_segment.account_id = ${accountId} AND word_segment.last_id > ${segments.after}
      AND word_segment.last_id <= ${segments.until}
      AND word_block.account_id = word_segment.account_id AND word_block.last_id = word_segment.last_id
      AND word_block.first_word > ${words.after} AND word_block.first_word < ${words.before}`);
  return rows.map((row) => ({ lastId: int(row, "last_id"), entries: bytes(row, "entries") }));
}

/** All blocks of a segment. */
export async function listBlocks(db: Db, accountId: number, lastId: number): Promise<Uint8Array[]> {
  const rows = await db.all(sql`
    SELECT entries FROM word_block WHERE account_id = ${accountId} AND last_id = ${lastId} ORDER BY first_word`);
  return rows.map((row) => bytes(row, "entries"));
}

export async function insertBlocks(
  tx: Tx,
  accountId: number,
  lastId: number,
  blocks: readonly WordBlock[],
): Promise<void> {
  for (const { firstWord, entries } of blocks) {
    await tx.run(sql`
      INSERT INTO word_block (account_id, last_id, first_word, entries)
      VALUES (${accountId}, ${lastId}, ${firstWord}, ${entries})`);
  }
}

export async function deleteBlocks(tx: Tx, accountId: number, lastId: number): Promise<void> {
  await tx.run(sql`DELETE FROM word_block WHERE account_id = ${accountId} AND last_id = ${lastId}`);
}

export async function putSegment(
  tx: Tx,
  accountId: number,
  { lastId, messages }: WordSegment,
): Promise<void> {
  await tx.run(sql`
    INSERT INTO word_segment (account_id, last_id, messages) VALUES (${accountId}, ${lastId}, ${messages})
    ON CONFLICT (account_id, last_id) DO UPDATE SET messages = excluded.messages`);
}

/** With its blocks. */
export async function deleteSegment(tx: Tx, accountId: number, lastId: number): Promise<void> {
  await deleteBlocks(tx, accountId, lastId);
  await tx.run(sql`DELETE FROM word_segment WHERE account_id = ${accountId} AND last_id = ${lastId}`);
}
