import { type Static, Type } from "typebox";
import { SendRecipientSchema } from "../api/send.ts";
import { limits } from "../limits.ts";
import { IdSchema } from "./id.ts";

/** What has become of a message that was sent (RFC 8621 §7). */
export const EmailSubmissionSchema = Type.Object({
  id: IdSchema,
  emailId: IdSchema,
  sendAt: Type.String({ maxLength: 100 }),
  undoStatus: Type.String({ maxLength: 100 }),
  /** Ours (§85.40): where each recipient's copy stands. */
  recipients: Type.Array(SendRecipientSchema, { maxItems: limits.recipients }),
});

export type EmailSubmission = Static<typeof EmailSubmissionSchema>;
