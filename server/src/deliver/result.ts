import type { Problem } from "@posthorn/protocol";

/**
 * What one attempt brought for one recipient. A failure is for good: it is the peer's signed word, or ours about a
 * message that this server cannot handle itself.
 */
export type RecipientResult =
  | { state: "delivered" | "held" }
  | { state: "failed"; problem: Problem }
  | { state: "deferred"; problem: Problem };

/** What one attempt at a host brought: for each message, and of the host, which are two things (§50.7). */
export interface DeliveryResult {
  /** By delivery. One that is neither here nor in `lacking` got no answer and is tried again. */
  results: ReadonlyMap<number, RecipientResult>;
  /** Messages whose blobs the host wants first; they are to be carried there, which may take long. */
  lacking: readonly Lacking[];
  host: HostResult;
}

/** What an attempt says of the host. */
export type HostResult =
  /** It gave its signed word on all that it was asked. */
  | { kind: "answered" }
  /** It gave none. */
  | Unreachable
  /** It gave some, and then no more. */
  | (Silence & { kind: "fellSilent" })
  /** The attempt ended for a reason that is not the host's. */
  | { kind: "untold" };

export interface Silence {
  problem: Problem;
  retryAfterS: number | undefined;
}

export interface Unreachable extends Silence {
  kind: "unreachable";
  /** True for a signed 500: the host is there and failed at this one request. */
  failedAtRequest?: boolean;
}

export interface Lacking {
  message: Outgoing;
  hashes: readonly string[];
}

/** One message with the deliveries that this attempt is for, keyed by their ids. */
export interface Outgoing {
  messageId: string;
  accountId: number;
  bytes: Uint8Array;
  recipients: readonly { deliveryId: number; id: string }[];
}

/** What an attempt brought that ended before the host was asked anything. */
export const untold: DeliveryResult = { results: new Map(), lacking: [], host: { kind: "untold" } };
