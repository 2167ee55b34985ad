import {
  type Delivery,
  type DueDelivery,
  findNextDueAt,
  isWaitedFor,
  leaseDelivery,
  listDue,
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
 * Takes what is due for a host and writes each attempt before it is made. A delivery whose lane has an earlier one that
 * is not taken too (it is leased, or waits for its next try) is passed over, so an edit never overtakes its message. The
 * work is that of what is taken, however much waits.
 */
export async function claim(tx: Tx, host: string, now: number, limits: ClaimLimits): Promise<Claim> {
  const nothing: Claim = { messages: [], expired: [], nextDueAt: undefined };
  if (!(await lockHostForClaim(tx, host))) return { ...nothing, nextDueAt: now + whileAnotherClaimsMs };
  const backoff = await findBackoff(tx, host);
  if (backoff !== undefined && backoff.notBefore > now) {
    return { ...nothing, nextDueAt: (await isWaitedFor(tx, host)) ? backoff.notBefore : undefined };
  }
  const taken = new Taken(limits, now);
  let after = { nextAttemptAt: -1, id: 0 };
  while (true) {
    const page = await listDue(tx, host, now, after, pageSize);
    for (const delivery of page) {
      after = delivery;
      if (!(await taken.take(tx, delivery))) return taken.claim(now);
    }
    if (page.length < pageSize) return taken.claim(await findNextDueAt(tx, host, now));
  }
}

/** A claim as it grows. */
class Taken {
  readonly #limits: ClaimLimits;
  readonly #now: number;
  readonly #messages = new Map<string, ClaimedMessage>();
  readonly #expired: Delivery[] = [];
  readonly #ids = new Set<number>();
  #sizeBytes = 0;

  constructor(limits: ClaimLimits, now: number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Takes a delivery, or passes it over because of its lane. False when it does not fit any more. */
  async take(tx: Tx, delivery: DueDelivery): Promise<boolean> {
    if (delivery.follows !== undefined && !this.#ids.has(delivery.follows)) return true;
    if (delivery.attemptCount > 0 && delivery.expiresAt <= this.#now) {
      this.#ids.add(delivery.id);
      this.#expired.push(delivery);
      return true;
    }
    const message = await this.#messageOf(tx, delivery);
    if (message === undefined) return false;
    this.#ids.add(delivery.id);
    message.deliveries.push(await lease(tx, delivery, this.#now + this.#limits.leaseMs));
    return true;
  }

  /** In the order they were accepted, which within a lane is the order they must keep. */
  claim(nextDueAt: number | undefined): Claim {
    const messages = [...this.#messages.values()].sort((a, b) => firstId(a) - firstId(b));
    return { messages, expired: this.#expired, nextDueAt };
  }

  /** The message of a delivery with its bytes; undefined when it does not fit any more. The first always fits. */
  async #messageOf(
    tx: Tx,
    { accountId, objectId, messageId }: Delivery,
  ): Promise<ClaimedMessage | undefined> {
    const key = `${accountId}/${objectId}`;
    const known = this.#messages.get(key);
    if (known !== undefined) return known;
    const isFull = this.#messages.size === this.#limits.messages;
    const bytes = isFull ? undefined : await readMessageBytes(tx, accountId, objectId);
    const sizeBytes = this.#sizeBytes + (bytes?.length ?? 0);
    if (isFull || (this.#messages.size > 0 && sizeBytes > this.#limits.bytes)) return undefined;
    this.#sizeBytes = sizeBytes;
    const message = { accountId, objectId, messageId, bytes: bytes ?? new Uint8Array(), deliveries: [] };
    this.#messages.set(key, message);
    return message;
  }
}

function firstId(message: ClaimedMessage): number {
  return message.deliveries[0]?.id ?? 0;
}

async function lease(tx: Tx, delivery: Delivery, until: number): Promise<Delivery> {
  await leaseDelivery(tx, delivery.id, until);
  return { ...delivery, state: "sending", attemptCount: delivery.attemptCount + 1, nextAttemptAt: until };
}
