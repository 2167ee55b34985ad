import type { Migration } from "../migration.ts";

/** Accounts that may do what the operator does, and invitations that make such an account. */
export const operators: Migration = {
  name: "0008-operators",
  statements: [
    `ALTER TABLE account ADD COLUMN is_operator BIGINT NOT NULL DEFAULT 0`,
    `ALTER TABLE invite ADD COLUMN is_operator BIGINT NOT NULL DEFAULT 0`,
  ],
};
