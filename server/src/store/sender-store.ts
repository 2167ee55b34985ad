import { int, optionalInt, text } from "./row.ts";
import { type Db, type Row, sql, type Tx } from "./sql.ts";

/** `written`: accepted because the account has written to it, which its owner need not see in a list. */
export type SenderState = "accepted" | "blocked" | "undecided" | "written";

/** Whom an account takes mail from, or not. */
export interface Sender {
  /** Without a tag, in lower case; or `*@` and a host, for all there of whom nothing else is said. */
  address: string;
  host: string;
  state: SenderState;
  /** When a message was last taken of it that waits, or is kept from sight; undefined for none. */
  askedAt: number | undefined;
  /** When its owner has decided; undefined when nobody has. */
  decidedAt: number | undefined;
}

/** What is known of these, in no order. */
export async function findSenders(
  db: Db,
  accountId: number,
  address: string,
  host: string,
): Promise<Sender[]> {
  const rows = await db.all(sql`
    SELECT * FROM sender WHERE account_id = ${accountId} AND address IN (${address}, ${host})`);
  return rows.map(readSender);
}

/** Whether it is known of an address whether its mail is taken. */
export async function isDecided(db: Db, accountId: number, address: string): Promise<boolean> {
  const row = await db.get(sql`
    SELECT 1 AS found FROM sender
    WHERE account_id = ${accountId} AND address = ${address} AND state <> 'undecided'`);
  return row !== undefined;
}

/** Those of these addresses of which something is known. */
export async function listKnownSenders(
  db: Db,
  accountId: number,
  addresses: readonly string[],
): Promise<Sender[]> {
  const rows = await db.all(sql`
    SELECT * FROM sender
    WHERE account_id = ${accountId}
      AND address IN (SELECT value FROM json_each(${JSON.stringify(addresses)}) AS wanted)`);
  return rows.map(readSender);
}

/** Of those of whom the owner has decided or is to decide the `limit` who asked last; who never did come after them. */
export async function listSenders(db: Db, accountId: number, limit: number): Promise<Sender[]> {
  const rows = await db.all(sql`
    SELECT * FROM sender
    WHERE account_id = ${accountId} AND state <> 'written'
    ORDER BY COALESCE(asked_at, 0) DESC, address LIMIT ${limit}`);
  return rows.map(readSender);
}

/** Of those of whom the owner has decided or is to decide the ones of more than so many characters. */
export async function listLongSenders(db: Db, accountId: number, characters: number): Promise<Sender[]> {
  const rows = await db.all(sql`
    SELECT * FROM sender
    WHERE account_id = ${accountId} AND state <> 'written' AND length(address) > ${characters}`);
  return rows.map(readSender);
}

/** Whether the owner has decided of at least so many. */
export async function hasDecidedOf(db: Db, accountId: number, count: number): Promise<boolean> {
  const row = await db.get(sql`
    SELECT 1 AS found FROM sender
    WHERE account_id = ${accountId} AND decided_at IS NOT NULL LIMIT 1 OFFSET ${count - 1}`);
  return row !== undefined;
}

/** Writes it over what is known. */
export async function saveSender(tx: Tx, accountId: number, sender: Sender): Promise<void> {
  await tx.run(sql`
    INSERT INTO sender (account_id, address, host, state, asked_at, decided_at)
    VALUES (${accountId}, ${sender.address}, ${sender.host}, ${sender.state}, ${sender.askedAt ?? null},
      ${sender.decidedAt ?? null})
    ON CONFLICT (account_id, address)
      DO UPDATE SET state = excluded.state, asked_at = excluded.asked_at, decided_at = excluded.decided_at`);
}

/** Whether there was one. */
export async function deleteSender(tx: Tx, accountId: number, address: string): Promise<boolean> {
  return (
    (await tx.run(sql`DELETE FROM sender WHERE account_id = ${accountId} AND address = ${address}`)) === 1
  );
}

/** Where one of the senders of all accounts stands. */
export interface SenderPlace {
  accountId: number;
  address: string;
}

/** `limit` of those that nobody has decided of and that have not asked since `before`, after one of them. */
export async function listStale(
  tx: Tx,
  after: SenderPlace,
  before: number,
  limit: number,
): Promise<SenderPlace[]> {
  const rows = await tx.all(sql`
    SELECT account_id, address FROM sender
    WHERE state = 'undecided' AND (account_id, address) > (${after.accountId}, ${after.address})
      AND coalesce(asked_at, 0) < ${before}
    ORDER BY account_id, address LIMIT ${limit}`);
  return rows.map((row) => ({ accountId: int(row, "account_id"), address: text(row, "address") }));
}

/** Whether there was one of which that is still so. */
export async function deleteStale(
  tx: Tx,
  { accountId, address }: SenderPlace,
  before: number,
): Promise<boolean> {
  const deleted = await tx.run(sql`
    DELETE FROM sender
    WHERE account_id = ${accountId} AND address = ${address} AND state = 'undecided'
      AND coalesce(asked_at, 0) < ${before}`);
  return deleted === 1;
}

/** The hosts of those that nobody has decided of, and when each asked, of those that did after `since`: the latest first. */
export async function listAsking(
  db: Db,
  accountId: number,
  since: number,
  limit: number,
): Promise<{ host: string; askedAt: number }[]> {
  const rows = await db.all(sql`
    SELECT host, asked_at FROM sender
    WHERE account_id = ${accountId} AND asked_at IS NOT NULL AND asked_at > ${since} AND state <> 'blocked'
    ORDER BY asked_at DESC LIMIT ${limit}`);
  return rows.map((row) => ({ host: text(row, "host"), askedAt: int(row, "asked_at") }));
}

export async function setScreens(tx: Tx, accountId: number, screens: boolean): Promise<void> {
  await tx.run(sql`UPDATE account SET screens = ${screens ? 1 : 0} WHERE id = ${accountId}`);
}

function readSender(row: Row): Sender {
  return {
    address: text(row, "address"),
    host: text(row, "host"),
    state: readState(text(row, "state")),
    askedAt: optionalInt(row, "asked_at"),
    decidedAt: optionalInt(row, "decided_at"),
  };
}

function readState(word: string): SenderState {
  if (word === "accepted" || word === "blocked" || word === "undecided" || word === "written") return word;
  throw new TypeError(`unknown state of a sender: ${word}`);
}
