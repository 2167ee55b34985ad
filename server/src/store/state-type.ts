/** The sorts of things in an account that have a state and can be heard of (RFC 8620 §1.6.2, §7.1). */
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
] as const;

export type StateType = (typeof stateTypes)[number];
