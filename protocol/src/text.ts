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
