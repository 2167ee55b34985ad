/**
 * Whether values fit a schema, by a function that is made from it. A browser's build has check-browser.ts in its place.
 */
import type { Static, TSchema } from "typebox";
import { Compile } from "typebox/compile";

export type Check<Schema extends TSchema> = (value: unknown) => value is Static<Schema>;

export function makeCheck<const Schema extends TSchema>(schema: Schema): Check<Schema> {
  const validator = Compile(schema);
  return (value) => validator.Check(value);
}
