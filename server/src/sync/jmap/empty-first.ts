import type { Clock } from "../../env/env.ts";
import { findId } from "../../objects/ids.ts";
import { emptySomeOf, mostInOne } from "../../objects/mailboxes.ts";
import { firstOwnMailbox } from "../../objects/roles.ts";
import { isStateOf } from "../../objects/states.ts";
import { listMailboxes, type Mailbox, markDoomed } from "../../store/mailbox-store.ts";
import type { Db, Store, Tx } from "../../store/sql.ts";
import { resolveId } from "./arguments.ts";
import { holdingAccount } from "./hold-account.ts";
import type { MethodCall } from "./method.ts";
import type { SetWanted } from "./set.ts";

/** After so long without a step nothing more is to be expected of who emptied them. */
const betweenStepsMs = 60_000;

interface EmptyContext {
  store: Store;
  clock: Clock;
}

/**
 * Empties the large mailboxes that a Mailbox/set is going to destroy with their messages, in steps that others come in
 * between. Not for a call that also puts a mailbox into one of them, which keeps that from going, or that makes or changes
 * some in a state it names; and each step sees anew that nothing keeps it. Till they are gone others can put no mailbox into them. Answers whether `ifInState` was held against what there was before.
 */
export async function emptyFirst(
  { store, clock }: EmptyContext,
  call: MethodCall,
  wanted: SetWanted,
): Promise<boolean> {
  const { accountId } = call.caller;
  const mailboxOf = (id: unknown) =>
    typeof id === "string" ? findId("mailbox", resolveId(call, id) ?? "") : undefined;
  const doomed = new Set(wanted.destroy.map(mailboxOf));
  doomed.delete(undefined);
  const others = [...wanted.create, ...wanted.update];
  // What others write between the steps must not be overwritten by what names a state before them.
  if (others.length > 0 && wanted.ifInState !== undefined) return false;
  const placed = others.map(([, { parentId }]) => mailboxOf(parentId));
  if (placed.some((id) => doomed.has(id))) return false;
  const large = (await listSureToGo(store.read, accountId, doomed)).filter(({ total }) => total > mostInOne);
  const hold = holdingAccount(store);
  let isBegun = false;
  async function step(tx: Tx, mailboxId: number): Promise<boolean> {
    const isWanted = isBegun || wanted.ifInState === undefined;
    if (!isWanted && !(await isStateOf(tx, accountId, ["Mailbox"], wanted.ifInState ?? ""))) return false;
    const sure = await listSureToGo(tx, accountId, doomed);
    if (!sure.some(({ id }) => id === mailboxId)) return false;
    isBegun = true;
    // Nothing is put into them from now on, so that they go once they are empty.
    const ids = sure.map(({ id }) => id);
    await markDoomed(tx, accountId, ids, clock.now() + betweenStepsMs);
    return emptySomeOf(tx, accountId, mailboxId);
  }
  for (const { id } of large) while (await hold(call, (tx) => step(tx, id)));
  return isBegun;
}

/** The mailboxes that go: neither they nor what lies in them stays for another reason. */
async function listSureToGo(
  db: Db,
  accountId: number,
  doomed: ReadonlySet<number | undefined>,
): Promise<Mailbox[]> {
  const all = await listMailboxes(db, accountId);
  return all.filter((mailbox) => isSureToGo(mailbox, all, doomed));
}

function isSureToGo(
  { id }: Mailbox,
  all: readonly Mailbox[],
  doomed: ReadonlySet<number | undefined>,
): boolean {
  if (!doomed.has(id) || id < firstOwnMailbox) return false;
  return all.filter(({ parentId }) => parentId === id).every((child) => isSureToGo(child, all, doomed));
}
