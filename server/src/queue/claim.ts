import {
  type Delivery,
  leaseDelivery,
  listWaiting,
  lockHostForClaim,
  readMessageBytes,
} from "../store/delivery-store.ts";
import { findBackoff } from "../store/host-backoff-store.ts";
import type { Tx } from "../store/sql.ts";

/** One message with those of its recipients at this host that are due. */
export interface ClaimedMessage {
  accountId: number;
  objectId: number;
  messageId: string;
  bytes: Uint8Array;
  deliveries: Delivery[];
}

export interface Claim {
  messages: ClaimedMessage[];
  /** Tried at least once and past their time: to be given up without another try. */
  expired: Delivery[];
  /** When the next delivery to this host is due; undefined when nothing else waits. */
  nextDueAt: number | undefined;
}

export interface ClaimLimits {
  messages: number;
  bytes: number;
  leaseMs: number;
}

const pageSize = 200;
const whileAnotherClaimsMs = 200;

/**
 * Takes what is due for a host, in the order it was accepted, and writes each attempt before it is made. A delivery
 * whose lane has an earlier one that is leased or waits for its next try is passed over, so an edit never overtakes its
 * message. One that waits for its own hour (a schedule, an undo) holds up nobody: submit sets what refers to it behind it.
 */
export async function claim(tx: Tx, host: string, now: number, limits: ClaimLimits): Promise<Claim> {
  const taken: Claim = { messages: [], expired: [], nextDueAt: undefined };
  if (!(await lockHostForClaim(tx, host))) return { ...taken, nextDueAt: now + whileAnotherClaimsMs };
  const backoff = await findBackoff(tx, host);
  const notBefore = backoff?.notBefore ?? 0;
  const waitingLanes = new Set<string>();
  let sizeBytes = 0;
  let after = 0;
  while (true) {
    const page = await listWaiting(tx, host, after, pageSize);
    for (const delivery of page) {
      after = delivery.id;
      const scheduled = delivery.attemptCount === 0 && delivery.nextAttemptAt > now;
      if (delivery.nextAttemptAt > now || waitingLanes.has(delivery.lane)) {
        if (!scheduled) waitingLanes.add(delivery.lane);
        taken.nextDueAt = earliest(taken.nextDueAt, Math.max(delivery.nextAttemptAt, notBefore));
        continue;
      }
      if (delivery.attemptCount > 0 && delivery.expiresAt <= now) {
        taken.expired.push(delivery);
        continue;
      }
      if (notBefore > now) {
        taken.nextDueAt = earliest(taken.nextDueAt, notBefore);
        continue;
      }
      const last = taken.messages.at(-1);
      if (
        last !== undefined &&
        last.accountId === delivery.accountId &&
        last.objectId === delivery.objectId
      ) {
        last.deliveries.push(await lease(tx, delivery, now + limits.leaseMs));
        continue;
      }
      const bytes = await readMessageBytes(tx, delivery.accountId, delivery.objectId);
      const full =
        taken.messages.length === limits.messages || sizeBytes + (bytes?.length ?? 0) > limits.bytes;
      if (full && taken.messages.length > 0) return { ...taken, nextDueAt: now };
      sizeBytes += bytes?.length ?? 0;
      taken.messages.push({
        accountId: delivery.accountId,
        objectId: delivery.objectId,
        messageId: delivery.messageId,
        bytes: bytes ?? new Uint8Array(),
        deliveries: [await lease(tx, delivery, now + limits.leaseMs)],
      });
    }
    if (page.length < pageSize) return taken;
  }
}

async function lease(tx: Tx, delivery: Delivery, until: number): Promise<Delivery> {
  await leaseDelivery(tx, delivery.id, until);
  return { ...delivery, state: "sending", attemptCount: delivery.attemptCount + 1, nextAttemptAt: until };
}

function earliest(known: number | undefined, candidate: number): number {
  return known === undefined ? candidate : Math.min(known, candidate);
}
