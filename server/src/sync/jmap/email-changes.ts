import { capabilities } from "@posthorn/protocol";
import { formatId } from "../../objects/ids.ts";
import { readState } from "../../objects/states.ts";
import { isKnownState, listChanges } from "../../store/change-store.ts";
import type { Store } from "../../store/sql.ts";
import { noMore } from "./arguments.ts";
import { changesMethod } from "./changes.ts";

/** Email/changes (RFC 8621 §4.3). */
export function emailChanges(store: Store) {
  return changesMethod({
    capability: capabilities.mail,
    scope: "read",
    more: noMore,
    state: ({ caller }) => readState(store.read, caller.accountId),
    async list({ caller: { accountId } }, { since, limit }) {
      const found = await listChanges(store.read, accountId, "Email", since, limit);
      // Asked last: what was forgotten meanwhile may be missing above.
      if (!(await isKnownState(store.read, accountId, since))) return undefined;
      return found.map(({ state, objectId, change }) => ({ state, id: formatId("email", objectId), change }));
    },
  });
}
