/**
 * Whether values fit a schema, for browsers; the same answers as check.ts. A page's content security policy forbids to
 * make functions from text, and even to try it is a breach that is reported, so the schema is read anew for each value.
 */
import type { TSchema } from "typebox";
import { Check as fits } from "typebox/schema";
import type { Check } from "./check.ts";

export function makeCheck<const Schema extends TSchema>(schema: Schema): Check<Schema> {
  return (value) => fits(schema, value);
}
