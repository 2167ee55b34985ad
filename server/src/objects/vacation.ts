/** What is answered in an owner's absence (RFC 8621 §8), and whom. */
import {
  type Address,
  AddressSchema,
  accountOf,
  limits,
  oneLine,
  parseAddress,
  shape,
} from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import { htmlToText } from "../rfc5322/html-text.ts";
import { advanceState, lockAccount } from "../store/account-store.ts";
import { appendChange } from "../store/change-store.ts";
import type { StoredObject } from "../store/object-store.ts";
import type { Db, Tx } from "../store/sql.ts";
import {
  countVacationAnswers,
  findVacation,
  findVacationAnswer,
  saveVacation,
  saveVacationAnswer,
} from "../store/vacation-store.ts";
import { roles } from "./roles.ts";

const day = 24 * 3_600_000;
/** The same sender is answered once in this time (RFC 5230 §4.2 has as much for its default). */
export const answerOnceMs = 7 * day;
const mostAnswersADay = 500;

const time = Type.Union([Type.Integer(), Type.Null()]);

/** What its owner may say of it. Times are milliseconds since 1970. */
export const vacationFields = {
  isEnabled: Type.Boolean(),
  fromDate: time,
  toDate: time,
  subject: Type.Union([oneLine(limits.subject), Type.Null()]),
  textBody: Type.Union([Type.String({ maxLength: limits.body }), Type.Null()]),
  htmlBody: Type.Union([Type.String({ maxLength: limits.body }), Type.Null()]),
};

const VacationSchema = Type.Object(vacationFields);
const vacationShape = shape(VacationSchema);

export type Vacation = Static<typeof VacationSchema>;

export const noVacation: Vacation = {
  isEnabled: false,
  fromDate: null,
  toDate: null,
  subject: null,
  textBody: null,
  htmlBody: null,
};

export async function readVacation(db: Db, accountId: number): Promise<Vacation> {
  const stored = await findVacation(db, accountId);
  return stored === undefined ? noVacation : vacationShape.parse(JSON.parse(stored.fields));
}

/** What came before it is switched on is not answered. */
export async function changeVacation(tx: Tx, accountId: number, vacation: Vacation): Promise<void> {
  const state = await advanceState(tx, accountId, 0);
  if (state === undefined) throw new Error("a vacation has no account");
  const before = await findVacation(tx, accountId);
  const seenId = before?.isEnabled === true ? before.seenId : state;
  const { isEnabled } = vacation;
  await saveVacation(tx, { accountId, isEnabled, fields: JSON.stringify(vacation), seenId });
  await appendChange(tx, accountId, { type: "VacationResponse", state, objectId: 0, change: "updated" });
}

const summaryShape = shape(
  Type.Object({
    to: Type.Array(AddressSchema, { maxItems: limits.recipients }),
    cc: Type.Array(AddressSchema, { maxItems: limits.recipients }),
    automatic: Type.Optional(Type.Boolean()),
  }),
);

/** Where mail lies that nobody is answered for: what is the owner's own, not wanted, or not decided on. */
const unanswered: ReadonlySet<number> = new Set(
  (["drafts", "sent", "junk", "trash", "conversations", "screener"] as const).map((role) => roles[role].id),
);

/** Whether a message is one that is answered in its owner's absence, as far as it tells itself (RFC 3834 §2). */
export function isAnswered(vacation: Vacation, address: string, object: StoredObject, now: number): boolean {
  if (!vacation.isEnabled || object.format !== "posthorn" || object.type !== "email") return false;
  const { fromDate, toDate } = vacation;
  if (fromDate !== null && object.receivedAt < fromDate) return false;
  if (toDate !== null && (object.receivedAt >= toDate || now >= toDate)) return false;
  if (object.mailboxes.some((mailbox) => unanswered.has(mailbox))) return false;
  const sender = parseAddress(object.sender);
  if (accountOf(sender) === address || sender.id === "postmaster") return false;
  const { to, cc, automatic } = summaryShape.parse(JSON.parse(object.summary));
  return automatic !== true && [...to, ...cc].some((one) => accountOf(one) === address);
}

/**
 * Notes that a message is answered, so that its sender is not answered again soon. True for the message that was noted,
 * whenever that is asked again: its answer may have been lost.
 */
export async function takeAnswer(tx: Tx, object: StoredObject, now: number): Promise<boolean> {
  const { accountId, id: objectId } = object;
  await lockAccount(tx, accountId);
  const address = accountOf(parseAddress(object.sender));
  const known = await findVacationAnswer(tx, accountId, address);
  if (known?.objectId === objectId) return true;
  if (known !== undefined && known.answeredAt > now - answerOnceMs) return false;
  if ((await countVacationAnswers(tx, accountId, now - day)) >= mostAnswersADay) return false;
  await saveVacationAnswer(tx, accountId, { address, objectId, answeredAt: now });
  return true;
}

/**
 * The answer to a message, without what a server fills in. For the same message it is always the same, as long as its
 * owner says the same.
 */
export function writeAnswer(vacation: Vacation, object: StoredObject) {
  const { subject, textBody, htmlBody } = vacation;
  const html = htmlBody === null ? "" : htmlToText(htmlBody, { withLinks: true, mostUnits: htmlBody.length });
  const to: Address[] = [parseAddress(object.sender)];
  return {
    type: "email",
    to,
    subject: subject ?? defaultSubject(object.subject),
    body: textBody ?? html,
    inReplyTo: object.messageId,
    thread: object.conversation,
    automatic: true,
  };
}

/** Of what the server cannot read it does not know what it is about. */
function defaultSubject(subject: string | undefined): string {
  const words = "Automatic reply";
  if (subject === undefined || subject === "") return words;
  return [...`${words}: ${subject}`].slice(0, limits.subject).join("");
}
