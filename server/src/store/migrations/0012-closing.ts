import type { Migration } from "../migration.ts";

/** Accounts that their owners have closed, and the addresses of those that were erased. */
export const closing: Migration = {
  name: "0012-closing",
  statements: [
    `ALTER TABLE account ADD COLUMN erase_at BIGINT`,
    `CREATE INDEX account_erase ON account (erase_at) WHERE erase_at IS NOT NULL`,

    // All that is left of an erased account: its name is given to nobody, who would get what is meant for its owner.
    `CREATE TABLE former_address (
      name TEXT PRIMARY KEY,
      erased_at BIGINT NOT NULL)`,
  ],
};
