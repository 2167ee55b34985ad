import { type Static, Type } from "typebox";
import { type Address, AddressSchema } from "./address.ts";
import { limits } from "./limits.ts";
import { TypeNameSchema } from "./message/type-name.ts";
import { fail } from "./problem.ts";
import { TimeSchema } from "./time.ts";
import { UuidSchema } from "./uuid.ts";

const recipients = Type.Array(AddressSchema, { maxItems: limits.recipients });

/**
 * What a client hands in at `POST /email/send` (§80.4): a message whose `id`, `date`, `type` and sender may be left
 * out. The rest is held against the schema of its type once these are filled in.
 */
export const SubmissionSchema = Type.Object({
  id: Type.Optional(UuidSchema),
  type: Type.Optional(TypeNameSchema),
  from: Type.Optional(AddressSchema),
  to: Type.Optional(recipients),
  cc: Type.Optional(recipients),
  date: Type.Optional(TimeSchema),
});

export type Submission = Static<typeof SubmissionSchema>;

/**
 * Fills in what the client left out. `completed` tells whether anything was, and so whether the message must be
 * written anew; otherwise the client's own bytes go on as they are. Little else is checked here: `checkMessage` follows.
 * Throws ProblemError `invalidMessage` for what is no object, for blind copies, and for a sealed message that is not
 * complete, because its seal binds id and sender.
 */
export function completeSubmission(
  value: unknown,
  missing: { from: Address; id: string; date: string },
): { value: object; completed: boolean } {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    fail("invalidMessage", "A message is a JSON object.", { pointer: "" });
  }
  refuseBlindCopies(value);
  const additions: Record<string, unknown> = {};
  if (isAbsent(value, "id")) additions.id = missing.id;
  if (isAbsent(value, "date")) additions.date = missing.date;
  if (isAbsent(value, "from") && isAbsent(value, "organizer")) {
    additions[organizerSends(value) ? "organizer" : "from"] = missing.from;
  }
  if (isAbsent(value, "from") && "type" in value && value.type === "calendar_reply")
    additions.from = missing.from;
  const added = Object.keys(additions)[0];
  if (added === undefined) return { value, completed: false };
  if ("seal" in value) {
    fail("invalidMessage", `A sealed message must bring its own “${added}”: its seal depends on it.`, {
      pointer: `/${added}`,
    });
  }
  return { value: { ...additions, ...withoutNulls(value, additions) }, completed: true };
}

/** To everybody else it is a field like others that are not known, and would be shown to all who are written to (§20.1). */
function refuseBlindCopies(value: object): void {
  const field = Object.keys(value).find((name) => name.toLowerCase() === "bcc");
  if (field === undefined) return;
  fail(
    "invalidMessage",
    "There is no blind copy. Send it as a message of its own, to that recipient alone.",
    {
      pointer: `/${field}`,
    },
  );
}

function isAbsent(value: object, field: string): boolean {
  return !Object.hasOwn(value, field) || Reflect.get(value, field) === null;
}

function organizerSends(value: object): boolean {
  return "type" in value && (value.type === "calendar_invite" || value.type === "calendar_cancel");
}

/** The fields of `value` less those that are replaced, so that a null does not cover what was filled in. */
function withoutNulls(value: object, additions: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(value).filter(([field]) => !Object.hasOwn(additions, field)));
}
