import { Type } from "typebox";
import { limits } from "../limits.ts";
import { personName } from "../text.ts";
import { hidden } from "./routing.ts";

/** What somebody calls themselves (§20.7). It is their word: shown to people, never believed, and nobody is reached by it. */
export const PersonNameSchema = personName(limits.fromName);

/** Of every type that a person writes. */
export const author = { fromName: Type.Optional(PersonNameSchema) };

/** The same in a sealed message, whose servers do not learn it. */
export const hiddenAuthor = { fromName: hidden } satisfies Record<keyof typeof author, typeof hidden>;
