/** Mailboxes as a tree, where a query wants them so (RFC 8621 §2.3). */
import type { Mailbox } from "../store/mailbox-store.ts";

type Ordered = (a: Mailbox, b: Mailbox) => number;

/** Those of which all that they lie in is among these too. */
export function wholeBranches(some: readonly Mailbox[]): Mailbox[] {
  const there = new Map(some.map((mailbox) => [mailbox.id, mailbox]));
  const isWhole = ({ parentId }: Mailbox): boolean => {
    if (parentId === undefined) return true;
    const parent = there.get(parentId);
    return parent !== undefined && isWhole(parent);
  };
  return some.filter(isWhole);
}

/** Each mailbox before those that lie in it, and those of one mailbox in an order. `all` tells what lies where. */
export function sortAsTree(some: readonly Mailbox[], all: readonly Mailbox[], order: Ordered): Mailbox[] {
  const wanted = new Set(some.map(({ id }) => id));
  const children = Map.groupBy(all, ({ parentId }) => parentId);
  const below = (parentId: number | undefined): Mailbox[] =>
    (children.get(parentId) ?? []).toSorted(order).flatMap((mailbox) => [mailbox, ...below(mailbox.id)]);
  return below(undefined).filter(({ id }) => wanted.has(id));
}

/** These mailboxes and all that lies in them, by id. */
export function withBranches(ids: ReadonlySet<number>, all: readonly Mailbox[]): Set<number> {
  const children = Map.groupBy(all, ({ parentId }) => parentId);
  const found = new Set<number>();
  const add = (id: number) => {
    if (found.has(id)) return;
    found.add(id);
    for (const child of children.get(id) ?? []) add(child.id);
  };
  for (const id of ids) add(id);
  return found;
}
