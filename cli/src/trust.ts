/** What a person is told of how far a message can be trusted: by what was verified here, never by what a server says. */
import type { ComparedAgain, Opened } from "@posthorn/client";
import { formatAddress, senderOf } from "@posthorn/protocol";
import { localTime } from "./times.ts";

/**
 * For programs. Sealed: `self` written by the account · `compared`, `notCompared` by a contact · `changed` by a contact
 * whose identity has changed since it was compared · `formerKey` by an identity that was given up · `doubted` by the keys
 * that were believed before, while the server shows others that are not. In the open: `open` · `unexpected`, which its
 * sender would have sealed.
 */
export type Trust =
  | "self"
  | "compared"
  | "notCompared"
  | "changed"
  | "formerKey"
  | "doubted"
  | "open"
  | "unexpected";

export function trustOf(opened: Opened): Trust {
  if (opened.kind === "open") return opened.unexpected ? "unexpected" : "open";
  const { sender } = opened;
  if (sender.kind !== "known") return sender.kind;
  if (sender.doubt !== undefined) return "doubted";
  return sender.isCompared ? "compared" : "notCompared";
}

export function isSealed(trust: Trust): boolean {
  return trust !== "open" && trust !== "unexpected";
}

/** What stands in a list before a message that must not be shown as its sender's without a word of warning. */
export const listWarnings: Readonly<Partial<Record<Trust, string>>> = {
  changed: "(identity changed)",
  formerKey: "(former identity)",
  doubted: "(keys in doubt)",
  unexpected: "(may be forged)",
};

/** A sentence or two for a person. `next` makes a command to be typed next. */
export function trustWords(opened: Opened, self: string, next: (command: string) => string): string {
  const from = formatAddress(senderOf(opened.message));
  if (opened.kind === "open") {
    if (opened.unexpected) {
      return `WARNING: This came in the open, and ${from} has keys and would have sealed it: it may be forged. Do not believe it before you have asked them.`;
    }
    return from === self
      ? "Went in the open: servers on the way could read it."
      : "Came in the open: servers on the way could read it, and nobody has signed it.";
  }
  const { sender } = opened;
  switch (sender.kind) {
    case "self":
      return "Sealed, from you.";
    case "known": {
      const words = `Sealed, from ${from} (${sender.isCompared ? "compared" : "not compared"}).`;
      return sender.doubt === undefined ? words : `${words}\nWARNING: ${sender.doubt}`;
    }
    case "changed": {
      return `WARNING: Sealed, but ${whyChanged(from, sender.why)}: this may be from somebody else. To compare it again: ${next(`verify ${from}`)}`;
    }
    case "formerKey":
      return `WARNING: Sealed, but by an identity that ${from === self ? "you" : from} gave up on ${localTime(sender.until)}, perhaps because it was stolen: whoever has it could have written this.`;
  }
}

function whyChanged(from: string, why: ComparedAgain): string {
  switch (why) {
    case "newKey":
      return `the identity of ${from} has changed since you compared it`;
    case "reset":
      return `the identity of ${from} has changed since you compared it, and nobody vouches for the new one`;
    case "differs":
      return `you and ${from} have found that your safety numbers are not the same`;
  }
}

/** That the message before it is not here. */
export const missingWords =
  "A message that its sender wrote before this one is missing: it was kept back on the way, has not come yet, or was deleted here.";
