import type { Problem } from "@posthorn/protocol";

/** What one attempt brought for one recipient. A failure is for good and only ever the peer's signed word. */
export type RecipientResult =
  | { state: "delivered" | "held" }
  | { state: "failed"; problem: Problem }
  | { state: "deferred"; problem: Problem };

/** What one attempt at a host brought. `unreachable` says nothing about any message, only about the host. */
export type DeliveryResult = Answered | Unreachable;

export interface Answered {
  kind: "answered";
  /** By delivery. One that is neither here nor in `lacking` got no answer and is tried again. */
  results: ReadonlyMap<number, RecipientResult>;
  /** Messages whose blobs the host wants first; they are to be carried there, which may take long. */
  lacking: readonly Lacking[];
}

export interface Lacking {
  message: Outgoing;
  hashes: readonly string[];
}

export interface Unreachable {
  kind: "unreachable";
  problem: Problem;
  retryAfterS: number | undefined;
}

/** One message with the deliveries that this attempt is for, keyed by their ids. */
export interface Outgoing {
  messageId: string;
  accountId: number;
  bytes: Uint8Array;
  recipients: readonly { deliveryId: number; id: string }[];
}
