import type { Migration } from "../migration.ts";

/**
 * The tables of the journey. What an account holds is keyed by the account first, which is also how it shards; what
 * waits to go out is keyed by the host it goes to. All times are milliseconds since 1970.
 */
export const postOffice: Migration = {
  name: "0001-post-office",
  statements: [
    `CREATE TABLE server_fact (name TEXT PRIMARY KEY, value TEXT NOT NULL)`,

    // epoch is that of the last write, of which the state tells.
    `CREATE TABLE account (
      id BIGINT PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      created_at BIGINT NOT NULL,
      state BIGINT NOT NULL,
      changes_from BIGINT NOT NULL DEFAULT 0,
      epoch BIGINT NOT NULL DEFAULT 0,
      used_bytes BIGINT NOT NULL,
      quota_bytes BIGINT NOT NULL,
      suspended_at BIGINT)`,

    // named_state is that of the last change of anything but its counts.
    `CREATE TABLE mailbox (
      account_id BIGINT NOT NULL,
      id BIGINT NOT NULL,
      name TEXT NOT NULL,
      role TEXT,
      parent_id BIGINT,
      sort_order BIGINT NOT NULL,
      is_subscribed BIGINT NOT NULL,
      total BIGINT NOT NULL,
      unread BIGINT NOT NULL,
      total_threads BIGINT NOT NULL,
      unread_threads BIGINT NOT NULL,
      created_state BIGINT NOT NULL,
      named_state BIGINT NOT NULL,
      changed_state BIGINT NOT NULL,
      PRIMARY KEY (account_id, id)) WITHOUT ROWID`,

    // Apart from the object, so that reading a list or setting a flag never touches a message's bytes; and in the order
    // they came, because ordered by account each would be written to a page of its own.
    `CREATE TABLE message_bytes (
      id ROW_KEY,
      bytes BYTES NOT NULL)`,

    // id is the account's state at creation, and the object itself is the change by which it was
    // created. Rows lie in the order they came: clustered by account, each would split pages in the middle of the tree.
    // format says what the bytes are: a message of the wire, or an imported or drafted one of RFC 5322. mailboxes is a
    // JSON list of ids, so that a list needs no second look. kind is 'gone' for one that was destroyed while a delivery
    // still needs its bytes.
    `CREATE TABLE object (
      account_id BIGINT NOT NULL,
      id BIGINT NOT NULL,
      kind TEXT NOT NULL,
      type TEXT NOT NULL,
      message_id TEXT NOT NULL,
      sender TEXT NOT NULL,
      conversation TEXT NOT NULL,
      subject TEXT,
      preview TEXT,
      sent_at BIGINT NOT NULL,
      received_at BIGINT NOT NULL,
      size_bytes BIGINT NOT NULL,
      changed_state BIGINT NOT NULL,
      keywords TEXT NOT NULL,
      mailboxes TEXT NOT NULL,
      format TEXT NOT NULL,
      summary TEXT NOT NULL,
      bytes_id BIGINT NOT NULL,
      PRIMARY KEY (account_id, id))`,
    `CREATE INDEX object_thread ON object (account_id, conversation, id)`,
    `CREATE INDEX object_mail ON object (account_id, message_id) WHERE format = 'rfc5322'`,
    `CREATE INDEX object_gone ON object (account_id, id) WHERE kind = 'gone'`,

    // In the order in which a mailbox is shown.
    `CREATE TABLE object_mailbox (
      account_id BIGINT NOT NULL,
      mailbox_id BIGINT NOT NULL,
      received_at BIGINT NOT NULL,
      object_id BIGINT NOT NULL,
      PRIMARY KEY (account_id, mailbox_id, received_at, object_id)) WITHOUT ROWID`,

    // How many messages of a thread are in a mailbox, so that its threads are counted as they come and go.
    `CREATE TABLE thread_mailbox (
      account_id BIGINT NOT NULL,
      mailbox_id BIGINT NOT NULL,
      conversation TEXT NOT NULL,
      total BIGINT NOT NULL,
      unread BIGINT NOT NULL,
      PRIMARY KEY (account_id, mailbox_id, conversation)) WITHOUT ROWID`,

    // conversation is that of a message that was destroyed.
    `CREATE TABLE changes (
      account_id BIGINT NOT NULL,
      state BIGINT NOT NULL,
      type TEXT NOT NULL,
      object_id BIGINT NOT NULL,
      change TEXT NOT NULL,
      conversation TEXT,
      PRIMARY KEY (account_id, state)) WITHOUT ROWID`,
    // The states between these two were left out: no write has had one of them.
    `CREATE TABLE state_gap (
      account_id BIGINT NOT NULL,
      last_before BIGINT NOT NULL,
      first_after BIGINT NOT NULL,
      PRIMARY KEY (account_id, last_before)) WITHOUT ROWID`,
    // What an account's state was on a day, so that changes can be forgotten by their age.
    `CREATE TABLE state_mark (
      account_id BIGINT NOT NULL,
      at BIGINT NOT NULL,
      state BIGINT NOT NULL,
      PRIMARY KEY (at, account_id)) WITHOUT ROWID`,

    // What a peer was told, kept longer than the object: the reason a message is seen once (reliability I3, I4).
    // By message first: ids grow with time, so new receipts lie together however many accounts they are for.
    `CREATE TABLE receipt (
      account_id BIGINT NOT NULL,
      message_id TEXT NOT NULL,
      sender TEXT NOT NULL,
      digest BYTES NOT NULL,
      status TEXT NOT NULL,
      delivered_at BIGINT NOT NULL,
      PRIMARY KEY (message_id, account_id, sender)) WITHOUT ROWID`,

    // By message first for the same reason. target is the message that it is about, which the account may have sent.
    `CREATE TABLE submission (
      account_id BIGINT NOT NULL,
      message_id TEXT NOT NULL,
      digest BYTES NOT NULL,
      object_id BIGINT NOT NULL,
      idempotency_key TEXT,
      created_at BIGINT NOT NULL,
      held_until BIGINT,
      target TEXT,
      PRIMARY KEY (message_id, account_id)) WITHOUT ROWID`,
    `CREATE UNIQUE INDEX submission_key ON submission (account_id, idempotency_key) WHERE idempotency_key IS NOT NULL`,
    `CREATE INDEX submission_target ON submission (target, account_id) WHERE target IS NOT NULL`,

    // One message to one recipient. settled_at is null while it waits or is on its way. Unsettled ones of a lane are a
    // chain in the order of lane_at: waits_for is the one before, and what waits for another is in no index that is
    // looked through for what is due.
    `CREATE TABLE delivery (
      id ORDERED_KEY,
      account_id BIGINT NOT NULL,
      object_id BIGINT NOT NULL,
      message_id TEXT NOT NULL,
      recipient TEXT NOT NULL,
      host TEXT NOT NULL,
      lane TEXT NOT NULL,
      state TEXT NOT NULL,
      attempt_count BIGINT NOT NULL,
      next_attempt_at BIGINT NOT NULL,
      created_at BIGINT NOT NULL,
      expires_at BIGINT NOT NULL,
      late_reported BIGINT NOT NULL,
      settled_at BIGINT,
      lane_at BIGINT NOT NULL,
      waits_for BIGINT,
      problem TEXT)`,
    `CREATE INDEX delivery_due ON delivery (host, next_attempt_at, id) WHERE settled_at IS NULL AND waits_for IS NULL`,
    `CREATE INDEX delivery_lane ON delivery (host, lane, lane_at, id) WHERE settled_at IS NULL`,
    `CREATE INDEX delivery_waits ON delivery (waits_for) WHERE waits_for IS NOT NULL`,
    `CREATE INDEX delivery_message ON delivery (message_id, account_id)`,

    // Breaker state of hosts that did not answer; a host that works has no row.
    `CREATE TABLE host_backoff (
      host TEXT PRIMARY KEY,
      failure_count BIGINT NOT NULL,
      not_before BIGINT NOT NULL,
      since BIGINT NOT NULL,
      problem TEXT NOT NULL)`,

    `CREATE TABLE peer (
      host TEXT PRIMARY KEY,
      policy TEXT NOT NULL,
      discovery TEXT,
      fetched_at BIGINT,
      root_key TEXT,
      root_changed_at BIGINT,
      first_seen_at BIGINT NOT NULL,
      last_seen_at BIGINT,
      last_success_at BIGINT)`,

    // A row says that the blob's file is in its place, whole and synced.
    `CREATE TABLE blob (
      hash TEXT PRIMARY KEY,
      size_bytes BIGINT NOT NULL,
      created_at BIGINT NOT NULL)`,
    // Who has shown that they have the bytes. It comes before the blob's row, so it cannot refer to it. Its id is never
    // used again: an upload knows by it that its grant was there all the time.
    `CREATE TABLE blob_grant (
      id ORDERED_KEY,
      holder TEXT NOT NULL,
      hash TEXT NOT NULL,
      size_bytes BIGINT NOT NULL,
      expires_at BIGINT NOT NULL,
      used BIGINT NOT NULL,
      UNIQUE (holder, hash))`,
    `CREATE INDEX blob_grant_hash ON blob_grant (hash)`,
    `CREATE INDEX blob_grant_open ON blob_grant (holder) WHERE used = 0`,
    `CREATE INDEX blob_grant_expiry ON blob_grant (expires_at)`,
    `CREATE TABLE blob_announcement (
      host TEXT NOT NULL,
      hash TEXT NOT NULL,
      size_bytes BIGINT NOT NULL,
      expires_at BIGINT NOT NULL,
      PRIMARY KEY (host, hash, size_bytes)) WITHOUT ROWID`,
    `CREATE INDEX blob_announcement_expiry ON blob_announcement (expires_at)`,
    // The foreign key is the last guard of reliability I10: no reference to a blob that is not here.
    `CREATE TABLE blob_ref (
      account_id BIGINT NOT NULL,
      object_id BIGINT NOT NULL,
      hash TEXT NOT NULL REFERENCES blob (hash),
      PRIMARY KEY (account_id, object_id, hash)) WITHOUT ROWID`,
    `CREATE INDEX blob_ref_hash ON blob_ref (hash, account_id)`,
  ],
};
