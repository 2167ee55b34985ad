import { Type } from "typebox";
import { limits } from "./limits.ts";

/** A whole number from 0 (or `minimum`) to `maximum`. */
export function whole(maximum: number, minimum = 0) {
  return Type.Integer({ minimum, maximum, description: `a whole number from ${minimum} to ${maximum}` });
}

/** A size in bytes of something that may be as large as a file. */
export const FileSizeSchema = whole(limits.fileBytes);
