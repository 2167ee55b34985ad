/** What identities before a reset have left, and its way back to whoever has found their phrase. */
import { type FormerKeys, fail, type RegainedKeysSchema } from "@posthorn/protocol";
import type { Static } from "typebox";
import { type Caller, requireSession } from "../auth/caller.ts";
import { lockAccounts } from "../store/account-store.ts";
import { noteAccount } from "../store/change-store.ts";
import { putEpochSecrets } from "../store/key-store.ts";
import { listFormer } from "../store/reset-store.ts";
import type { Store } from "../store/sql.ts";

/** All of it wrapped as it was, the newest first. */
export async function readFormerKeys(
  ctx: { store: Pick<Store, "read"> },
  caller: Caller,
): Promise<{ former: FormerKeys[] }> {
  requireSession(caller);
  return { former: await listFormer(ctx.store.read, caller.accountId) };
}

/**
 * Keeps the secrets of the epochs of a former identity among those of the account, wrapped by its new root secret. What
 * was left stays, so that a client that wraps something else takes nothing away. Throws ProblemError `notFound`, and
 * `badRequest` for an epoch that was not left by it.
 */
export async function regainKeys(
  ctx: { store: Store },
  caller: Caller,
  { identityKey, epochs }: Static<typeof RegainedKeysSchema>,
): Promise<void> {
  requireSession(caller);
  const { accountId, name } = caller;
  await ctx.store.write(async (tx) => {
    await lockAccounts(tx, [name]);
    const former = (await listFormer(tx, accountId)).find((one) => one.identityKey === identityKey);
    if (former === undefined) return fail("notFound", "There is nothing left of an identity with this key.");
    const left = new Set(former.epochs.map(({ keyId }) => keyId));
    const astray = epochs.findIndex(({ keyId }) => !left.has(keyId));
    if (astray !== -1) {
      fail("badRequest", "This epoch was not left by that identity.", { pointer: `/epochs/${astray}/keyId` });
    }
    await putEpochSecrets(tx, accountId, epochs);
    await noteAccount(tx, accountId);
  });
}
