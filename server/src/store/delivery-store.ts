import { int, optionalInt, optionalText, text } from "./row.ts";
import { type Db, type Row, sql, type Tx } from "./sql.ts";

export type DeliveryState =
  | "queued"
  | "sending"
  | "retrying"
  | "delivered"
  | "held"
  | "failed"
  | "expired"
  | "cancelled";

/** One message to one recipient. While it waits or is under way it has no `settledAt`. */
export interface Delivery {
  id: number;
  accountId: number;
  objectId: number;
  messageId: string;
  recipient: string;
  host: string;
  lane: string;
  state: DeliveryState;
  attemptCount: number;
  nextAttemptAt: number;
  createdAt: number;
  expiresAt: number;
  lateReported: boolean;
  settledAt: number | undefined;
  /** Its place in its lane, by this and then by its id: its own hour, unless the clock has stepped back since. */
  laneAt: number;
  /** The one of its lane that it must not overtake, until that is settled. */
  waitsFor: number | undefined;
  /** JSON of the last problem, if any. */
  problem: string | undefined;
}

export type NewDelivery = Pick<
  Delivery,
  | "accountId"
  | "objectId"
  | "messageId"
  | "recipient"
  | "host"
  | "lane"
  | "nextAttemptAt"
  | "createdAt"
  | "expiresAt"
>;

/**
 * Puts a delivery into the queue, at its place in its lane: behind everything that was put there before, save what waits
 * for a later hour of its own (a schedule, an undo), which then waits for this. The lane is its account's, whose writers
 * are one after the other.
 */
export function insertDelivery(tx: Tx, delivery: NewDelivery): Promise<void> {
  return (tx.dialect === "sqlite" ? insertInSqlite : insertInPostgres)(tx, delivery);
}

/**
 * Looked up first and inserted then: nobody else writes meanwhile, and an insert that selects, or that returns what it
 * has written, is twice the work.
 */
async function insertInSqlite(tx: Tx, delivery: NewDelivery): Promise<void> {
  const { host, lane, nextAttemptAt } = delivery;
  const before = await tx.get(sql`
    SELECT id, lane_at FROM delivery INDEXED BY delivery_lane
    WHERE host = ${host} AND lane = ${lane} AND settled_at IS NULL
      AND (lane_at <= ${nextAttemptAt} OR attempt_count > 0 OR next_attempt_at <= created_at)
    ORDER BY lane_at DESC, id DESC LIMIT 1`);
  const laneAt = before === undefined ? nextAttemptAt : Math.max(nextAttemptAt, int(before, "lane_at"));
  const later = await tx.get(sql`
    SELECT id FROM delivery INDEXED BY delivery_lane
    WHERE host = ${host} AND lane = ${lane} AND settled_at IS NULL AND lane_at > ${laneAt}
    ORDER BY lane_at, id LIMIT 1`);
  const inserting = tx.run(sql`
    INSERT INTO delivery (account_id, object_id, message_id, recipient, host, lane, state, attempt_count,
      next_attempt_at, created_at, expires_at, late_reported, settled_at, problem, lane_at, waits_for)
    VALUES (${delivery.accountId}, ${delivery.objectId}, ${delivery.messageId}, ${delivery.recipient}, ${host}, ${lane},
      'queued', 0, ${nextAttemptAt}, ${delivery.createdAt}, ${delivery.expiresAt}, 0, NULL, NULL,
      ${laneAt}, ${before === undefined ? null : int(before, "id")})`);
  if (later === undefined) return void (await inserting);
  // Started with it, so that it is still the last one.
  const placing = tx.run(sql`
    UPDATE delivery SET waits_for = (SELECT max(id) FROM delivery) WHERE id = ${int(later, "id")}`);
  await Promise.all([inserting, placing]);
}

/**
 * The same in one statement; the one before is not settled by others until this transaction ends. A lane is asked for
 * as a range for the planner's sake: whatever it knows of the table, only the lane's own index gives that order.
 */
async function insertInPostgres(tx: Tx, delivery: NewDelivery): Promise<void> {
  const { host, lane, nextAttemptAt } = delivery;
  const placed = await tx.get(sql`
    INSERT INTO delivery (account_id, object_id, message_id, recipient, host, lane, state, attempt_count,
      next_attempt_at, created_at, expires_at, late_reported, settled_at, problem, lane_at, waits_for)
    SELECT ${delivery.accountId}, ${delivery.objectId}, ${delivery.messageId}, ${delivery.recipient}, ${host}, ${lane},
      'queued', 0, ${nextAttemptAt}, ${delivery.createdAt}, ${delivery.expiresAt}, 0, NULL, NULL,
      greatest(CAST(${nextAttemptAt} AS BIGINT), before.lane_at), before.id
    FROM (SELECT 1) AS one LEFT JOIN (
      SELECT id, lane_at FROM delivery
      WHERE host = ${host} AND lane >= ${lane} AND lane <= ${lane} AND settled_at IS NULL
        AND (lane_at <= ${nextAttemptAt} OR attempt_count > 0 OR next_attempt_at <= created_at)
      ORDER BY lane DESC, lane_at DESC, id DESC LIMIT 1 FOR SHARE) AS before ON true
    RETURNING id, (
      SELECT later.id FROM delivery AS later
      WHERE later.host = delivery.host AND later.lane >= delivery.lane AND later.lane <= delivery.lane
        AND later.settled_at IS NULL AND later.lane_at > delivery.lane_at
      ORDER BY later.lane, later.lane_at, later.id LIMIT 1) AS later`);
  if (placed === undefined) throw new Error("a delivery was not inserted");
  const later = optionalInt(placed, "later");
  if (later === undefined) return;
  await tx.run(sql`UPDATE delivery SET waits_for = ${int(placed, "id")} WHERE id = ${later}`);
}

/** Of messages that an account has sent, each in the order of its recipients. */
export async function listDeliveriesOf(
  db: Db,
  accountId: number,
  messageIds: readonly string[],
): Promise<Delivery[]> {
  const rows = await db.all(sql`
    SELECT * FROM delivery
    WHERE message_id IN (SELECT value FROM json_each(${JSON.stringify(messageIds)}) AS wanted)
      AND account_id = ${accountId} ORDER BY id`);
  return rows.map(readDelivery);
}

/** Of a message that an account has sent, in the order of its recipients. */
export async function listDeliveries(db: Db, accountId: number, messageId: string): Promise<Delivery[]> {
  const rows = await db.all(sql`
    SELECT * FROM delivery WHERE message_id = ${messageId} AND account_id = ${accountId} ORDER BY id`);
  return rows.map(readDelivery);
}

/** Whether a copy of a message that an account has sent is still to be delivered. */
export async function hasUnsettled(db: Db, accountId: number, messageId: string): Promise<boolean> {
  const row = await db.get(sql`
    SELECT id FROM delivery WHERE message_id = ${messageId} AND account_id = ${accountId} AND settled_at IS NULL
    LIMIT 1`);
  return row !== undefined;
}

/** Deliveries to a host, not under way, that expire before `expiresBy`, or before `lateBy` and nobody has been told. */
export async function listOverdue(
  tx: Tx,
  host: string,
  expiresBy: number,
  lateBy: number,
  limit: number,
): Promise<Delivery[]> {
  const rows = await tx.all(sql`
    SELECT * FROM delivery
    WHERE host = ${host} AND settled_at IS NULL AND state <> 'sending'
      AND (expires_at <= ${expiresBy} OR (expires_at <= ${lateBy} AND late_reported = 0))
    ORDER BY lane, id LIMIT ${limit}`);
  return rows.map(readDelivery);
}

/** True when this call settled it: a verdict counts once, whichever attempt brought it. */
export async function settleDelivery(
  tx: Tx,
  id: number,
  state: DeliveryState,
  settledAt: number,
  problem: string | undefined,
): Promise<boolean> {
  const row = await tx.get(sql`
    UPDATE delivery SET state = ${state}, settled_at = ${settledAt}, problem = ${problem ?? null}
    WHERE id = ${id} AND settled_at IS NULL RETURNING id, waits_for`);
  if (row === undefined) return false;
  await letFollow(tx, [row]);
  return true;
}

/** The same for many at once that went well; the ids of those that this call settled. */
export async function settleDeliveries(
  tx: Tx,
  ids: readonly number[],
  state: "delivered" | "held",
  settledAt: number,
): Promise<Set<number>> {
  if (ids.length === 0) return new Set();
  const rows = await tx.all(sql`
    UPDATE delivery SET state = ${state}, settled_at = ${settledAt}, problem = NULL
    WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(${JSON.stringify(ids)}) AS settled)
      AND settled_at IS NULL
    RETURNING id, waits_for`);
  await letFollow(tx, rows);
  return new Set(rows.map((row) => int(row, "id")));
}

/** What waited for these waits for what they waited for, or for nothing any more. */
async function letFollow(tx: Tx, settled: readonly Row[]): Promise<void> {
  const before = new Map(settled.map((row) => [int(row, "id"), optionalInt(row, "waits_for")]));
  const followed = new Map<number | undefined, number[]>();
  for (const id of before.keys()) {
    let waitsFor = before.get(id);
    while (waitsFor !== undefined && before.has(waitsFor)) waitsFor = before.get(waitsFor);
    const others = followed.get(waitsFor);
    if (others === undefined) followed.set(waitsFor, [id]);
    else others.push(id);
  }
  for (const [waitsFor, ids] of followed) {
    await tx.run(sql`
      UPDATE delivery SET waits_for = ${waitsFor ?? null}
      WHERE waits_for IN (SELECT CAST(value AS BIGINT) FROM json_each(${JSON.stringify(ids)}) AS settled)
        AND waits_for IS NOT NULL AND settled_at IS NULL`);
  }
}

/**
 * Frees what waits for one that is settled: two processes that settle neighbours of a lane at the same moment do not
 * see each other. Looks at all that waits for another.
 */
export async function freeStranded(tx: Tx): Promise<void> {
  await tx.run(sql`
    UPDATE delivery SET waits_for = (SELECT before.waits_for FROM delivery AS before WHERE before.id = delivery.waits_for)
    WHERE waits_for IS NOT NULL AND settled_at IS NULL AND NOT EXISTS (
      SELECT 1 FROM delivery AS before WHERE before.id = delivery.waits_for AND before.settled_at IS NULL)`);
}

/** Puts a delivery back to wait, unless a later attempt has it by now. */
export async function deferDelivery(
  tx: Tx,
  delivery: { id: number; attemptCount: number; nextAttemptAt: number; problem: string | undefined },
): Promise<boolean> {
  const changed = await tx.run(sql`
    UPDATE delivery SET state = 'retrying', next_attempt_at = ${delivery.nextAttemptAt},
      problem = ${delivery.problem ?? null}
    WHERE id = ${delivery.id} AND attempt_count = ${delivery.attemptCount} AND settled_at IS NULL`);
  return changed === 1;
}

/** True when nobody has been told before: of two processes that look at once, one tells. */
export async function markLateReported(tx: Tx, id: number): Promise<boolean> {
  const changed = await tx.run(sql`
    UPDATE delivery SET late_reported = 1 WHERE id = ${id} AND late_reported = 0 AND settled_at IS NULL`);
  return changed === 1;
}

/** Everything that waits for a host may be tried now, save what waits for its own hour (a hold, a schedule, a lease). */
export async function releaseHost(tx: Tx, host: string, now: number): Promise<void> {
  await tx.run(sql`
    UPDATE delivery SET next_attempt_at = ${now}
    WHERE host = ${host} AND settled_at IS NULL AND state = 'retrying' AND next_attempt_at > ${now}`);
}

/** Takes back what has not been tried of these messages; an entry for each recipient that will not get one. */
export async function cancelQueued(
  tx: Tx,
  accountId: number,
  messageIds: readonly string[],
  now: number,
): Promise<{ accountId: number; objectId: number }[]> {
  if (messageIds.length === 0) return [];
  const rows = await tx.all(sql`
    UPDATE delivery SET state = 'cancelled', settled_at = ${now}
    WHERE message_id IN (SELECT value FROM json_each(${JSON.stringify(messageIds)}) AS unsent)
      AND account_id = ${accountId} AND settled_at IS NULL AND attempt_count = 0
    RETURNING id, waits_for, object_id`);
  await letFollow(tx, rows);
  return rows.map((row) => ({ accountId, objectId: int(row, "object_id") }));
}

/** Hosts that something waits for, one index seek each, however long their queues are. */
export async function listWaitingHosts(db: Db): Promise<string[]> {
  const rows = await db.all(sql`
    WITH RECURSIVE waiting(host) AS (
      SELECT min(host) FROM delivery WHERE settled_at IS NULL
      UNION ALL
      SELECT (SELECT min(host) FROM delivery WHERE settled_at IS NULL AND host > waiting.host)
      FROM waiting WHERE waiting.host IS NOT NULL)
    SELECT host FROM waiting WHERE host IS NOT NULL`);
  return rows.map((row) => text(row, "host"));
}

/** Where a delivery to a host stands among all that wait there, lane after lane. */
export type QueuePlace = Pick<Delivery, "lane" | "laneAt" | "id">;

/** What waits for a host after a place, without what is under way and what was never tried and has its own hour. */
export async function listToGiveUp(
  tx: Tx,
  host: string,
  { after, now, limit }: { after: QueuePlace | undefined; now: number; limit: number },
): Promise<Delivery[]> {
  const { lane, laneAt, id } = after ?? { lane: "", laneAt: 0, id: 0 };
  const rows = await tx.all(sql`
    SELECT * FROM delivery
    WHERE host = ${host} AND settled_at IS NULL AND (lane, lane_at, id) > (${lane}, ${laneAt}, ${id})
      AND state <> 'sending' AND created_at <= ${now}
      AND (attempt_count > 0 OR next_attempt_at <= created_at OR next_attempt_at <= ${now})
    ORDER BY lane, lane_at, id LIMIT ${limit}`);
  return rows.map(readDelivery);
}

/** How many to a host are just being tried. */
export async function countUnderWay(db: Db, host: string): Promise<number> {
  const row = await db.get(sql`
    SELECT count(*) AS sending FROM delivery WHERE host = ${host} AND settled_at IS NULL AND state = 'sending'`);
  return row === undefined ? 0 : int(row, "sending");
}

export interface WaitingHost {
  host: string;
  /** What is due, or was tried. */
  waiting: number;
  /** What was never tried and is not to be before its own hour: a schedule, an undo. */
  scheduled: number;
  /** Since when the first of what waits has waited; undefined when nothing does. */
  oldestAt: number | undefined;
  /** Of both. */
  nextAttemptAt: number;
}

/** For the operator: each host that something is queued for. */
export async function summariseQueue(db: Db, now: number): Promise<WaitingHost[]> {
  const rows = await db.all(sql`
    SELECT host, count(*) AS queued, min(next_attempt_at) AS next_attempt_at,
      count(*) FILTER (WHERE attempt_count = 0 AND next_attempt_at > created_at AND next_attempt_at > ${now})
        AS scheduled,
      min(lane_at) FILTER (WHERE attempt_count > 0 OR next_attempt_at <= created_at OR next_attempt_at <= ${now})
        AS oldest_at
    FROM delivery WHERE settled_at IS NULL GROUP BY host ORDER BY host`);
  return rows.map((row) => ({
    host: text(row, "host"),
    waiting: int(row, "queued") - int(row, "scheduled"),
    scheduled: int(row, "scheduled"),
    oldestAt: optionalInt(row, "oldest_at"),
    nextAttemptAt: int(row, "next_attempt_at"),
  }));
}

/** What is due, or was tried, for all hosts together. */
export async function countWaiting(db: Db, now: number): Promise<number> {
  const row = await db.get(sql`
    SELECT count(*) AS waiting FROM delivery
    WHERE settled_at IS NULL AND (attempt_count > 0 OR next_attempt_at <= created_at OR next_attempt_at <= ${now})`);
  return row === undefined ? 0 : int(row, "waiting");
}

/** Of a row with all of its columns. */
export function readDelivery(row: Row): Delivery {
  return {
    id: int(row, "id"),
    accountId: int(row, "account_id"),
    objectId: int(row, "object_id"),
    messageId: text(row, "message_id"),
    recipient: text(row, "recipient"),
    host: text(row, "host"),
    lane: text(row, "lane"),
    state: readState(text(row, "state")),
    attemptCount: int(row, "attempt_count"),
    nextAttemptAt: int(row, "next_attempt_at"),
    createdAt: int(row, "created_at"),
    expiresAt: int(row, "expires_at"),
    lateReported: int(row, "late_reported") === 1,
    settledAt: optionalInt(row, "settled_at"),
    laneAt: int(row, "lane_at"),
    waitsFor: optionalInt(row, "waits_for"),
    problem: optionalText(row, "problem"),
  };
}

const states: readonly DeliveryState[] = [
  "queued",
  "sending",
  "retrying",
  "delivered",
  "held",
  "failed",
  "expired",
  "cancelled",
];

function readState(word: string): DeliveryState {
  const state = states.find((known) => known === word);
  if (state === undefined) throw new TypeError(`unknown delivery state ${word}`);
  return state;
}
