import { text } from "./row.ts";
import { type Db, sql, type Tx } from "./sql.ts";

/** Single facts about this server, such as its incarnation (reliability I14). */
export async function findFact(db: Db, name: string): Promise<string | undefined> {
  const row = await db.get(sql`SELECT value FROM server_fact WHERE name = ${name}`);
  return row && text(row, "value");
}

/** Keeps the value that is there already; answers the one that holds. */
export async function settleFact(tx: Tx, name: string, value: string): Promise<string> {
  await tx.run(sql`INSERT INTO server_fact (name, value) VALUES (${name}, ${value}) ON CONFLICT DO NOTHING`);
  return (await findFact(tx, name)) ?? value;
}

/** Writes the value over the one that is there. */
export async function replaceFact(tx: Tx, name: string, value: string): Promise<void> {
  await tx.run(sql`
    INSERT INTO server_fact (name, value) VALUES (${name}, ${value})
    ON CONFLICT (name) DO UPDATE SET value = excluded.value`);
}

/** Of these names those that there are, each with its value. */
export async function listFacts(db: Db, names: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.all(sql`
    SELECT name, value FROM server_fact
    WHERE name IN (SELECT value FROM json_each(${JSON.stringify(names)}) AS wanted)`);
  return new Map(rows.map((row) => [text(row, "name"), text(row, "value")]));
}

export async function deleteFact(tx: Tx, name: string): Promise<void> {
  await tx.run(sql`DELETE FROM server_fact WHERE name = ${name}`);
}
