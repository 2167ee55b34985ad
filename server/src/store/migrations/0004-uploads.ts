import type { Migration } from "../migration.ts";

/** Files that were uploaded whole and are larger than a blob may be. */
export const uploads: Migration = {
  name: "0004-uploads",
  statements: [
    // chunks is a JSON list of hashes. The blobs themselves are the account's by their grants.
    `CREATE TABLE upload (
      account_id BIGINT NOT NULL,
      hash TEXT NOT NULL,
      size_bytes BIGINT NOT NULL,
      chunks TEXT NOT NULL,
      expires_at BIGINT NOT NULL,
      PRIMARY KEY (account_id, hash)) WITHOUT ROWID`,
    `CREATE INDEX upload_expiry ON upload (expires_at)`,
  ],
};
