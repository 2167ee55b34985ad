export const stateTypes = [
  "Email",
  "Mailbox",
  "Thread",
  "EmailSubmission",
  "Identity",
  "VacationResponse",
  "Quota",
  "Record",
  "Sender",
  "Rule",
  "Account",
  "EmailDelivery",
  "InboxDelivery",
] as const;

/**
 * What a client can hear of that it has changed (RFC 8620 §7.1): the types of JMAP, ours, and two that change when a message
 * has come and by nothing else: EmailDelivery by any (RFC 8621 §1.5), InboxDelivery by one that lies unread in the inbox.
 */
export type StateType = (typeof stateTypes)[number];

const known: ReadonlySet<string> = new Set(stateTypes);

export function isStateType(text: string): text is StateType {
  return known.has(text);
}
