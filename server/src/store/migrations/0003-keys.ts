import type { Migration } from "../migration.ts";

/**
 * Accounts whose mail their server cannot read. What is secret here was wrapped by the owner's client with what only its
 * owner knows; `proof_key` is the public half of a key that is made from the recovery phrase.
 */
export const keys: Migration = {
  name: "0003-keys",
  statements: [
    // sealed: the policy of the newest statement, kept with the account because every message that arrives asks for it.
    `ALTER TABLE account ADD COLUMN sealed BIGINT NOT NULL DEFAULT 0`,
    `ALTER TABLE account ADD COLUMN keys_hidden BIGINT NOT NULL DEFAULT 0`,

    // A number once taken is never given again: of two devices that publish at once one is second.
    `CREATE TABLE key_statement (
      account_id BIGINT NOT NULL,
      seq BIGINT NOT NULL,
      statement TEXT NOT NULL,
      PRIMARY KEY (account_id, seq))`,

    // The root secret, wrapped by the password and by the recovery phrase.
    `CREATE TABLE account_secret (
      account_id BIGINT PRIMARY KEY,
      password TEXT NOT NULL,
      recovery TEXT NOT NULL,
      proof_key TEXT NOT NULL)`,

    `CREATE TABLE epoch_secret (
      account_id BIGINT NOT NULL,
      key_id TEXT NOT NULL,
      wrapped TEXT NOT NULL,
      PRIMARY KEY (account_id, key_id)) WITHOUT ROWID`,

    // Who may see the keys of an account that hides them.
    `CREATE TABLE key_consent (
      account_id BIGINT NOT NULL,
      address TEXT NOT NULL,
      PRIMARY KEY (account_id, address)) WITHOUT ROWID`,

    // What is sealed stands last, so that nothing else is read over it.
    `CREATE TABLE record (
      account_id BIGINT NOT NULL,
      collection TEXT NOT NULL,
      id TEXT NOT NULL,
      revision BIGINT NOT NULL,
      created_state BIGINT NOT NULL,
      changed_state BIGINT NOT NULL,
      length BIGINT NOT NULL,
      sealed TEXT NOT NULL,
      PRIMARY KEY (account_id, collection, id))`,
    `CREATE INDEX record_changed ON record (account_id, collection, changed_state)`,
    `CREATE TABLE record_gone (
      account_id BIGINT NOT NULL,
      collection TEXT NOT NULL,
      id TEXT NOT NULL,
      state BIGINT NOT NULL,
      PRIMARY KEY (account_id, collection, id)) WITHOUT ROWID`,
  ],
};
