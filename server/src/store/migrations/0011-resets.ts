import type { Migration } from "../migration.ts";

/**
 * Links by which somebody begins anew who has lost password and phrase, and what the identity before has left: sealed as
 * it was, for the day on which its phrase is found.
 */
export const resets: Migration = {
  name: "0011-resets",
  statements: [
    `CREATE TABLE reset_link (
      token_hash BYTES NOT NULL PRIMARY KEY,
      account_id BIGINT NOT NULL UNIQUE,
      expires_at BIGINT NOT NULL
    ) WITHOUT ROWID`,
    `CREATE INDEX reset_link_expiry ON reset_link (expires_at)`,

    // seq: of the last statement of that identity. epochs: the wraps as they stood then, which are JSON and stand last.
    `CREATE TABLE former_secret (
      account_id BIGINT NOT NULL,
      seq BIGINT NOT NULL,
      identity_key TEXT NOT NULL,
      recovery TEXT NOT NULL,
      epochs TEXT NOT NULL,
      PRIMARY KEY (account_id, seq))`,
  ],
};
