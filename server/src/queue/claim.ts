import { blobsOf, ProblemError, readMessage, targetIdOf } from "@posthorn/protocol";
import {
  findNextDueAt,
  isWaitedFor,
  leaseDeliveries,
  listDue,
  listFollowers,
  lockHostForClaim,
} from "../store/delivery-lease-store.ts";
import type { Delivery } from "../store/delivery-store.ts";
import { findBackoff } from "../store/host-backoff-store.ts";
import { findMessageBytes } from "../store/object-store.ts";
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
/** What one claim takes at most, so that neither its transaction nor the peer's answer grows without bound. */
const mostDeliveries = 2_000;
const mostExpired = 200;
const whileAnotherClaimsMs = 200;

/**
 * Takes what is due for a host and writes each attempt before it is made. What waits for an earlier one of its lane is
 * not looked at, however much that is; it goes with the earlier one only where it cannot come to overtake it.
 */
export async function claim(tx: Tx, host: string, now: number, limits: ClaimLimits): Promise<Claim> {
  const nothing: Claim = { messages: [], expired: [], nextDueAt: undefined };
  if (!(await lockHostForClaim(tx, host))) return { ...nothing, nextDueAt: now + whileAnotherClaimsMs };
  const backoff = await findBackoff(tx, host);
  if (backoff !== undefined && backoff.notBefore > now) {
    return { ...nothing, nextDueAt: (await isWaitedFor(tx, host)) ? backoff.notBefore : undefined };
  }
  const taken = new Taken(limits, now);
  const isAll = (await takeDue(tx, host, now, taken)) && (await takeFollowers(tx, now, taken));
  const claimed = await taken.claim(tx);
  return { ...claimed, nextDueAt: isAll ? await findNextDueAt(tx, host, now) : now };
}

/** False when something that is due did not fit. */
async function takeDue(tx: Tx, host: string, now: number, taken: Taken): Promise<boolean> {
  let after = { nextAttemptAt: -1, id: 0 };
  while (true) {
    const page = await listDue(tx, host, now, after, pageSize);
    for (const delivery of page) {
      after = delivery;
      if (!(await taken.take(tx, delivery))) return false;
    }
    if (page.length < pageSize) return true;
  }
}

/** What comes next in the lanes of what was taken, and what comes after that. False when something did not fit. */
async function takeFollowers(tx: Tx, now: number, taken: Taken): Promise<boolean> {
  let before = taken.ids();
  while (before.length > 0) {
    const followers = await listFollowers(tx, before, now);
    for (const delivery of followers) {
      if (!(await taken.take(tx, delivery))) return false;
    }
    before = followers.map(({ id }) => id).filter((id) => taken.has(id));
  }
  return true;
}

/** A claim as it grows. */
class Taken {
  readonly #limits: ClaimLimits;
  readonly #now: number;
  readonly #leaseUntil: number;
  readonly #messages = new Map<string, ClaimedMessage>();
  readonly #expired: Delivery[] = [];
  /** By the id of a delivery taken its message; undefined for one that is given up. */
  readonly #taken = new Map<number, ClaimedMessage | undefined>();
  #sizeBytes = 0;
  #leased = 0;

  constructor(limits: ClaimLimits, now: number) {
    this.#limits = limits;
    this.#now = now;
    this.#leaseUntil = now + limits.leaseMs;
  }

  has(id: number): boolean {
    return this.#taken.has(id);
  }

  ids(): number[] {
    return [...this.#taken.keys()];
  }

  /** Takes a delivery, or leaves it to wait for the one before it. False when it does not fit any more. */
  async take(tx: Tx, delivery: Delivery): Promise<boolean> {
    if (delivery.attemptCount > 0 && delivery.expiresAt <= this.#now) {
      if (this.#expired.length === mostExpired) return false;
      this.#taken.set(delivery.id, undefined);
      this.#expired.push(delivery);
      return true;
    }
    if (this.#leased === mostDeliveries) return false;
    const bytes = await this.#bytesOf(tx, delivery);
    if (bytes === undefined) return false;
    const before = delivery.waitsFor === undefined ? undefined : this.#taken.get(delivery.waitsFor);
    if (before !== undefined && (this.#comesEarlier(delivery, before) || mustWait(before.bytes, bytes))) {
      return true;
    }
    const message = this.#add(delivery, bytes);
    this.#taken.set(delivery.id, message);
    this.#leased++;
    const { attemptCount } = delivery;
    const attempted = { ...delivery, attemptCount: attemptCount + 1, nextAttemptAt: this.#leaseUntil };
    message.deliveries.push({ ...attempted, state: "sending" });
    return true;
  }

  /** Leased, in an order that keeps that of each lane. */
  async claim(tx: Tx): Promise<Pick<Claim, "messages" | "expired">> {
    const messages = [...this.#messages.values()].sort((a, b) => byPlace(placeOf(a), placeOf(b)));
    const ids = messages.flatMap(({ deliveries }) => deliveries.map(({ id }) => id));
    await leaseDeliveries(tx, ids, this.#leaseUntil);
    return { messages, expired: this.#expired };
  }

  /**
   * Whether the delivery's message goes in this batch before the one that it waits for. A message has one place in a
   * batch, and once the clock has stepped back the lanes of two messages may differ in which of them is the first.
   */
  #comesEarlier(delivery: Delivery, before: ClaimedMessage): boolean {
    const known = this.#messages.get(keyOf(delivery));
    return byPlace(known === undefined ? delivery : placeOf(known), placeOf(before)) < 0;
  }

  /** The bytes of a delivery's message; undefined when it does not fit any more. The first always fits. */
  async #bytesOf(tx: Tx, delivery: Delivery): Promise<Uint8Array | undefined> {
    const known = this.#messages.get(keyOf(delivery));
    if (known !== undefined) return known.bytes;
    if (this.#messages.size === this.#limits.messages) return undefined;
    const { accountId, objectId } = delivery;
    const bytes = (await findMessageBytes(tx, accountId, objectId)) ?? new Uint8Array();
    const isTooMuch = this.#messages.size > 0 && this.#sizeBytes + bytes.length > this.#limits.bytes;
    return isTooMuch ? undefined : bytes;
  }

  #add(delivery: Delivery, bytes: Uint8Array): ClaimedMessage {
    const key = keyOf(delivery);
    const known = this.#messages.get(key);
    if (known !== undefined) return known;
    const { accountId, objectId, messageId } = delivery;
    const message = { accountId, objectId, messageId, bytes, deliveries: [] };
    this.#sizeBytes += bytes.length;
    this.#messages.set(key, message);
    return message;
  }
}

/**
 * Whether the later of two messages of a lane cannot go in one batch with the earlier: it refers to another, or the
 * earlier has files, for which the host will ask first (§50.6).
 */
function mustWait(earlier: Uint8Array, later: Uint8Array): boolean {
  try {
    return targetIdOf(readMessage(later)) !== undefined || blobsOf(readMessage(earlier)).length > 0;
  } catch (error) {
    if (error instanceof ProblemError) return true;
    throw error;
  }
}

function keyOf({ accountId, objectId }: Delivery): string {
  return `${accountId}/${objectId}`;
}

type Place = Pick<Delivery, "laneAt" | "id">;

/** Where a message goes in its batch: as the first of its deliveries that was taken does in its lane. */
function placeOf({ deliveries: [first] }: ClaimedMessage): Place {
  if (first === undefined) throw new Error("a message was claimed for nobody");
  return first;
}

function byPlace(one: Place, other: Place): number {
  return one.laneAt - other.laneAt || one.id - other.id;
}
