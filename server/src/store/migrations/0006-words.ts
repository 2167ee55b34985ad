import type { Migration } from "../migration.ts";

/**
 * By what mail is found without looking at all of it. None of this is written when mail comes or is changed: it follows
 * later, some hundreds of messages at once, and what it has not reached is looked at itself (objects/query-follow.ts).
 */
export const words: Migration = {
  name: "0006-words",
  statements: [
    // What has changed up to the state `followed` is in the marks; messages up to the id `worded` are in the words.
    // looked_at is when it was last brought up to date.
    `CREATE TABLE mail_index (
      account_id BIGINT PRIMARY KEY,
      followed BIGINT NOT NULL,
      worded BIGINT NOT NULL,
      looked_at BIGINT NOT NULL)`,
    `CREATE INDEX mail_index_looked_at ON mail_index (looked_at)`,

    // Which messages of a mailbox carry a keyword, in the order in which it is shown. Almost all are seen sooner or later:
    // there it is those that are not which have a row, by the keyword ''.
    `CREATE TABLE mark (
      account_id BIGINT NOT NULL,
      mailbox_id BIGINT NOT NULL,
      keyword TEXT NOT NULL,
      received_at BIGINT NOT NULL,
      object_id BIGINT NOT NULL,
      PRIMARY KEY (account_id, mailbox_id, keyword, received_at, object_id)) WITHOUT ROWID`,
    `CREATE INDEX mark_object ON mark (account_id, object_id)`,

    // The words of some hundreds of messages that follow each other, up to last_id. messages tells which they are and
    // how each was when it was read.
    `CREATE TABLE word_segment (
      account_id BIGINT NOT NULL,
      last_id BIGINT NOT NULL,
      messages BYTES NOT NULL,
      PRIMARY KEY (account_id, last_id)) WITHOUT ROWID`,
    // Some words of a segment, from first_word on, each with the messages that have it. Words are bytes, because what
    // orders them must not depend on a language.
    `CREATE TABLE word_block (
      account_id BIGINT NOT NULL,
      last_id BIGINT NOT NULL,
      first_word BYTES NOT NULL,
      entries BYTES NOT NULL,
      PRIMARY KEY (account_id, last_id, first_word)) WITHOUT ROWID`,
  ],
};
