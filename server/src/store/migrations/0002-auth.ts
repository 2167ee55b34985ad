import type { Migration } from "../migration.ts";

/**
 * Who may come in. No secret lies here that opens anything by itself: tokens and invitations as SHA-256; passwords as
 * OPAQUE records that can be guessed at only together with the server setup, which is a file outside the database; and
 * what proves a password in a login under way sealed under a key that follows from that file (auth/seal-login.ts).
 */
export const auth: Migration = {
  name: "0002-auth",
  statements: [
    `CREATE TABLE invite (
      id TEXT PRIMARY KEY,
      token_hash BYTES NOT NULL UNIQUE,
      account_name TEXT,
      quota_bytes BIGINT,
      created_at BIGINT NOT NULL,
      expires_at BIGINT NOT NULL,
      used_at BIGINT,
      used_by BIGINT)`,

    `CREATE TABLE password_record (
      account_id BIGINT PRIMARY KEY,
      record TEXT NOT NULL,
      created_at BIGINT NOT NULL)`,

    // One row between the two steps of a login, also for names that no account has.
    `CREATE TABLE login_state (
      id_hash BYTES PRIMARY KEY,
      account_name TEXT NOT NULL,
      state BYTES NOT NULL,
      created_at BIGINT NOT NULL,
      expires_at BIGINT NOT NULL)`,
    `CREATE INDEX login_state_name ON login_state (account_name, created_at)`,
    `CREATE INDEX login_state_expiry ON login_state (expires_at)`,

    // family_hash proves that a refresh token was once ours, refresh_hash that it is the newest one. network_hash knows
    // the network it was begun from again, under a key that is not here (auth/known-network.ts).
    `CREATE TABLE session (
      id TEXT PRIMARY KEY,
      account_id BIGINT NOT NULL,
      device TEXT,
      network_hash BYTES NOT NULL,
      scopes TEXT NOT NULL,
      family_hash BYTES NOT NULL,
      refresh_hash BYTES NOT NULL,
      created_at BIGINT NOT NULL,
      last_used_at BIGINT NOT NULL,
      expires_at BIGINT NOT NULL,
      ended_because TEXT)`,
    `CREATE INDEX session_account ON session (account_id, created_at)`,
    `CREATE INDEX session_expiry ON session (expires_at)`,

    `CREATE TABLE api_token (
      id TEXT PRIMARY KEY,
      account_id BIGINT NOT NULL,
      name TEXT NOT NULL,
      scopes TEXT NOT NULL,
      secret_hash BYTES NOT NULL,
      created_at BIGINT NOT NULL,
      expires_at BIGINT NOT NULL,
      last_used_at BIGINT)`,
    `CREATE INDEX api_token_account ON api_token (account_id, created_at)`,
    `CREATE INDEX api_token_expiry ON api_token (expires_at)`,
  ],
};
