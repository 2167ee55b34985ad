import { text } from "./row.ts";
import { type Db, sql } from "./sql.ts";

/**
 * Those of these sign-ins and API tokens, by their ids, that still let their owners in: neither ended nor over, and no
 * account of them is suspended or past the time at which its owner has it erased.
 */
export async function listLivingCredentials(
  db: Db,
  ids: readonly string[],
  now: number,
): Promise<ReadonlySet<string>> {
  const asked = JSON.stringify(ids);
  const rows = await db.all(sql`
    SELECT session.id FROM session JOIN account ON account.id = session.account_id
    WHERE session.id IN (SELECT value FROM json_each(${asked}) AS named)
      AND session.ended_because IS NULL AND session.expires_at > ${now} AND account.suspended_at IS NULL
      AND (account.erase_at IS NULL OR account.erase_at > ${now})
    UNION ALL
    SELECT api_token.id FROM api_token JOIN account ON account.id = api_token.account_id
    WHERE api_token.id IN (SELECT value FROM json_each(${asked}) AS named)
      AND api_token.expires_at > ${now} AND account.suspended_at IS NULL
      AND (account.erase_at IS NULL OR account.erase_at > ${now})`);
  return new Set(rows.map((row) => text(row, "id")));
}
