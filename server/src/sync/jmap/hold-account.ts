import { lockAccount } from "../../store/account-store.ts";
import type { Store, Tx } from "../../store/sql.ts";
import { refuseCall } from "./method.ts";
import type { SetWrite } from "./set.ts";

/**
 * Carries out a /set in one transaction in which nobody else writes to the account, so that what it reads, and
 * `ifInState`, holds to the end.
 */
export function holdingAccount(store: Store): SetWrite<Tx> {
  return ({ caller }, work) =>
    store.write(async (tx) => {
      if (await lockAccount(tx, caller.accountId)) return work(tx);
      return refuseCall("accountNotFound", "This sign-in belongs to no account.");
    });
}
