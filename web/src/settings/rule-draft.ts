/** A rule as a form has it: each condition a kind and a text. What the form has no words for stays as it is. */
import type { Rule, RuleFields } from "@posthorn/client";

export const conditionKinds = [
  "from",
  "to",
  "host",
  "subject",
  "hasFiles",
  "noFiles",
  "larger",
  "smaller",
] as const;
export type ConditionKind = (typeof conditionKinds)[number];

export interface Condition {
  kind: ConditionKind;
  /** Of lists with commas between; of sizes in megabytes. */
  text: string;
}

export interface RuleDraft {
  name: string;
  conditions: Condition[];
  /** Ids of mailboxes that it is put into too. */
  labels: string[];
  skipInbox: boolean;
  isStarred: boolean;
  isRead: boolean;
  moveTo: "junk" | "trash" | null;
  stop: boolean;
}

export const newRule: RuleDraft = {
  name: "",
  conditions: [{ kind: "from", text: "" }],
  labels: [],
  skipInbox: false,
  isStarred: false,
  isRead: false,
  moveTo: null,
  stop: false,
};

const megabyte = 1_000_000;

export function draftOf({ name, conditions, actions }: Rule): RuleDraft {
  const found: Condition[] = [];
  for (const kind of ["from", "to", "host", "subject"] as const) {
    const words = conditions[kind];
    if (words !== undefined) found.push({ kind, text: words.join(", ") });
  }
  if (conditions.hasAttachment !== undefined)
    found.push({ kind: conditions.hasAttachment ? "hasFiles" : "noFiles", text: "" });
  if (conditions.minSize !== undefined)
    found.push({ kind: "larger", text: String(conditions.minSize / megabyte) });
  if (conditions.maxSize !== undefined)
    found.push({ kind: "smaller", text: String(conditions.maxSize / megabyte) });
  const keywords = actions.keywords ?? {};
  return {
    name,
    conditions: found,
    labels: Object.keys(actions.mailboxIds ?? {}),
    skipInbox: actions.skipInbox === true,
    isStarred: keywords.$flagged === true,
    isRead: keywords.$seen === true,
    moveTo: actions.moveTo ?? null,
    stop: actions.stop === true,
  };
}

/** What is missing before it can be kept. */
export function faultOfDraft(draft: RuleDraft): "emptyCondition" | "badSize" | "noAction" | undefined {
  for (const { kind, text } of draft.conditions) {
    if (isWords(kind) && wordsOf(text).length === 0) return "emptyCondition";
    if (isSize(kind) && sizeOf(text) === undefined) return "badSize";
  }
  const { labels, skipInbox, isStarred, isRead, moveTo } = draft;
  const does = labels.length > 0 || skipInbox || isStarred || isRead || moveTo !== null;
  return does ? undefined : "noAction";
}

/** As the server takes it. `before` is the rule that it changes. */
export function fieldsOf(draft: RuleDraft, before: Rule | undefined, sortOrder: number): RuleFields {
  const { cc, type } = before?.conditions ?? {};
  const conditions: RuleFields["conditions"] = {
    ...(cc === undefined ? {} : { cc }),
    ...(type === undefined ? {} : { type }),
  };
  for (const { kind, text } of draft.conditions) {
    if (isWords(kind)) conditions[kind] = [...new Set([...(conditions[kind] ?? []), ...wordsOf(text)])];
    else if (kind === "larger") conditions.minSize = sizeOf(text) ?? 0;
    else if (kind === "smaller") conditions.maxSize = sizeOf(text) ?? 0;
    else conditions.hasAttachment = kind === "hasFiles";
  }
  const { $seen: _, $flagged: __, ...others } = before?.actions.keywords ?? {};
  const keywords: Record<string, true> = { ...others };
  if (draft.isRead) keywords.$seen = true;
  if (draft.isStarred) keywords.$flagged = true;
  const mailboxIds = Object.fromEntries(draft.labels.map((id) => [id, true as const]));
  return {
    name: draft.name.trim(),
    sortOrder: before?.sortOrder ?? sortOrder,
    isEnabled: before?.isEnabled ?? true,
    conditions,
    actions: {
      ...(draft.labels.length === 0 ? {} : { mailboxIds }),
      ...(Object.keys(keywords).length === 0 ? {} : { keywords }),
      ...(draft.skipInbox ? { skipInbox: true } : {}),
      ...(draft.moveTo === null ? {} : { moveTo: draft.moveTo }),
      ...(draft.stop ? { stop: true } : {}),
    },
  };
}

export function isWords(kind: ConditionKind): kind is "from" | "to" | "host" | "subject" {
  return kind === "from" || kind === "to" || kind === "host" || kind === "subject";
}

export function isSize(kind: ConditionKind): kind is "larger" | "smaller" {
  return kind === "larger" || kind === "smaller";
}

function wordsOf(text: string): string[] {
  return text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

function sizeOf(text: string): number | undefined {
  const number = Number(text.trim().replace(",", "."));
  return text.trim() === "" || !(number >= 0) || number > 1_000_000
    ? undefined
    : Math.round(number * megabyte);
}
