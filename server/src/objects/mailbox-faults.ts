/** What the owner of an account may not do to its mailboxes (RFC 8621 §2). */
import { limits } from "@posthorn/protocol";
import type { Mailbox, MailboxFields } from "../store/mailbox-store.ts";

/** As many as one Mailbox/get answers, so that a client can always ask for all of them. */
export const mostMailboxes = 500;
/** That a message lies in. */
export const mostMailboxesOfMessage = 100;
const mostMailboxDepth = 10;

/** Why a mailbox was not written; `field` is what is at fault. */
export type MailboxFault =
  | { fault: "invalid"; field: "name" | "parentId"; sentence: string }
  | {
      fault: "forbidden" | "overQuota" | "mailboxHasChild" | "mailboxHasEmail" | "tooLarge";
      sentence: string;
    };

/** As Net-Unicode is written (RFC 5198 §3), which names of mailboxes are (RFC 8621 §2). */
export function normalized(fields: MailboxFields): MailboxFields {
  return { ...fields, name: fields.name.normalize("NFC") };
}

/** How a mailbox is written. */
export interface MailboxWriting {
  now: number;
  /** Its name may be another's that is going to lose it in the same transaction; see `haveNameTwice`. */
  mayClash: boolean;
}

/** Why a mailbox cannot be as it is to be among all of its account; undefined when it can. `id` is left out for a new one. */
export function findMailboxFault(
  all: readonly Mailbox[],
  made: MailboxFields & { id?: number },
  { now, mayClash }: MailboxWriting,
): MailboxFault | undefined {
  const name = made.name.normalize("NFC");
  return (
    findNameFault(name) ??
    findPlaceFault(all, made, now) ??
    (!mayClash && all.some((other) => other.id !== made.id && isSamePlace(other, { ...made, name }))
      ? { fault: "invalid", field: "name", sentence: `There is a mailbox “${name}” there already.` }
      : undefined)
  );
}

function findNameFault(name: string): MailboxFault | undefined {
  const fault = (sentence: string): MailboxFault => ({ fault: "invalid", field: "name", sentence });
  if (name === "") return fault("A mailbox has a name.");
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name))
    return fault("A mailbox's name is one line without control characters.");
  if (Buffer.byteLength(name) > limits.mailboxName) {
    return fault(`A mailbox's name has ${limits.mailboxName} bytes of UTF-8 at most.`);
  }
  return undefined;
}

function findPlaceFault(
  all: readonly Mailbox[],
  { id, parentId }: Pick<MailboxFields, "parentId"> & { id?: number },
  now: number,
): MailboxFault | undefined {
  if (parentId === undefined) return undefined;
  const fault = (sentence: string): MailboxFault => ({ fault: "invalid", field: "parentId", sentence });
  const above = parentsOf(all, parentId);
  if (above === undefined) return fault("There is no such mailbox to put it in.");
  if (all.some((one) => one.id === parentId && isDoomed(one, now) && !isIn(all, id, parentId))) {
    return fault("The mailbox to put it in is being deleted.");
  }
  if (id !== undefined && above.includes(id)) return fault("A mailbox cannot lie in itself.");
  if (above.length + depthOf(all, id) > mostMailboxDepth) {
    return fault(`Mailboxes can lie ${mostMailboxDepth} deep.`);
  }
  return undefined;
}

function isDoomed({ doomedUntil }: Mailbox, now: number): boolean {
  return doomedUntil !== undefined && doomedUntil > now;
}

function isIn(all: readonly Mailbox[], id: number | undefined, parentId: number): boolean {
  return all.some((one) => one.id === id && one.parentId === parentId);
}

/** Whether of some that lie together two have one name. */
export function haveNameTwice(all: readonly Mailbox[]): boolean {
  const places = new Set(all.map(({ parentId, name }) => JSON.stringify([parentId, name.toLowerCase()])));
  return places.size < all.length;
}

/** Mailboxes that lie together differ in more than the case of their letters. */
function isSamePlace(one: MailboxFields, other: MailboxFields): boolean {
  return one.parentId === other.parentId && one.name.toLowerCase() === other.name.toLowerCase();
}

/** How many levels a mailbox takes with all that lies in it. */
function depthOf(all: readonly Mailbox[], id: number | undefined): number {
  let depth = 1;
  let level = all.filter(({ parentId }) => id !== undefined && parentId === id);
  while (level.length > 0 && depth <= mostMailboxDepth) {
    const ids = new Set(level.map((mailbox) => mailbox.id));
    level = all.filter(({ parentId }) => parentId !== undefined && ids.has(parentId));
    depth += 1;
  }
  return depth;
}

/** The mailbox and those it lies in, the nearest first; undefined when it is not there. */
function parentsOf(all: readonly Mailbox[], id: number): number[] | undefined {
  const found: number[] = [];
  for (let at: number | undefined = id; at !== undefined && !found.includes(at); ) {
    const mailbox = all.find((one) => one.id === at);
    if (mailbox === undefined) return found.length === 0 ? undefined : found;
    found.push(mailbox.id);
    at = mailbox.parentId;
  }
  return found;
}
