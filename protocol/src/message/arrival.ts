import { type Static, Type } from "typebox";
import { KeyIdSchema } from "../api/keys.ts";
import { limits } from "../limits.ts";
import { shape } from "../shape.ts";
import { readJson } from "../strict-json.ts";
import { base64Url } from "../text.ts";

const closed = { additionalProperties: false };

/**
 * A message that came in the open for an account that takes sealed mail: its server has sealed its bytes to the account
 * on arrival (§100.12). Stands where the message's own bytes would.
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
  return "arrivalSeal" in value ? arrivalShape.parse(value, "invalidMessage") : undefined;
}
