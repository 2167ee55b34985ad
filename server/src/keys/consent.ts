/** Whom an account shows its keys (§80.13): everybody, or those whom its owner has named. */
import {
  accountOf,
  fail,
  type KeyConsent,
  type KeyConsentPatch,
  limits,
  parseAddress,
} from "@posthorn/protocol";
import { findAccount, lockAccounts } from "../store/account-store.ts";
import { allow, countAllowed, forbid, listAllowed, setKeysHidden } from "../store/consent-store.ts";
import type { Store } from "../store/sql.ts";

interface ConsentContext {
  store: Store;
}

interface Owner {
  accountId: number;
  name: string;
}

export async function readConsent({ store }: ConsentContext, { accountId }: Owner): Promise<KeyConsent> {
  const account = await findAccount(store.read, accountId);
  if (account === undefined) return fail("notFound", "This sign-in belongs to no account.");
  return { hidden: account.keysHidden, allowed: await listAllowed(store.read, accountId) };
}

/**
 * Changes what is in the patch, and gives what is then. Who is allowed and forbidden at once is forbidden. Throws
 * ProblemError `badAddress`, and `badRequest` when more would be allowed than can be; nothing has changed then.
 */
export async function patchConsent(
  ctx: ConsentContext,
  owner: Owner,
  patch: KeyConsentPatch,
): Promise<KeyConsent> {
  const { accountId } = owner;
  const { hidden } = patch;
  const allowed = (patch.allow ?? []).map(ofAccount);
  const forbidden = (patch.forbid ?? []).map(ofAccount);
  await ctx.store.write(async (tx) => {
    await lockAccounts(tx, [owner.name]);
    if (hidden !== undefined) await setKeysHidden(tx, accountId, hidden);
    await allow(tx, accountId, allowed);
    await forbid(tx, accountId, forbidden);
    if ((await countAllowed(tx, accountId)) > limits.allowed) {
      fail("badRequest", `Keys can be shown to ${limits.allowed} addresses by name. Take some out first.`, {
        pointer: "/allow",
      });
    }
  });
  return readConsent(ctx, owner);
}

/** Keys are shown to accounts, which have no tag. */
function ofAccount(text: string): string {
  return accountOf(parseAddress(text));
}
