import { Type } from "typebox";
import { findId } from "../../objects/ids.ts";
import { emptySomeOf } from "../../objects/mailboxes.ts";
import { isStateOf } from "../../objects/states.ts";
import { listMailboxes, type Mailbox } from "../../store/mailbox-store.ts";
import type { Store } from "../../store/sql.ts";
import { fits, resolveId } from "./arguments.ts";
import { holdingAccount } from "./hold-account.ts";
import type { Arguments, MethodCall } from "./method.ts";

/** With more messages a mailbox is not emptied in the transaction that destroys it: all other writers wait for that. */
const mostInOne = 500;

const Emptying = Type.Object({
  destroy: Type.Array(Type.String()),
  onDestroyRemoveEmails: Type.Literal(true),
});

/**
 * Empties the large mailboxes that a Mailbox/set is going to destroy with their messages, in steps that others come in
 * between. Answers the arguments to go on with: `ifInState` was held against what there was before.
 */
export async function emptyingFirst(store: Store, call: MethodCall, args: Arguments): Promise<Arguments> {
  const { accountId } = call.caller;
  const given: unknown = args;
  if (!fits(Emptying, given) || args.accountId !== `a${accountId}`) return args;
  const doomed = new Set(given.destroy.map((id) => findId("mailbox", resolveId(call, id) ?? "")));
  const all = await listMailboxes(store.read, accountId);
  const large = all.filter((mailbox) => mailbox.total > mostInOne && isSureToGo(mailbox, all, doomed));
  if (large.length === 0) return args;
  const { ifInState, ...rest } = args;
  if (typeof ifInState === "string" && !(await isStateOf(store.read, accountId, ["Mailbox"], ifInState)))
    return args;
  const hold = holdingAccount(store);
  for (const { id } of large) while (await hold(call, (tx) => emptySomeOf(tx, accountId, id)));
  return rest;
}

/** Neither it nor what lies in it stays for another reason. */
function isSureToGo(
  { id, role }: Mailbox,
  all: readonly Mailbox[],
  doomed: ReadonlySet<number | undefined>,
): boolean {
  if (!doomed.has(id) || role !== undefined) return false;
  return all.filter(({ parentId }) => parentId === id).every((child) => isSureToGo(child, all, doomed));
}
