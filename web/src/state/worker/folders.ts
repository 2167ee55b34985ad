/** The mailboxes of an account as a sidebar shows them, and what lies where. */
import { aliases, countMailboxes } from "@posthorn/client";
import { type Place, placeKey, type RolePlace } from "../place.ts";
import type { Desk } from "./desk.ts";
import { findFolder, roleOf } from "./find-folder.ts";
import { countDrafts } from "./list-drafts.ts";
import { searchOrder } from "./search-threads.ts";
import { type Belongs, orderThreads, type ThreadOrder, whenCome, whenWaking } from "./thread-order.ts";

export interface Folder {
  id: string;
  name: string;
  parentId: string | null;
  role: RolePlace | null;
  total: number;
  unread: number;
  /** It was called so before the server knew of it. */
  formerIds: string[];
}

/** Those that have a role first, in its order. */
export async function listFolders(desk: Desk): Promise<Folder[]> {
  const { mail } = desk;
  const drafts = await countDrafts(desk);
  const all = await countMailboxes(mail.store);
  const former = await mail.store.list(aliases);
  return all
    .filter((mailbox) => mailbox.system !== "conversations")
    .toSorted((a, b) => a.sortOrder - b.sortOrder || a.name.localeCompare(b.name))
    .map((mailbox) => ({
      id: mailbox.id,
      name: mailbox.name,
      parentId: mailbox.parentId,
      role: roleOf(mailbox),
      total: mailbox.totalEmails + (roleOf(mailbox) === "drafts" ? drafts : 0),
      unread: mailbox.unreadEmails,
      formerIds: former.flatMap(({ id, now }) => (now === mailbox.id ? [id] : [])),
    }));
}

/** The threads of a place, in order. */
export async function orderOf(desk: Desk, place: Place): Promise<ThreadOrder | undefined> {
  if (place.kind === "search") return searchOrder(desk, place.query, desk.onFound);
  const key = placeKey(place);
  const known = desk.orders.get(key);
  if (known !== undefined) return known;
  const mailbox = await mailboxOf(desk, place);
  if (mailbox === null) return undefined;
  await desk.map.newestOf(mailbox?.id);
  const belongs = await belongsTo(desk, place, mailbox);
  const made =
    desk.orders.get(key) ?? orderThreads(desk.map, belongs, isLater(place) ? whenWaking : whenCome);
  desk.orders.set(key, made);
  return made;
}

export function isLater(place: Place): boolean {
  return place.kind === "role" && place.role === "snoozed";
}

/** The one whose list it is, undefined for a list over all; null before the first contact with the server. */
async function mailboxOf(
  desk: Desk,
  place: Exclude<Place, { kind: "search" }>,
): Promise<{ id: string } | undefined | null> {
  if (place.kind === "label") return { id: place.id };
  return place.kind === "role" ? ((await findFolder(desk, place.role)) ?? null) : undefined;
}

async function belongsTo(
  desk: Desk,
  { kind }: Exclude<Place, { kind: "search" }>,
  mailbox: { id: string } | undefined,
): Promise<Belongs> {
  if (mailbox !== undefined) return ({ mailboxIds, isMail }) => isMail && mailboxIds.includes(mailbox.id);
  const hidden = new Set<string>();
  for (const role of ["trash", "junk", "screener"] as const) {
    const id = (await findFolder(desk, role))?.id;
    if (id !== undefined) hidden.add(id);
  }
  const isShown: Belongs = ({ mailboxIds, isMail }) => isMail && !mailboxIds.some((id) => hidden.has(id));
  return kind === "starred" ? (entry) => entry.isFlagged && isShown(entry) : isShown;
}
