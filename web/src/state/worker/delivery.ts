/** Where the copies of what one has sent stand. */
import { type EmailRow, type Mail, submissions } from "@posthorn/client";
import type { SendRecipient } from "@posthorn/protocol";

export interface Delivery {
  address: string;
  state: SendRecipient["status"];
  mark: DeliveryMark;
  /** When the recipient's server has taken it. */
  deliveredAtMs: number | null;
  /** When it is tried again. */
  nextAtMs: number | null;
  /** Why it is not there yet, or will not be, as its server tells it. */
  why: string | null;
  code: string | null;
}

/** As the postmark draws it. */
export type DeliveryMark = "queued" | "delivered" | "failed";

/** By the ids of these messages; who did not send them has nothing of them. */
export async function readDeliveries(
  { store }: Mail,
  rows: readonly Pick<EmailRow, "id">[],
): Promise<Map<string, Delivery[]>> {
  const found = await store.getMany(
    submissions,
    rows.map(({ id }) => submissionOf(id)),
  );
  return new Map(
    rows.flatMap(({ id }, at): [string, Delivery[]][] => {
      const sent = found[at];
      return sent === undefined ? [] : [[id, sent.recipients.map(deliveryOf)]];
    }),
  );
}

/** A message and how it is handed on have the same number. */
function submissionOf(emailId: string): string {
  return emailId.replace(/^m/, "s");
}

function deliveryOf(recipient: SendRecipient): Delivery {
  const { address, status, deliveredAt, nextAttemptAt, problem } = recipient;
  return {
    address,
    state: status,
    mark: marks[status],
    deliveredAtMs: msOf(deliveredAt),
    nextAtMs: msOf(nextAttemptAt),
    why: problem === undefined ? null : (problem.detail ?? problem.title),
    code: problem?.code ?? null,
  };
}

function msOf(time: string | undefined): number | null {
  return time === undefined ? null : Date.parse(time) || null;
}

const marks: Readonly<Record<Delivery["state"], DeliveryMark>> = {
  queued: "queued",
  sending: "queued",
  retrying: "queued",
  // Whoever is asked about has been delivered to; what they decide is theirs to tell.
  held: "delivered",
  delivered: "delivered",
  failed: "failed",
  expired: "failed",
  cancelled: "failed",
};

const worstFirst: readonly DeliveryMark[] = ["failed", "queued", "delivered"];

/** Of several copies the one that stands worst; null where nothing was sent. */
export function worstMark(deliveries: readonly Pick<Delivery, "mark">[]): DeliveryMark | null {
  const there = new Set(deliveries.map(({ mark }) => mark));
  return worstFirst.find((mark) => there.has(mark)) ?? null;
}
