/** The keywords and mailboxes of an Email as clients write them (RFC 8621 §4.1.1). */
import { limits } from "@posthorn/protocol";
import { Type } from "typebox";
import { findId, formatId } from "../../objects/ids.ts";
import { isKeyword } from "../../objects/keywords.ts";
import { mostMailboxesOfMessage } from "../../objects/mailbox-faults.ts";
import { resolveId } from "./arguments.ts";
import { type Arguments, type MethodCall, refuseObject } from "./method.ts";

/** A set, as JMAP writes one. */
export const SetSchema = Type.Record(Type.String(), Type.Literal(true));

type WireSet = Readonly<Record<string, true>>;

/** Names as a set of the wire. */
export function wireSet(names: readonly string[]): WireSet {
  return Object.fromEntries(names.map((name) => [name, true as const]));
}

export function mailboxIdsOf(mailboxes: readonly number[]): WireSet {
  return wireSet(mailboxes.map((id) => formatId("mailbox", id)));
}

/** Keywords in lower case, each once. Throws SetFailure `invalidProperties`, `tooManyKeywords`. */
export function readKeywords(wanted: WireSet): string[] {
  const keywords = [...new Set(Object.keys(wanted).map((word) => word.toLowerCase()))];
  const wrong = keywords.find((word) => !isKeyword(word));
  if (wrong !== undefined) {
    const sentence = `“${wrong.slice(0, 100)}” is no keyword: 1 to ${limits.keyword} printable characters of ASCII, none of ( ) { ] % * " \\`;
    refuseObject("invalidProperties", `${sentence}.`, { properties: ["keywords"] });
  }
  if (keywords.length > limits.keywords) {
    refuseObject("tooManyKeywords", `A message can carry ${limits.keywords} keywords.`);
  }
  return keywords;
}

/** The mailboxes of these ids, of those that there are. Throws SetFailure `invalidProperties`, `tooManyMailboxes`. */
export function readMailboxIds(call: MethodCall, wanted: WireSet, there: ReadonlySet<number>): number[] {
  const properties = ["mailboxIds"];
  refuseManyMailboxes(wanted);
  const ids = Object.keys(wanted).map((id) => findId("mailbox", resolveId(call, id) ?? ""));
  const known = ids.filter((id) => id !== undefined).filter((id) => there.has(id));
  if (known.length < ids.length) {
    refuseObject("invalidProperties", "There is no such mailbox in this account.", { properties });
  }
  if (known.length === 0) {
    const sentence = "A message lies in one mailbox at least. To be rid of it destroy it.";
    refuseObject("invalidProperties", sentence, { properties });
  }
  return [...new Set(known)];
}

/** Throws SetFailure `tooManyMailboxes`. */
export function refuseManyMailboxes(wanted: WireSet): void {
  if (Object.keys(wanted).length <= mostMailboxesOfMessage) return;
  refuseObject("tooManyMailboxes", `A message can lie in ${mostMailboxesOfMessage} mailboxes.`);
}

/**
 * The arguments of an Email/set with the keywords that its patches name in lower case, as they are kept: so a patch means
 * a keyword whatever its case.
 */
export function withLowerKeywords(args: Arguments): Arguments {
  const { update } = args;
  if (typeof update !== "object" || update === null) return args;
  const entries = Object.entries(update).map(([id, patch]: [string, unknown]) => [id, lowerPaths(patch)]);
  return { ...args, update: Object.fromEntries(entries) };
}

function lowerPaths(patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  return Object.fromEntries(
    Object.entries(patch).map(([path, value]) => [
      path.startsWith("keywords/") ? path.toLowerCase() : path,
      value,
    ]),
  );
}
