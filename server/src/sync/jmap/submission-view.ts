/** An EmailSubmission as clients see it (RFC 8621 §7). */
import { capabilities, type SendRecipient } from "@posthorn/protocol";
import { firstIdentity } from "../../objects/identities.ts";
import { formatId, formatThreadId } from "../../objects/ids.ts";
import { recipientOf, type Sent } from "../../objects/sent.ts";
import { shortTime } from "./email-view.ts";
import type { MethodCall } from "./method.ts";

export const submissionProperties = [
  "id",
  "identityId",
  "emailId",
  "threadId",
  "envelope",
  "sendAt",
  "undoStatus",
  "deliveryStatus",
  "dsnBlobIds",
  "mdnBlobIds",
] as const;

/** What else it has for clients that use our capability (§85). */
export function ourSubmissionProperties({ using }: Pick<MethodCall, "using">): readonly string[] {
  return using.has(capabilities.posthorn) ? ["recipients"] : [];
}

/** What was sent, with all that a client could ask for. `address` is the account's own. */
export function submissionView(sent: Sent, address: string) {
  const { objectId, conversation, sender, identityId, createdAt, sendAt, undo, deliveries } = sent;
  const recipients = deliveries.map(recipientOf);
  const isHeld = sendAt > createdAt;
  return {
    id: formatId("submission", objectId),
    identityId: formatId("identity", identityId ?? firstIdentity),
    emailId: formatId("email", objectId),
    threadId: conversation === undefined ? null : formatThreadId(conversation),
    envelope: {
      mailFrom: {
        email: sender ?? address,
        parameters: isHeld ? { HOLDUNTIL: shortTime(sendAt) } : null,
      },
      rcptTo: recipients.map((recipient) => ({ email: recipient.address, parameters: null })),
    },
    sendAt: shortTime(sendAt),
    undoStatus: undo,
    deliveryStatus: Object.fromEntries(
      recipients.map((recipient) => [recipient.address, deliveryStatus(recipient)]),
    ),
    dsnBlobIds: [],
    mdnBlobIds: [],
    recipients,
  };
}

interface DeliveryStatus {
  /** There is no SMTP here: a reply that says in its form what is known (§7, deliveryStatus). */
  smtpReply: string;
  delivered: "queued" | "yes" | "no" | "unknown";
  displayed: "unknown";
}

function deliveryStatus(recipient: SendRecipient): DeliveryStatus {
  const host = recipient.address.slice(recipient.address.indexOf("@") + 1);
  const [delivered, code, sentence] = statusOf(recipient, host);
  return { smtpReply: `${code} ${oneLine(sentence)}`, delivered, displayed: "unknown" };
}

function statusOf(
  { status, nextAttemptAt, problem }: SendRecipient,
  host: string,
): [DeliveryStatus["delivered"], code: string, sentence: string] {
  const reason = problem?.detail ?? `${host} gave no reason.`;
  switch (status) {
    case "queued":
      return ["queued", "250 2.0.0", `Waits to be sent to ${host}.`];
    case "sending":
      return ["queued", "250 2.0.0", `On its way to ${host}.`];
    case "retrying":
      return ["queued", "451 4.4.1", `${reason} Tried again at ${nextAttemptAt}.`];
    case "delivered":
      return ["yes", "250 2.1.5", `${host} has stored it for the recipient.`];
    case "held":
      return [
        "yes",
        "250 2.1.5",
        `${host} has stored it. The recipient has not yet said whether to take mail from you.`,
      ];
    case "failed":
      return ["no", refusalCodes[problem?.code ?? ""] ?? "554 5.0.0", reason];
    case "expired":
      return ["no", "554 5.4.7", `Given up. ${reason}`];
    case "cancelled":
      return ["no", "554 5.7.0", "You have taken it back before it was sent."];
  }
}

/** Enhanced status codes (RFC 3463) of what recipients' servers say. */
const refusalCodes: Readonly<Record<string, string>> = {
  recipientUnknown: "550 5.1.1",
  recipientGone: "550 5.1.6",
  notAllowed: "550 5.7.1",
  peerBlocked: "550 5.7.1",
  mailboxFull: "552 5.2.2",
  tooLarge: "552 5.3.4",
  messageTooOld: "554 5.4.7",
};

/** A reply is one line of bounded length (RFC 5321 §4.5.3.1.5). */
function oneLine(sentence: string): string {
  return sentence.replaceAll(/[\s\p{Cc}]+/gu, " ").slice(0, 480);
}
