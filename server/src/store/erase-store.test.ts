import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { insertAccount } from "./account-store.ts";
import { eachStore } from "./each-store.ts";
import { deleteCredentials, eraseReceipts, eraseRest, eraseSome } from "./erase-store.ts";
import { int } from "./row.ts";
import { type Db, type Sql, sql, type Tx } from "./sql.ts";

/** A row of an account in every table that has rows of accounts; `key` makes those of one account different. */
const rows: Readonly<Record<string, (id: number, key: number) => Sql>> = {
  mailbox: (id, key) => sql`
    INSERT INTO mailbox (account_id, id, name, sort_order, is_subscribed, total, unread, total_threads, unread_threads,
      created_state, named_state, changed_state) VALUES (${id}, ${key}, 'Inbox', 0, 1, 0, 0, 0, 0, 0, 0, 0)`,
  object: (id, key) => sql`
    INSERT INTO object (account_id, id, kind, type, message_id, sender, conversation, sent_at, received_at, size_bytes,
      changed_state, keywords, mailboxes, format, summary, bytes_id)
    VALUES (${id}, ${key}, 'mail', 'email', ${`m${key}`}, 'bob@b.test', 'c', 1, 1, 1, 1, '[]', '[1]', 'posthorn', '{}',
      (SELECT max(id) FROM message_bytes))`,
  object_mailbox: (id, key) => sql`INSERT INTO object_mailbox VALUES (${id}, 1, 1, ${key})`,
  thread_mailbox: (id, key) => sql`INSERT INTO thread_mailbox VALUES (${id}, 1, ${`c${key}`}, 1, 0)`,
  changes: (id, key) => sql`
    INSERT INTO changes (account_id, state, type, object_id, change) VALUES (${id}, ${key}, 'Email', 1, 'updated')`,
  state_gap: (id, key) => sql`INSERT INTO state_gap VALUES (${id}, ${key}, ${key})`,
  state_mark: (id, key) => sql`INSERT INTO state_mark VALUES (${id}, ${key}, 1)`,
  receipt: (id, key) => sql`
    INSERT INTO receipt VALUES (${id}, ${`m${key}`}, 'bob@b.test', ${new Uint8Array(1)}, 'delivered', 1)`,
  submission: (id, key) => sql`
    INSERT INTO submission (account_id, message_id, digest, object_id, created_at)
    VALUES (${id}, ${`m${key}`}, ${new Uint8Array(1)}, ${key}, 1)`,
  delivery: (id, key) => sql`
    INSERT INTO delivery (account_id, object_id, message_id, recipient, host, lane, state, attempt_count,
      next_attempt_at, created_at, expires_at, late_reported, lane_at)
    VALUES (${id}, ${key}, ${`m${key}`}, 'bob', 'b.test', ${`l${id}`}, 'queued', 0, 1, 1, 1, 0, 1)`,
  blob_ref: (id, key) => sql`INSERT INTO blob_ref VALUES (${id}, ${key}, 'shared')`,
  session: (id, key) => sql`
    INSERT INTO session (id, account_id, network_hash, scopes, family_hash, refresh_hash, created_at, last_used_at,
      expires_at)
    VALUES (${`s${id}-${key}`}, ${id}, ${new Uint8Array(1)}, 'read', ${new Uint8Array(1)}, ${new Uint8Array(1)}, 1, 1, 1)`,
  password_record: (id) => sql`INSERT INTO password_record VALUES (${id}, 'r', 1)`,
  api_token: (id, key) => sql`
    INSERT INTO api_token (id, account_id, name, scopes, secret_hash, created_at, expires_at)
    VALUES (${`t${id}-${key}`}, ${id}, 'robot', 'read', ${new Uint8Array(1)}, 1, 1)`,
  key_statement: (id, key) => sql`INSERT INTO key_statement VALUES (${id}, ${key}, '{}')`,
  account_secret: (id) => sql`INSERT INTO account_secret VALUES (${id}, 'p', 'r', 'k')`,
  epoch_secret: (id, key) => sql`INSERT INTO epoch_secret VALUES (${id}, ${`k${key}`}, 'w')`,
  key_consent: (id, key) => sql`INSERT INTO key_consent VALUES (${id}, ${`b${key}@b.test`})`,
  former_secret: (id, key) => sql`INSERT INTO former_secret VALUES (${id}, ${key}, 'k', 'r', '[]')`,
  reset_link: (id) => sql`INSERT INTO reset_link VALUES (${new Uint8Array([id])}, ${id}, 1)`,
  record: (id, key) => sql`INSERT INTO record VALUES (${id}, 'drafts', ${`r${key}`}, 1, 1, 1, 1, 's')`,
  record_gone: (id, key) => sql`INSERT INTO record_gone VALUES (${id}, 'drafts', ${`g${key}`}, 1)`,
  upload: (id, key) => sql`INSERT INTO upload VALUES (${id}, ${`u${key}`}, 1, '[]', 1)`,
  push_subscription: (id, key) => sql`
    INSERT INTO push_subscription (id, account_id, credential_id, device_client_id, url, verification_code, created_at,
      expires_at, pushed_state, failures)
    VALUES (${`p${id}-${key}`}, ${id}, 'c', 'd', 'https://push.test', 'v', 1, 1, 1, 0)`,
  mail_index: (id) => sql`INSERT INTO mail_index VALUES (${id}, 1, 1, 1)`,
  mark: (id, key) => sql`INSERT INTO mark VALUES (${id}, 1, '$flagged', 1, ${key})`,
  word_segment: (id, key) => sql`INSERT INTO word_segment VALUES (${id}, ${key}, ${new Uint8Array(1)})`,
  word_block: (id, key) => sql`
    INSERT INTO word_block VALUES (${id}, ${key}, ${new Uint8Array(1)}, ${new Uint8Array(1)})`,
  sent_draft: (id, key) => sql`
    INSERT INTO sent_draft VALUES (${id}, ${key}, ${`m${key}`}, 1, 0, ${new Uint8Array(1)})`,
  identity: (id, key) => sql`INSERT INTO identity VALUES (${id}, ${key}, 'alice@a.test', '{}')`,
  snooze: (id, key) => sql`INSERT INTO snooze VALUES (${id}, ${key}, 1, '[]', 0)`,
  sender: (id, key) => sql`
    INSERT INTO sender (account_id, address, host, state) VALUES (${id}, ${`b${key}@b.test`}, 'b.test', 'accepted')`,
  rule: (id, key) => sql`INSERT INTO rule VALUES (${id}, ${key}, 0, '{}')`,
  vacation: (id) => sql`INSERT INTO vacation VALUES (${id}, 0, '{}', 0)`,
  vacation_answer: (id, key) => sql`INSERT INTO vacation_answer VALUES (${id}, ${`b${key}@b.test`}, 1, 1)`,
};

/** Those of which an account has one row at most. */
const single: ReadonlySet<string> = new Set([
  "reset_link",
  "password_record",
  "account_secret",
  "mail_index",
  "vacation",
]);
const rowsEach = 5;

async function fill(tx: Tx, id: number, name: string): Promise<void> {
  await insertAccount(tx, { id, name, createdAt: 1, quotaBytes: 1_000 });
  for (const [table, row] of Object.entries(rows)) {
    for (let key = 1; key <= (single.has(table) ? 1 : rowsEach); key++) {
      if (table === "object") {
        await tx.run(sql`INSERT INTO message_bytes (bytes) VALUES (${new Uint8Array(1)})`);
      }
      await tx.run(row(id, key));
    }
  }
  await tx.run(sql`
    INSERT INTO blob_grant (holder, hash, size_bytes, expires_at, used)
    VALUES (${`account:${id}`}, 'shared', 1, 1, 0)`);
  await tx.run(sql`
    INSERT INTO device_link (token_hash, session_id, expires_at)
    VALUES (${new Uint8Array([id])}, ${`s${id}-1`}, 1)`);
  await tx.run(sql`
    INSERT INTO invite (id, token_hash, created_at, expires_at, used_at, used_by)
    VALUES (${`i${id}`}, ${new Uint8Array([id])}, 1, 1, 1, ${id})`);
  await tx.run(sql`
    INSERT INTO login_state VALUES (${new Uint8Array([id])}, ${name}, ${new Uint8Array(1)}, 1, 1)`);
}

/** How many rows each table has. */
async function counts(db: Db): Promise<Record<string, number>> {
  const counted: Record<string, number> = {};
  for (const table of await listTables()) {
    // The names come from our own migrations.
    const row = await db.get({ strings: [`SELECT count(*) AS n FROM ${table}`], values: [] });
    counted[table] = row === undefined ? -1 : int(row, "n");
  }
  return counted;
}

/** The names of the tables that our migrations make, of which `isWanted` says so of the text of the columns. */
async function listTables(isWanted: (columns: string) => boolean = () => true): Promise<string[]> {
  const folder = new URL("migrations/", import.meta.url);
  const texts = await Promise.all(
    (await readdir(folder)).map((name) => readFile(new URL(name, folder), "utf8")),
  );
  return texts.flatMap((text) =>
    [...text.matchAll(/CREATE TABLE (\w+) \(([^`]*)/g)].flatMap(([, name = "", columns = ""]) =>
      isWanted(columns) ? [name] : [],
    ),
  );
}

test("every table that has rows of accounts is tried here", async () => {
  const tables = await listTables((columns) => columns.includes("account_id BIGINT"));
  expect(Object.keys(rows).sort()).toEqual(tables.sort());
});

eachStore("what goes of an account that is erased", (open) => {
  test("is every row of it and none of another's, some at a time", async () => {
    const store = await open();
    const { read } = store;
    const write = <T>(work: (tx: Tx) => Promise<T>) => store.write(work);
    await write(async (tx) => {
      await tx.run(sql`INSERT INTO blob VALUES ('shared', 1, 1)`);
      await fill(tx, 2, "bob");
    });
    const before = await counts(read);
    await write((tx) => fill(tx, 1, "alice"));
    await write((tx) => deleteCredentials(tx, { id: 1, name: "alice" }));
    let steps = 0;
    while (await write((tx) => eraseSome(tx, 1, 2))) steps++;
    expect(steps).toBeGreaterThan(20);
    let after: string | undefined = "";
    while (after !== undefined) {
      const from: string = after;
      after = await write((tx) => eraseReceipts(tx, 1, from, 2));
    }
    await write((tx) => eraseRest(tx, 1));
    expect(await counts(read)).toEqual(before);
    expect(before).toMatchObject({ account: 1, object: rowsEach, blob: 1, invite: 1, device_link: 1 });
  });
});
