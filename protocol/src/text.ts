import { Type } from "typebox";

/** One line for people: no control characters (C0, DEL, C1) and no line separators, `maxLength` code points. */
export function oneLine(maxLength: number, minLength = 0) {
  return Type.String({
    minLength,
    maxLength,
    pattern: "^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$",
    description: "text on one line, without control characters",
  });
}

/** What a person calls themselves: as `oneLine`, and without what turns the direction of reading (UAX #9, explicit marks). */
export function personName(maxLength: number, minLength = 1) {
  return Type.String({
    minLength,
    maxLength,
    pattern: "^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069]*$",
    description:
      "a name on one line, without control characters and those that turn the direction of reading",
  });
}

/** Text that may run over lines, `maxLength` code points. */
export function manyLines(maxLength: number, minLength = 0) {
  return Type.String({ minLength, maxLength, description: "text" });
}

/** Base64url without padding (RFC 4648 §5), `minLength` to `maxLength` characters. */
export function base64Url(maxLength: number, minLength = 1) {
  return Type.String({
    minLength,
    maxLength,
    pattern: "^[A-Za-z0-9_-]+$",
    description: "base64url without padding",
  });
}
