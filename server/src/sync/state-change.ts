import { isKnownState, typesChangedSince } from "../store/change-store.ts";
import type { Db } from "../store/sql.ts";
import { type StateType, stateTypes } from "../store/state-type.ts";

/** Account → type → the state it has now (RFC 8620 §7.1). */
export interface StateChange {
  "@type": "StateChange";
  changed: Record<string, Record<string, string>>;
}

/** One counter serves all types of an account, so each type's state is the account's. */
export function stateChange(accountId: number, state: number, types: ReadonlySet<StateType>): StateChange {
  const changed = stateTypes.filter((type) => types.has(type)).map((type) => [type, String(state)]);
  return { "@type": "StateChange", changed: { [`a${accountId}`]: Object.fromEntries(changed) } };
}

/** What has changed in an account after `since`; everything when that is so long ago that it is no longer known. */
export async function changedSince(
  db: Db,
  accountId: number,
  since: number,
): Promise<ReadonlySet<StateType>> {
  if (!(await isKnownState(db, accountId, since))) return new Set(stateTypes);
  return typesChangedSince(db, accountId, since);
}
