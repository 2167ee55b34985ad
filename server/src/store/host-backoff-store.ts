import { int, text } from "./row.ts";
import { type Db, type Row, sql, type Tx } from "./sql.ts";

/** A host that did not answer: how often in a row, since when, and not to be tried before. */
export interface HostBackoff {
  host: string;
  failureCount: number;
  notBefore: number;
  since: number;
  problem: string;
}

export async function findBackoff(db: Db, host: string): Promise<HostBackoff | undefined> {
  const row = await db.get(sql`SELECT * FROM host_backoff WHERE host = ${host}`);
  return row && readBackoff(row);
}

export async function listBackoffs(db: Db): Promise<HostBackoff[]> {
  return (await db.all(sql`SELECT * FROM host_backoff ORDER BY host`)).map(readBackoff);
}

export async function saveBackoff(tx: Tx, backoff: HostBackoff): Promise<void> {
  await tx.run(sql`
    INSERT INTO host_backoff (host, failure_count, not_before, since, problem)
    VALUES (${backoff.host}, ${backoff.failureCount}, ${backoff.notBefore}, ${backoff.since}, ${backoff.problem})
    ON CONFLICT (host) DO UPDATE SET failure_count = excluded.failure_count, not_before = excluded.not_before,
      problem = excluded.problem`);
}

export async function deleteBackoff(tx: Tx, host: string): Promise<void> {
  await tx.run(sql`DELETE FROM host_backoff WHERE host = ${host}`);
}

function readBackoff(row: Row): HostBackoff {
  return {
    host: text(row, "host"),
    failureCount: int(row, "failure_count"),
    notBefore: int(row, "not_before"),
    since: int(row, "since"),
    problem: text(row, "problem"),
  };
}
