import type { Clock } from "../../env/env.ts";
import { findId } from "../../objects/ids.ts";
import { emptySomeOf } from "../../objects/mailboxes.ts";
import { firstOwnMailbox } from "../../objects/roles.ts";
import { isStateOf } from "../../objects/states.ts";
import { listMailboxes, type Mailbox, markDoomed } from "../../store/mailbox-store.ts";
import type { Db, Store, Tx } from "../../store/sql.ts";
import { resolveId } from "./arguments.ts";
import { holdingAccount } from "./hold-account.ts";
import type { MethodCall } from "./method.ts";
import type { SetWanted } from "./set.ts";

/** With more messages a mailbox is not emptied in the transaction that destroys it: all other writers wait for that. */
const mostInOne = 500;

/** After so long without a step nothing more is to be expected of who emptied them. */
const betweenStepsMs = 60_000;

interface EmptyContext {
  store: Store;
  clock: Clock;
}

/**
 * Empties the large mailboxes that a Mailbox/set is going to destroy with their messages, in steps that others come in
 * between. Only for a call that does nothing but destroy, as what it makes or changes might keep a mailbox from going;
 * and each step sees anew that nothing keeps it. Till they are gone others can put no mailbox into them. Answers whether `ifInState` was held against what there was before.
 */
export async function emptyFirst(
  { store, clock }: EmptyContext,
  call: MethodCall,
  wanted: SetWanted,
): Promise<boolean> {
  if (wanted.create.length > 0 || wanted.update.length > 0) return false;
  const { accountId } = call.caller;
  const doomed = new Set(wanted.destroy.map((id) => findId("mailbox", resolveId(call, id) ?? "")));
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
