import type { Migration } from "../migration.ts";

/** What mail does by itself, and what was sent as an account lists it. */
export const mailModel: Migration = {
  name: "0007-mail-model",
  statements: [
    // What was sent is told of by the object that it is in Sent; its state is that at which the object came. made_state is
    // the state of one that was a draft before, and had its object already. shown_with is the object by which a message
    // is told of that was sent beside another, to somebody whom the others are not to see. destroyed: the owner does not
    // want to be told of it any more, but the same message must still not be sent twice.
    `ALTER TABLE submission ADD COLUMN identity_id BIGINT`,
    `ALTER TABLE submission ADD COLUMN made_state BIGINT`,
    `ALTER TABLE submission ADD COLUMN shown_with BIGINT`,
    `ALTER TABLE submission ADD COLUMN is_destroyed BIGINT`,
    `CREATE INDEX submission_object ON submission (account_id, object_id)`,
    `CREATE INDEX submission_shown ON submission (account_id, shown_with) WHERE shown_with IS NOT NULL`,

    // Drafts of mail programs as they were before they were sent, until the first attempt. message_id is that of the
    // message that the draft became; reserved_bytes is what the account has given for the draft beside that.
    `CREATE TABLE sent_draft (
      account_id BIGINT NOT NULL,
      object_id BIGINT NOT NULL,
      message_id TEXT NOT NULL,
      send_at BIGINT NOT NULL,
      reserved_bytes BIGINT NOT NULL,
      bytes BYTES NOT NULL,
      PRIMARY KEY (account_id, object_id))`,
    `CREATE INDEX sent_draft_time ON sent_draft (send_at)`,

    // Until when others may put nothing into a mailbox, because it is being emptied in steps and then destroyed.
    `ALTER TABLE mailbox ADD COLUMN doomed_until BIGINT`,

    // What an account can be written as. Its own address, which every account has, is here only once its owner has
    // changed something of it. fields is JSON: nobody looks for what is in it.
    `CREATE TABLE identity (
      account_id BIGINT NOT NULL,
      id BIGINT NOT NULL,
      email TEXT NOT NULL,
      fields TEXT NOT NULL,
      PRIMARY KEY (account_id, id)) WITHOUT ROWID`,
    `CREATE INDEX identity_email ON identity (account_id, email)`,

    // Messages that come back by themselves, and those that have (is_over). mailboxes is a JSON list of where they were.
    // Whether an account may have any that wait is kept with it, because every message that arrives asks for it.
    `CREATE TABLE snooze (
      account_id BIGINT NOT NULL,
      object_id BIGINT NOT NULL,
      until BIGINT NOT NULL,
      mailboxes TEXT NOT NULL,
      is_over BIGINT NOT NULL,
      PRIMARY KEY (account_id, object_id)) WITHOUT ROWID`,
    `CREATE INDEX snooze_due ON snooze (until, account_id, object_id) WHERE is_over = 0`,
    `CREATE INDEX snooze_over ON snooze (until) WHERE is_over = 1`,
    `ALTER TABLE account ADD COLUMN has_snoozed BIGINT NOT NULL DEFAULT 0`,

    // Whom an account takes mail from. address is without a tag, or *@ and a host. state is accepted, blocked or undecided,
    // or written: the account has written to it. asked_at is when a message of it was last taken without having been
    // accepted, decided_at when its owner has decided. Whether others have to wait is kept with the account, as whether it has rules.
    `CREATE TABLE sender (
      account_id BIGINT NOT NULL,
      address TEXT NOT NULL,
      host TEXT NOT NULL,
      state TEXT NOT NULL,
      asked_at BIGINT,
      decided_at BIGINT,
      PRIMARY KEY (account_id, address)) WITHOUT ROWID`,
    `CREATE INDEX sender_asked ON sender (account_id, asked_at) WHERE asked_at IS NOT NULL`,
    `CREATE INDEX sender_decided ON sender (account_id, address) WHERE state <> 'written'`,
    `CREATE INDEX sender_undecided ON sender (account_id, address) WHERE state = 'undecided'`,
    `ALTER TABLE account ADD COLUMN screens BIGINT NOT NULL DEFAULT 0`,

    // What is done with mail as it arrives. what is JSON of conditions and actions.
    `CREATE TABLE rule (
      account_id BIGINT NOT NULL,
      id BIGINT NOT NULL,
      sort_order BIGINT NOT NULL,
      what TEXT NOT NULL,
      PRIMARY KEY (account_id, id)) WITHOUT ROWID`,
    `ALTER TABLE account ADD COLUMN has_rules BIGINT NOT NULL DEFAULT 0`,

    // What is answered in an owner's absence. fields is JSON; messages after seen_id have still to be looked at. And to
    // whom it was answered, when and to which message.
    `CREATE TABLE vacation (
      account_id BIGINT PRIMARY KEY,
      is_enabled BIGINT NOT NULL,
      fields TEXT NOT NULL,
      seen_id BIGINT NOT NULL)`,
    `CREATE TABLE vacation_answer (
      account_id BIGINT NOT NULL,
      address TEXT NOT NULL,
      object_id BIGINT NOT NULL,
      answered_at BIGINT NOT NULL,
      PRIMARY KEY (account_id, address)) WITHOUT ROWID`,
    `CREATE INDEX vacation_answer_time ON vacation_answer (answered_at)`,
  ],
};
