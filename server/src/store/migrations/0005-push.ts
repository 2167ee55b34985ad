import type { Migration } from "../migration.ts";

/** Where clients are to be told of changes while they do not ask. */
export const push: Migration = {
  name: "0005-push",
  statements: [
    // credential_id is the sign-in or API token it was made by. verified_at is when the code came back that was sent
    // there; until then nothing else goes there. due_at is before when nothing may be sent, and NULL when nothing is to
    // be; whoever sends moves it on first, so that of several processes one does. pushed_state is what was told last.
    `CREATE TABLE push_subscription (
      id TEXT PRIMARY KEY,
      account_id BIGINT NOT NULL,
      credential_id TEXT NOT NULL,
      device_client_id TEXT NOT NULL,
      url TEXT NOT NULL,
      p256dh BYTES,
      auth BYTES,
      types TEXT,
      verification_code TEXT NOT NULL,
      created_at BIGINT NOT NULL,
      verified_at BIGINT,
      expires_at BIGINT NOT NULL,
      pushed_state BIGINT NOT NULL,
      due_at BIGINT,
      failures BIGINT NOT NULL)`,
    `CREATE INDEX push_subscription_account ON push_subscription (account_id)`,
    `CREATE INDEX push_subscription_credential ON push_subscription (credential_id)`,
    `CREATE INDEX push_subscription_expiry ON push_subscription (expires_at)`,
  ],
};
