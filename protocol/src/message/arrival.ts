import { type Static, Type } from "typebox";
import { KeyIdSchema } from "../api/keys.ts";
import { limits } from "../limits.ts";
import { shape } from "../shape.ts";
import { readJson } from "../strict-json.ts";
import { base64Url } from "../text.ts";
import { SealedAttachmentSchema } from "./attachment.ts";
import { checkFiles } from "./rules.ts";

const closed = { additionalProperties: false };

/**
 * A message that came in the open for an account that takes sealed mail: its server has sealed its bytes to the account
 * on arrival (§100.12). Stands where the message's own bytes would. `attachments` are its files, sealed: one for each of
 * the message inside, and none when they were left as they came.
 */
export const ArrivalSchema = Type.Object(
  {
    arrivalSeal: Type.Object(
      {
        suite: Type.Literal("posthorn-arrival-1"),
        keyId: KeyIdSchema,
        enc: base64Url(1494, 1494),
        wrap: base64Url(64, 64),
      },
      closed,
    ),
    sealedMessage: base64Url(limits.sealedArrival),
    attachments: Type.Optional(
      Type.Array(SealedAttachmentSchema, { minItems: 1, maxItems: limits.attachments }),
    ),
  },
  closed,
);

export type Arrival = Static<typeof ArrivalSchema>;

const arrivalShape = shape(ArrivalSchema);

/**
 * What was sealed on arrival; undefined when the bytes are not that, and then they are read as a message. Every message
 * has an id and may have members that nobody knows, this one among them; what was sealed on arrival has no id. Throws
 * ProblemError `badJson` or `invalidMessage`.
 */
export function findArrival(bytes: Uint8Array): Arrival | undefined {
  const value = readJson(bytes, { maxBytes: limits.arrivalBytes });
  if (typeof value !== "object" || value === null || "id" in value) return undefined;
  if (!("arrivalSeal" in value)) return undefined;
  const arrival = arrivalShape.parse(value, "invalidMessage");
  checkFiles(arrival.attachments ?? []);
  return arrival;
}
