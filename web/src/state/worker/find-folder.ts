/** The mailboxes that have a part in the client, by that. */
import type { Mailbox } from "@posthorn/protocol";
import type { RolePlace } from "../place.ts";
import type { Desk } from "./desk.ts";

const roles: Readonly<Record<string, RolePlace>> = {
  inbox: "inbox",
  sent: "sent",
  drafts: "drafts",
  archive: "archive",
  junk: "junk",
  trash: "trash",
  snoozed: "snoozed",
  screener: "screener",
};

/** Null for a label. */
export function roleOf({ role, system }: Pick<Mailbox, "role" | "system">): RolePlace | null {
  return roles[role ?? system ?? ""] ?? null;
}

/** The mailbox of a role; undefined before the first contact with the server. */
export async function findFolder({ map }: Desk, role: RolePlace): Promise<{ id: string } | undefined> {
  return (await map.mailboxes()).find((mailbox) => roleOf(mailbox) === role);
}
