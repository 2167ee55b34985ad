import type { AccountSecrets } from "@posthorn/protocol";
import { type Caller, requireSession } from "../auth/caller.ts";
import { findNewestStatement, findSecret, listEpochSecrets, listStatements } from "../store/key-store.ts";
import type { Store } from "../store/sql.ts";

/**
 * What the account's clients need to open it, all of it wrapped, as it stood at one moment: statements and wraps of two
 * moments would look to a client as if somebody else had spoken for the account. Of an open account there is nothing.
 */
export async function readSecrets(
  ctx: { store: Pick<Store, "read"> },
  caller: Caller,
): Promise<AccountSecrets> {
  requireSession(caller);
  const { read } = ctx.store;
  const { accountId } = caller;
  for (;;) {
    const statements = await listStatements(read, accountId);
    const secret = await findSecret(read, accountId);
    const epochs = await listEpochSecrets(read, accountId);
    const newest = await findNewestStatement(read, accountId);
    if (newest?.statement.seq === statements.at(-1)?.statement.seq) {
      return { statements, password: secret?.password ?? null, recovery: secret?.recovery ?? null, epochs };
    }
  }
}
