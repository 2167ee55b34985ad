/** What of the queue is due, and the leases of what is under way. */
import { type Delivery, readDelivery } from "./delivery-store.ts";
import { int } from "./row.ts";
import { sql, type Tx } from "./sql.ts";

/**
 * Lets one process at a time claim for a host, until the transaction ends. A lane is only kept in order when each
 * claim sees the leases of the one before. SQLite has one writer, so there it is always ours.
 */
export async function lockHostForClaim(tx: Tx, host: string): Promise<boolean> {
  if (tx.dialect === "sqlite") return true;
  const row = await tx.get(
    sql`SELECT pg_try_advisory_xact_lock(hashtextextended(${host}, 7))::int AS locked`,
  );
  return row !== undefined && int(row, "locked") === 1;
}

/** The same for whoever waits until no claim is being made: nothing is claimed for the host until the transaction ends. */
export async function keepFromClaims(tx: Tx, host: string): Promise<void> {
  if (tx.dialect === "sqlite") return;
  await tx.run(sql`SELECT pg_advisory_xact_lock(hashtextextended(${host}, 7))`);
}

/** Deliveries to a host that are due and wait for no other, longest first, after `after`. */
export async function listDue(
  tx: Tx,
  host: string,
  now: number,
  after: Pick<Delivery, "nextAttemptAt" | "id">,
  limit: number,
): Promise<Delivery[]> {
  const rows =
    tx.dialect === "sqlite"
      ? await tx.all(sql`
          SELECT * FROM delivery INDEXED BY delivery_due
          WHERE host = ${host} AND settled_at IS NULL AND waits_for IS NULL AND next_attempt_at <= ${now}
            AND (next_attempt_at, id) > (${after.nextAttemptAt}, ${after.id})
          ORDER BY next_attempt_at, id LIMIT ${limit}`)
      : await tx.all(sql`
          SELECT * FROM delivery
          WHERE host = ${host} AND settled_at IS NULL AND waits_for IS NULL AND next_attempt_at <= ${now}
            AND (next_attempt_at, id) > (${after.nextAttemptAt}, ${after.id})
          ORDER BY next_attempt_at, id LIMIT ${limit} FOR UPDATE SKIP LOCKED`);
  return rows.map(readDelivery);
}

/** What is due and waits for one of these. */
export async function listFollowers(tx: Tx, ids: readonly number[], now: number): Promise<Delivery[]> {
  const before = JSON.stringify(ids);
  const rows =
    tx.dialect === "sqlite"
      ? await tx.all(sql`
          SELECT * FROM delivery
          WHERE waits_for IN (SELECT value FROM json_each(${before})) AND waits_for IS NOT NULL
            AND settled_at IS NULL AND next_attempt_at <= ${now}
          ORDER BY id`)
      : await tx.all(sql`
          SELECT * FROM delivery
          WHERE waits_for IN (SELECT CAST(value AS BIGINT) FROM json_each(${before}) AS before)
            AND waits_for IS NOT NULL AND settled_at IS NULL AND next_attempt_at <= ${now}
          ORDER BY id FOR UPDATE SKIP LOCKED`);
  return rows.map(readDelivery);
}

/** When the next delivery to a host is due after `now`; undefined when nothing else waits. */
export async function findNextDueAt(tx: Tx, host: string, now: number): Promise<number | undefined> {
  const row = await tx.get(sql`
    SELECT next_attempt_at FROM delivery
    WHERE host = ${host} AND settled_at IS NULL AND waits_for IS NULL AND next_attempt_at > ${now}
    ORDER BY next_attempt_at LIMIT 1`);
  return row && int(row, "next_attempt_at");
}

/** True when anything waits for a host. */
export async function isWaitedFor(tx: Tx, host: string): Promise<boolean> {
  const row = await tx.get(sql`SELECT id FROM delivery WHERE host = ${host} AND settled_at IS NULL LIMIT 1`);
  return row !== undefined;
}

/** Writes attempts before they are made, and when they count as lost: the lease. */
export async function leaseDeliveries(tx: Tx, ids: readonly number[], leaseUntil: number): Promise<void> {
  if (ids.length === 0) return;
  await tx.run(sql`
    UPDATE delivery SET state = 'sending', attempt_count = attempt_count + 1, next_attempt_at = ${leaseUntil}
    WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(${JSON.stringify(ids)}) AS leased)`);
}

/** Keeps attempts that take long (a large file under way) from counting as lost. */
export async function extendLease(
  tx: Tx,
  delivery: { id: number; attemptCount: number },
  until: number,
): Promise<void> {
  await tx.run(sql`
    UPDATE delivery SET next_attempt_at = ${until}
    WHERE id = ${delivery.id} AND attempt_count = ${delivery.attemptCount} AND state = 'sending'`);
}

/** For a store that only one process uses: what was under way when it died is due at once. */
export async function releaseLeases(tx: Tx, now: number): Promise<void> {
  await tx.run(sql`
    UPDATE delivery SET state = 'retrying', next_attempt_at = ${now} WHERE settled_at IS NULL AND state = 'sending'`);
}
