/**
 * The state of an account and of its types (RFC 8620 §5.1). One counter serves all types of an account; a type has
 * changed since a state when something of it was written after that.
 */
import { getAccountState } from "../store/account-store.ts";
import { isKnownState, typesChangedSince } from "../store/change-store.ts";
import type { Db } from "../store/sql.ts";
import type { StateType } from "../store/state-type.ts";
import { findState, formatState } from "./ids.ts";

export async function readState(db: Db, accountId: number): Promise<string> {
  return formatState(await getAccountState(db, accountId));
}

/** Whether nothing of these types was written since `state`, which the account has had. */
export async function isStateOf(
  db: Db,
  accountId: number,
  types: readonly StateType[],
  state: string,
): Promise<boolean> {
  const since = findState(state);
  if (since === undefined || !(await isKnownState(db, accountId, since))) return false;
  const changed = await typesChangedSince(db, accountId, since);
  return !types.some((type) => changed.has(type));
}
