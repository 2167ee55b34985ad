import { formatTime } from "@posthorn/protocol";

/** Dated so far before its first try, a message could be too old for its recipients before it is given up (§50.2). */
const oldestAtFirstTryMs = 4 * 24 * 3_600_000;
const newestAtFirstTryMs = 24 * 3_600_000;

/** Whether recipients take a message of this date that is first tried then, and go on taking it until it is given up. */
export function isDateToSend(sentAt: number, firstTryAt: number): boolean {
  return sentAt >= firstTryAt - oldestAtFirstTryMs && sentAt <= firstTryAt + newestAtFirstTryMs;
}

/** The date of a draft that says it was written then, as it is sent: its own where recipients take that. */
export function dateToSend(writtenAt: number, firstTryAt: number): string {
  return formatTime(isDateToSend(writtenAt, firstTryAt) ? writtenAt : firstTryAt);
}
