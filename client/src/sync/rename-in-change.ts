import type { RuleFields } from "../rules.ts";
import type { Change, EmailChange } from "./change.ts";
import type { WayBack } from "./way-back.ts";

/** The change with a mailbox called otherwise in it. */
export function renameInChange(change: Change, from: string, to: string): Change {
  const renamed = (id: string): string => (id === from ? to : id);
  if (change.on === "emails") return { ...change, change: renameInEmailChange(change.change, renamed) };
  if (change.on !== "mailbox") return change;
  const { kind } = change.change;
  if (kind === "destroy") return { ...change, id: renamed(change.id) };
  const { parentId } = change.change;
  const inParent = parentId === undefined || parentId === null ? {} : { parentId: renamed(parentId) };
  return { ...change, id: renamed(change.id), change: { ...change.change, ...inParent } };
}

function renameInEmailChange(change: EmailChange, renamed: (id: string) => string): EmailChange {
  switch (change.kind) {
    case "mailboxes":
      return { ...change, add: change.add.map(renamed), remove: change.remove.map(renamed) };
    case "moveTo":
      return { ...change, mailboxId: renamed(change.mailboxId) };
    case "snooze":
      return { ...change, mailboxId: renamed(change.mailboxId), back: change.back.map(renamed) };
    case "keywords":
    case "destroy":
      return change;
  }
}

/** The same in what takes a decision back: rules name mailboxes. */
export function renameInWayBack(wayBack: WayBack, from: string, to: string): WayBack {
  if (wayBack.on !== "rule") return wayBack;
  const { is, was } = wayBack;
  return { ...wayBack, is: is && renameInRule(is, from, to), was: was && renameInRule(was, from, to) };
}

function renameInRule(rule: RuleFields, from: string, to: string): RuleFields {
  const { mailboxIds, ...others } = rule.actions;
  if (mailboxIds?.[from] !== true) return rule;
  const { [from]: _, ...rest } = mailboxIds;
  return { ...rule, actions: { ...others, mailboxIds: { ...rest, [to]: true } } };
}
