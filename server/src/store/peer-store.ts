import { int, optionalInt, optionalText, text } from "./row.ts";
import { type Db, type Row, sql, type Tx } from "./sql.ts";

/** SQLite takes no OFFSET without a LIMIT. */
const allRows = 2 ** 31;

export type PeerPolicy = "allow" | "block";

export interface Peer {
  host: string;
  policy: PeerPolicy;
  /** What is kept of its last good discovery document, JSON. */
  discovery: string | undefined;
  fetchedAt: number | undefined;
  rootKey: string | undefined;
  rootChangedAt: number | undefined;
  firstSeenAt: number;
  lastSeenAt: number | undefined;
  lastSuccessAt: number | undefined;
}

export async function findPeer(db: Db, host: string): Promise<Peer | undefined> {
  const row = await db.get(sql`SELECT * FROM peer WHERE host = ${host}`);
  return row && readPeer(row);
}

/** Peers by host, `limit` of those after `after`. */
export async function listPeers(db: Db, after: string, limit: number): Promise<Peer[]> {
  const rows = await db.all(sql`SELECT * FROM peer WHERE host > ${after} ORDER BY host LIMIT ${limit}`);
  return rows.map(readPeer);
}

/** Peers heard from since `since`, most recent first. */
export async function listRecentPeers(db: Db, since: number, limit: number): Promise<string[]> {
  const rows = await db.all(sql`
    SELECT host FROM peer WHERE last_seen_at >= ${since} OR last_success_at >= ${since}
    ORDER BY CASE WHEN coalesce(last_seen_at, 0) > coalesce(last_success_at, 0)
      THEN last_seen_at ELSE last_success_at END DESC, host LIMIT ${limit}`);
  return rows.map((row) => text(row, "host"));
}

export async function saveDiscovery(
  tx: Tx,
  peer: {
    host: string;
    discovery: string;
    fetchedAt: number;
    rootKey: string;
    rootChangedAt: number | undefined;
  },
): Promise<void> {
  await tx.run(sql`
    INSERT INTO peer (host, policy, discovery, fetched_at, root_key, root_changed_at, first_seen_at)
    VALUES (${peer.host}, 'allow', ${peer.discovery}, ${peer.fetchedAt}, ${peer.rootKey},
      ${peer.rootChangedAt ?? null}, ${peer.fetchedAt})
    ON CONFLICT (host) DO UPDATE SET discovery = excluded.discovery, fetched_at = excluded.fetched_at,
      root_key = excluded.root_key, root_changed_at = excluded.root_changed_at`);
}

export async function markPeerSeen(tx: Tx, host: string, at: number): Promise<void> {
  await tx.run(sql`UPDATE peer SET last_seen_at = ${at} WHERE host = ${host}`);
}

export async function markPeerSuccess(tx: Tx, host: string, at: number): Promise<void> {
  await tx.run(sql`UPDATE peer SET last_success_at = ${at} WHERE host = ${host}`);
}

/** Forgets hosts that nothing was ever delivered to, unless they are blocked or have been heard of since `before`. */
export async function deleteStrangersBefore(tx: Tx, before: number): Promise<number> {
  return tx.run(sql`
    DELETE FROM peer
    WHERE policy = 'allow' AND last_success_at IS NULL AND first_seen_at < ${before}
      AND (last_seen_at IS NULL OR last_seen_at < ${before}) AND (fetched_at IS NULL OR fetched_at < ${before})`);
}

/** Of the hosts that nothing was ever delivered to, the blocked aside, leaves the `most` that were heard of last. */
export async function deleteStrangersBeyond(tx: Tx, most: number): Promise<number> {
  return tx.run(sql`
    DELETE FROM peer WHERE host IN (
      SELECT host FROM peer WHERE policy = 'allow' AND last_success_at IS NULL
      ORDER BY coalesce(last_seen_at, fetched_at, first_seen_at) DESC, host
      LIMIT ${allRows} OFFSET ${most})`);
}

/** To allow a host is to take it with the root key it has now, so a change of that is no longer noted. */
export async function setPeerPolicy(tx: Tx, host: string, policy: PeerPolicy, now: number): Promise<void> {
  await tx.run(sql`
    INSERT INTO peer (host, policy, first_seen_at) VALUES (${host}, ${policy}, ${now})
    ON CONFLICT (host) DO UPDATE SET policy = excluded.policy,
      root_changed_at = CASE WHEN excluded.policy = 'allow' THEN NULL ELSE peer.root_changed_at END`);
}

function readPeer(row: Row): Peer {
  return {
    host: text(row, "host"),
    policy: text(row, "policy") === "block" ? "block" : "allow",
    discovery: optionalText(row, "discovery"),
    fetchedAt: optionalInt(row, "fetched_at"),
    rootKey: optionalText(row, "root_key"),
    rootChangedAt: optionalInt(row, "root_changed_at"),
    firstSeenAt: int(row, "first_seen_at"),
    lastSeenAt: optionalInt(row, "last_seen_at"),
    lastSuccessAt: optionalInt(row, "last_success_at"),
  };
}
