import type { Migration } from "../migration.ts";

/** Links by which a new device signs in; `wrapped` is the root secret, which the server cannot read. */
export const deviceLinks: Migration = {
  name: "0009-device-links",
  statements: [
    `CREATE TABLE device_link (
      token_hash BYTES NOT NULL PRIMARY KEY,
      session_id TEXT NOT NULL UNIQUE REFERENCES session (id) ON DELETE CASCADE,
      wrapped TEXT,
      expires_at BIGINT NOT NULL
    ) WITHOUT ROWID`,
    `CREATE INDEX device_link_expiry ON device_link (expires_at)`,
  ],
};
