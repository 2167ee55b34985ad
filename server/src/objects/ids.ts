/**
 * Ids as clients see them. They begin with a letter that says what they name (RFC 8620 §1.2 advises a letter), so that
 * an id given where another sort is due names nothing instead of something else.
 */

const prefixes = {
  account: "a",
  mailbox: "f",
  email: "m",
  submission: "s",
  identity: "i",
  rule: "r",
} as const;

export type IdSort = keyof typeof prefixes;

export function formatId(sort: IdSort, id: number): string {
  return `${prefixes[sort]}${id}`;
}

/** Undefined for what names nothing of this sort. */
export function findId(sort: IdSort, text: string): number | undefined {
  return text.startsWith(prefixes[sort]) && /^.(?:0|[1-9]\d{0,14})$/.test(text)
    ? Number(text.slice(1))
    : undefined;
}

export function formatThreadId(conversation: string): string {
  return `t${conversation}`;
}

/** The conversation of a thread's id; undefined for what is none. */
export function findConversation(text: string): string | undefined {
  return /^t[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text) ? text.slice(1) : undefined;
}

export function formatState(state: number): string {
  return String(state);
}

/** Undefined for what was never a state. */
export function findState(text: string): number | undefined {
  return /^(?:0|[1-9]\d{0,14})$/.test(text) ? Number(text) : undefined;
}
