import type { Migration } from "../migration.ts";

/** How many of an account's messages say that their conversation is muted (mute-store.ts). */
export const muted: Migration = {
  name: "0010-muted",
  statements: [
    `ALTER TABLE account ADD COLUMN muted BIGINT NOT NULL DEFAULT 0`,
    `UPDATE account SET muted = (
      SELECT count(*) FROM object
      WHERE object.account_id = account.id AND object.kind <> 'gone' AND object.keywords LIKE '%"$muted"%')`,
  ],
};
