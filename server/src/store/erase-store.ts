/**
 * What goes of an account that is erased: every row that is its own, in parts, so that other writers come in between.
 * Blobs are not rows of its own: what nobody else refers to is collected once its references and grants are gone.
 */
import { holderName } from "./blob-store.ts";
import { optionalText } from "./row.ts";
import { type Sql, sql, type Tx } from "./sql.ts";

/** From here on nobody gets in: no sign-in, no token, no password and no phrase is good for it any more. */
export async function deleteCredentials(tx: Tx, account: { id: number; name: string }): Promise<void> {
  const { id, name } = account;
  await Promise.all(
    [
      sql`DELETE FROM session WHERE account_id = ${id}`,
      sql`DELETE FROM api_token WHERE account_id = ${id}`,
      sql`DELETE FROM push_subscription WHERE account_id = ${id}`,
      sql`DELETE FROM password_record WHERE account_id = ${id}`,
      sql`DELETE FROM account_secret WHERE account_id = ${id}`,
      sql`DELETE FROM login_state WHERE account_name = ${name}`,
      sql`DELETE FROM reset_link WHERE account_id = ${id}`,
      sql`DELETE FROM invite WHERE used_by = ${id}`,
    ].map((statement) => tx.run(statement)),
  );
}

/** What an account may have very much of. Each takes `limit` rows at most, or what belongs to so many. */
const large: readonly ((id: number, limit: number) => readonly Sql[])[] = [
  (id, limit) => [
    sql`DELETE FROM delivery WHERE account_id = ${id} AND message_id IN (
      SELECT message_id FROM submission WHERE account_id = ${id} ORDER BY object_id, message_id LIMIT ${limit})`,
    sql`DELETE FROM submission WHERE account_id = ${id} AND message_id IN (
      SELECT message_id FROM submission WHERE account_id = ${id} ORDER BY object_id, message_id LIMIT ${limit})`,
  ],
  (id, limit) => [
    sql`DELETE FROM message_bytes WHERE id IN (
      SELECT bytes_id FROM object WHERE account_id = ${id} ORDER BY id LIMIT ${limit})`,
    sql`DELETE FROM object WHERE account_id = ${id} AND id IN (
      SELECT id FROM object WHERE account_id = ${id} ORDER BY id LIMIT ${limit})`,
  ],
  (id, limit) => [
    sql`DELETE FROM blob_ref WHERE account_id = ${id} AND object_id IN (
      SELECT object_id FROM blob_ref WHERE account_id = ${id} ORDER BY object_id LIMIT ${limit})`,
  ],
  (id, limit) => [
    sql`DELETE FROM blob_grant WHERE id IN (
      SELECT id FROM blob_grant WHERE holder = ${holderName({ kind: "account", id })} LIMIT ${limit})`,
  ],
  (id, limit) => [
    sql`DELETE FROM object_mailbox WHERE account_id = ${id} AND (mailbox_id, received_at, object_id) IN (
      SELECT mailbox_id, received_at, object_id FROM object_mailbox WHERE account_id = ${id} LIMIT ${limit})`,
  ],
  (id, limit) => [
    sql`DELETE FROM thread_mailbox WHERE account_id = ${id} AND (mailbox_id, conversation) IN (
      SELECT mailbox_id, conversation FROM thread_mailbox WHERE account_id = ${id} LIMIT ${limit})`,
  ],
  (id, limit) => [
    sql`DELETE FROM mark WHERE account_id = ${id} AND object_id IN (
      SELECT object_id FROM mark WHERE account_id = ${id} ORDER BY object_id LIMIT ${limit})`,
  ],
  (id, limit) => [
    sql`DELETE FROM changes WHERE account_id = ${id} AND state IN (
      SELECT state FROM changes WHERE account_id = ${id} ORDER BY state LIMIT ${limit})`,
  ],
  (id, limit) => [
    sql`DELETE FROM record WHERE account_id = ${id} AND (collection, id) IN (
      SELECT collection, id FROM record WHERE account_id = ${id} LIMIT ${limit})`,
  ],
  (id, limit) => [
    sql`DELETE FROM record_gone WHERE account_id = ${id} AND (collection, id) IN (
      SELECT collection, id FROM record_gone WHERE account_id = ${id} LIMIT ${limit})`,
  ],
  (id, limit) => [
    sql`DELETE FROM word_block WHERE account_id = ${id} AND (last_id, first_word) IN (
      SELECT last_id, first_word FROM word_block WHERE account_id = ${id} LIMIT ${limit})`,
  ],
];

/** Removes so many rows of what an account may have very much of; false when there were none left. */
export async function eraseSome(tx: Tx, id: number, limit: number): Promise<boolean> {
  for (const part of large) {
    let deleted = 0;
    for (const statement of part(id, limit)) deleted += await tx.run(statement);
    if (deleted > 0) return true;
  }
  return false;
}

/**
 * Looks at so many receipts, of whichever accounts, and removes those of this one. They lie by their messages, so that to
 * ask for an account's would be to read all of them. Answers after which message to go on; undefined at the end.
 */
export async function eraseReceipts(
  tx: Tx,
  id: number,
  after: string,
  limit: number,
): Promise<string | undefined> {
  const row = await tx.get(sql`
    SELECT max(message_id) AS last FROM (
      SELECT message_id FROM receipt WHERE message_id > ${after} ORDER BY message_id LIMIT ${limit}) AS looked_at`);
  const last = row && optionalText(row, "last");
  if (last === undefined) return undefined;
  await tx.run(sql`
    DELETE FROM receipt WHERE message_id > ${after} AND message_id <= ${last} AND account_id = ${id}`);
  return last;
}

/** The rest, and the account itself, once `eraseSome` finds nothing. */
export async function eraseRest(tx: Tx, id: number): Promise<void> {
  const rest = [
    sql`DELETE FROM mailbox WHERE account_id = ${id}`,
    sql`DELETE FROM state_gap WHERE account_id = ${id}`,
    sql`DELETE FROM state_mark WHERE account_id = ${id}`,
    sql`DELETE FROM upload WHERE account_id = ${id}`,
    sql`DELETE FROM sent_draft WHERE account_id = ${id}`,
    sql`DELETE FROM identity WHERE account_id = ${id}`,
    sql`DELETE FROM snooze WHERE account_id = ${id}`,
    sql`DELETE FROM sender WHERE account_id = ${id}`,
    sql`DELETE FROM rule WHERE account_id = ${id}`,
    sql`DELETE FROM vacation WHERE account_id = ${id}`,
    sql`DELETE FROM vacation_answer WHERE account_id = ${id}`,
    sql`DELETE FROM key_statement WHERE account_id = ${id}`,
    sql`DELETE FROM epoch_secret WHERE account_id = ${id}`,
    sql`DELETE FROM former_secret WHERE account_id = ${id}`,
    sql`DELETE FROM reset_link WHERE account_id = ${id}`,
    sql`DELETE FROM key_consent WHERE account_id = ${id}`,
    sql`DELETE FROM mail_index WHERE account_id = ${id}`,
    sql`DELETE FROM word_segment WHERE account_id = ${id}`,
    sql`DELETE FROM account WHERE id = ${id}`,
  ];
  await Promise.all(rest.map((statement) => tx.run(statement)));
}
