/** Whether a letter can go as it is, and what has to be said of it before. */
import type { LetterFields } from "../state/worker/letter-content.ts";
import type { LetterFile } from "../state/worker/letter-files.ts";
import { hasBlank } from "./template-text.ts";
import type { Lookup } from "./use-recipients.ts";

/**
 * `ready` · `nobody` it goes to nobody · `wrong` these cannot be written to · `compare` these have another identity than was
 * compared · `mixed` some have keys and these have none · `open` nobody of them has · `files` not all files have gone up ·
 * `failedFiles` some cannot · `blank` the name that a template has left room for is missing.
 */
export type Check =
  | { kind: "ready" }
  | { kind: "nobody" }
  | { kind: "wrong"; addresses: string[] }
  | { kind: "compare"; addresses: string[] }
  | { kind: "mixed"; addresses: string[] }
  | { kind: "open"; addresses: string[] }
  | { kind: "blank" }
  | { kind: "failedFiles" }
  | { kind: "files" };

/**
 * What stands against sending first. Who is still looked for does not, nor who is to get it although they must be compared
 * again: `agreed.keys` are the identity keys of which somebody has said so; or a blank that is meant as it is: `agreed.blank`.
 */
export function checkLetter(
  { to, cc, body }: Pick<LetterFields, "to" | "cc" | "body">,
  lookups: ReadonlyMap<string, Lookup>,
  files: readonly Pick<LetterFile, "state">[],
  agreed: { keys: readonly string[]; blank: boolean } = { keys: [], blank: false },
): Check {
  const all = [...new Set([...to, ...cc])];
  const those = (...states: Lookup["state"][]) =>
    all.filter((address) => states.includes(lookups.get(address)?.state ?? "looking"));
  if (all.length === 0) return { kind: "nobody" };
  const wrong = those("bad", "notFound", "refused");
  if (wrong.length > 0) return { kind: "wrong", addresses: wrong };
  const changed = those("mustCompare").filter(
    (address) => !agreed.keys.includes(lookups.get(address)?.changed?.identityKey ?? ""),
  );
  if (changed.length > 0) return { kind: "compare", addresses: changed };
  const open = those("open");
  if (open.length > 0 && open.length < all.length) return { kind: "mixed", addresses: open };
  if (hasBlank(body) && !agreed.blank) return { kind: "blank" };
  if (files.some(({ state }) => state === "failed")) return { kind: "failedFiles" };
  if (files.some(({ state }) => state !== "done")) return { kind: "files" };
  return open.length > 0 ? { kind: "open", addresses: open } : { kind: "ready" };
}
