/** From simple input to a message of the wire. */
import {
  formatTime,
  type Message,
  ProblemError,
  parseAddress,
  problem,
  readMessage,
  uuidV7,
} from "@posthorn/protocol";
import { dateOfId } from "./date-of-id.ts";
import type { Draft, DraftTarget } from "./draft.ts";
import type { Platform } from "./platform.ts";

const encoder = new TextEncoder();

/**
 * The message of a draft, with an id of its own where the draft has none, and the date of its id, so that the same draft
 * of the same id is the same message whenever it is composed. It is checked as a server would: throws ProblemError
 * `invalidMessage`, `badAddress` or `tooLarge` with the pointer of the field at fault. The same message may be sent again
 * and again and is delivered once.
 */
export function compose(platform: Pick<Platform, "clock" | "randomBytes">, draft: Draft): Message {
  const now = platform.clock.now();
  const { from, to, cc, id = uuidV7(now, platform.randomBytes(16)), date, ...content } = draft;
  const recipients = to ?? impliedRecipients(draft);
  const value = {
    ...content,
    id,
    date: date ?? dateOfId(id) ?? formatTime(now),
    ...senderOf(draft),
    ...("target" in draft && typeof draft.target === "object" ? { target: readTarget(draft.target) } : {}),
    ...(recipients === undefined ? {} : { to: readAddresses(recipients, "/to") }),
    ...(cc === undefined ? {} : { cc: readAddresses(cc, "/cc") }),
  };
  // Read back from its bytes, so that what JSON cannot carry, and what is too large, is found here too.
  return readMessage(encoder.encode(JSON.stringify(value)));
}

function senderOf(draft: Draft): object {
  const sender = readAddress(draft.from, "/from");
  if (draft.type === "calendar_invite" || draft.type === "calendar_cancel") return { organizer: sender };
  if (draft.type !== "calendar_reply") return { from: sender };
  return { from: sender, organizer: readAddress(draft.organizer, "/organizer") };
}

/** Where a message goes that can only go to one place. */
function impliedRecipients(draft: Draft): readonly string[] | undefined {
  if (draft.type === "calendar_reply") return [draft.organizer];
  return draft.type === "receipt" ? [draft.target.from] : undefined;
}

function readTarget({ id, from }: DraftTarget): object {
  return { id, from: readAddress(from, "/target/from") };
}

function readAddresses(texts: readonly string[], pointer: string): object[] {
  return texts.map((text, index) => readAddress(text, `${pointer}/${index}`));
}

/** As `parseAddress`, saying which field it was. */
function readAddress(text: string, pointer: string): object {
  try {
    return parseAddress(text);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    throw new ProblemError(problem("badAddress", error.problem.detail, { pointer }));
  }
}
