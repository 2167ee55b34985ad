/** What an account has sent, and how it stands with each recipient. */
import { formatTime, ProblemSchema, type SendRecipient, shape } from "@posthorn/protocol";
import { type Delivery, listDeliveriesOf } from "../store/delivery-store.ts";
import { listObjectsById } from "../store/object-store.ts";
import type { Db } from "../store/sql.ts";
import { listSubmissionsOf, type Submission } from "../store/submission-store.ts";

/** Whether what was sent can still be taken back, has been, or neither. */
export type Undo = "pending" | "final" | "canceled";

export interface Sent {
  /** The object of the message in the account. */
  objectId: number;
  messageId: string;
  /** Undefined when nothing is left by which it could be told. */
  conversation: string | undefined;
  /** The address it is from; undefined when the message is gone. */
  sender: string | undefined;
  identityId: number | undefined;
  createdAt: number;
  /** When it was or will be sent. */
  sendAt: number;
  undo: Undo;
  /** Of everybody it names, and of those it does not. */
  deliveries: readonly Delivery[];
}

/** Those of these objects that were sent, in no order. */
export async function readSent(db: Db, accountId: number, objectIds: readonly number[]): Promise<Sent[]> {
  const submissions = await listSubmissionsOf(db, accountId, objectIds);
  const messages = submissions.map(({ messageId }) => messageId);
  const deliveries = groupBy(await listDeliveriesOf(db, accountId, messages), ({ messageId }) => messageId);
  const beside = groupBy(submissions, ({ shownWith }) => shownWith);
  const objects = new Map((await listObjectsById(db, accountId, objectIds)).map((one) => [one.id, one]));
  return submissions
    .filter(({ shownWith }) => shownWith === undefined)
    .map((submission): Sent => {
      const { objectId, messageId, identityId, createdAt, heldUntil } = submission;
      const all = [submission, ...(beside.get(objectId) ?? [])].flatMap(
        (one: Submission) => deliveries.get(one.messageId) ?? [],
      );
      const object = objects.get(objectId);
      return {
        objectId,
        messageId,
        conversation: object?.conversation ?? all[0]?.lane.split("/")[0],
        sender: object?.sender,
        identityId,
        createdAt,
        sendAt: heldUntil ?? createdAt,
        undo: undoOf(all),
        deliveries: all,
      };
    });
}

/** It can be taken back until the first attempt for any of them. */
function undoOf(deliveries: readonly Delivery[]): Undo {
  if (deliveries.every(({ state }) => state === "cancelled")) return "canceled";
  const isUntouched = deliveries.every(
    ({ settledAt, attemptCount }) => settledAt === undefined && attemptCount === 0,
  );
  return isUntouched ? "pending" : "final";
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

const problemShape = shape(ProblemSchema);

/** How one recipient's copy stands. */
export function recipientOf(delivery: Delivery): SendRecipient {
  const unsettled = delivery.settledAt === undefined;
  const delivered = delivery.state === "delivered" || delivery.state === "held";
  return {
    address: `${delivery.recipient}@${delivery.host}`,
    status: delivery.state,
    attempts: delivery.attemptCount,
    ...(unsettled && delivery.state !== "sending"
      ? { nextAttemptAt: formatTime(delivery.nextAttemptAt) }
      : {}),
    ...(delivered && delivery.settledAt !== undefined ? { deliveredAt: formatTime(delivery.settledAt) } : {}),
    ...(delivery.problem === undefined ? {} : { problem: problemShape.parse(JSON.parse(delivery.problem)) }),
  };
}
