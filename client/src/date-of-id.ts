import { formatTime, shape, UuidSchema } from "@posthorn/protocol";

const uuid = shape(UuidSchema);
/** The end of the year 9999, beyond which RFC 3339 has no times. */
const endMs = Date.UTC(10_000, 0, 1);

/**
 * When an id was made, in RFC 3339 and UTC: the first 48 bits of a UUIDv7 are milliseconds since 1970 (RFC 9562 §5.7).
 * Undefined when it is no such id. A message that is written anew under its old id has its old date by it.
 */
export function dateOfId(id: string): string | undefined {
  if (!uuid.matches(id)) return undefined;
  const ms = Number.parseInt(id.slice(0, 13).replace("-", ""), 16);
  return ms < endMs ? formatTime(ms) : undefined;
}
