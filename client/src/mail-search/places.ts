/** What people call the mailboxes of an account. */
import type { Mailbox } from "@posthorn/protocol";

export interface Place {
  /** Its name, its path, its role. */
  names: readonly string[];
  /** Whether a person has made it. */
  isLabel: boolean;
}

/** By the mailboxes' ids. */
export function placesOf(all: readonly Mailbox[]): Map<string, Place> {
  const byId = new Map(all.map((mailbox) => [mailbox.id, mailbox]));
  return new Map(
    all.map((mailbox) => {
      const { id, name, role, system } = mailbox;
      const names = [name, pathOf(mailbox, byId), role, system].filter((word) => word !== null);
      return [id, { names, isLabel: role === null && system === null }];
    }),
  );
}

function pathOf(mailbox: Mailbox, byId: ReadonlyMap<string, Mailbox>): string {
  const names = [mailbox.name];
  const seen = new Set([mailbox.id]);
  for (let at = byId.get(mailbox.parentId ?? ""); at !== undefined && !seen.has(at.id); ) {
    seen.add(at.id);
    names.unshift(at.name);
    at = byId.get(at.parentId ?? "");
  }
  return names.join("/");
}
