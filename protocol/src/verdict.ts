import { type Static, Type } from "typebox";
import { AddressIdSchema } from "./address.ts";
import { HostSchema } from "./host.ts";
import { limits } from "./limits.ts";
import { whole } from "./number.ts";
import { ProblemSchema } from "./problem.ts";
import { TimeSchema } from "./time.ts";
import { UuidSchema } from "./uuid.ts";

/** What became of a message for one recipient. `held` waits for the recipient's consent. */
export const RecipientVerdictSchema = Type.Object({
  id: AddressIdSchema,
  host: HostSchema,
  status: Type.Enum(["delivered", "held", "refused"]),
  problem: Type.Optional(ProblemSchema),
});

export type RecipientVerdict = Static<typeof RecipientVerdictSchema>;

/** Names the store a server runs on; it changes when the store is made anew or set back to a backup (§50.8). */
export const IncarnationSchema = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: "^[A-Za-z0-9_-]{1,64}$",
  description: "a name of a store, of letters, digits, hyphen and underscore",
});

const recipients = Type.Array(RecipientVerdictSchema, { maxItems: limits.recipients });

/**
 * A receiver's answer about one message (§50.4). `status` is 200 when somebody has it (delivered or held), else the
 * status of `problem`. `id` is null only when the message could not be read so far. `incarnation` names the store that
 * took it, so that a sender can notice that a peer was set back to an older backup.
 */
export const VerdictSchema = Type.Object({
  id: Type.Union([UuidSchema, Type.Null()]),
  status: whole(599, 200),
  deliveredAt: Type.Optional(TimeSchema),
  incarnation: Type.Optional(IncarnationSchema),
  recipients,
  problem: Type.Optional(ProblemSchema),
});

export type Verdict = Static<typeof VerdictSchema>;

/** The problem that answers a single message which nobody accepted; it says so for each recipient. */
export const RefusalSchema = Type.Object({
  ...ProblemSchema.properties,
  recipients: Type.Optional(recipients),
});

export type Refusal = Static<typeof RefusalSchema>;
