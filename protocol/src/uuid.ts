import { type Static, Type } from "typebox";

/** UUID version 7 (RFC 9562 §5.7) in lower case: how every message is named. */
export const UuidSchema = Type.String({
  minLength: 36,
  maxLength: 36,
  pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
  description: "a UUID of version 7 in lower case",
});

export type Uuid = Static<typeof UuidSchema>;

/**
 * What a message answers and the conversation it belongs to: a message's id, or that of a mail which was imported, a UUID of
 * version 8 that is made of its Message-ID (§85.12), so that all who have that mail name it alike.
 */
export const ReferenceSchema = Type.String({
  minLength: 36,
  maxLength: 36,
  pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
  description: "a UUID of version 7 or 8 in lower case",
});

/**
 * Makes a UUIDv7 of a time in milliseconds since 1970 (0 to 2^48-1) and sixteen random bytes, of which the last ten
 * are used, less the bits for version and variant.
 */
export function uuidV7(nowMs: number, random16bytes: Uint8Array): Uuid {
  if (!(nowMs >= 0 && nowMs < 2 ** 48))
    throw new RangeError("The time of a UUIDv7 is 48 bits of milliseconds.");
  if (random16bytes.length !== 16) throw new RangeError("A UUIDv7 takes sixteen random bytes.");
  const bytes = Uint8Array.from(random16bytes);
  const view = new DataView(bytes.buffer);
  const ms = Math.floor(nowMs);
  view.setUint32(0, Math.floor(ms / 2 ** 16));
  view.setUint16(4, ms % 2 ** 16);
  view.setUint8(6, 0x70 | (view.getUint8(6) & 0x0f));
  view.setUint8(8, 0x80 | (view.getUint8(8) & 0x3f));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
