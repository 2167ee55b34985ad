import { formatAddress, type Tokens } from "@posthorn/protocol";
import { type Account, findAccountByName, lockAccounts } from "../store/account-store.ts";
import type { Tx } from "../store/sql.ts";
import { hashNetwork } from "./known-network.ts";
import { refuseSuspended } from "./refusal.ts";
import { issueTokens, openSession, prepareSession, type SessionContext } from "./session.ts";

/**
 * Signs in who has proven to be the owner of the account of this name, by the password or by the recovery phrase;
 * undefined when there is none, when its time has come to be erased, or when what was proven was replaced meanwhile. Throws ProblemError `forbidden` when it is
 * suspended, which only its owner is told.
 */
export async function signIn(
  ctx: SessionContext & { opaqueSetup: string },
  input: {
    name: string;
    device: string | undefined;
    remoteAddress: string;
    isStillProven: (tx: Tx) => Promise<boolean>;
  },
): Promise<Tokens | undefined> {
  const { name, device } = input;
  const account = await findAccountByName(ctx.store.read, name);
  if (account === undefined || isErased(account, ctx.clock.now())) return undefined;
  refuseSuspended(account);
  const address = formatAddress({ id: name, host: ctx.host });
  const networkHash = hashNetwork(ctx.opaqueSetup, address, input.remoteAddress);
  const session = prepareSession(ctx, { accountId: account.id, device, networkHash });
  const isOpened = await ctx.store.write(async (tx) => {
    // Held, and looked at once more: who suspends the account or replaces its password ends the sign-ins that are there.
    await lockAccounts(tx, [name]);
    refuseSuspended((await findAccountByName(tx, name)) ?? account);
    if (isErased(account, ctx.clock.now()) || !(await input.isStillProven(tx))) return false;
    await openSession(ctx, tx, session);
    return true;
  });
  if (!isOpened) return undefined;
  return issueTokens(ctx, session.row, { name, refreshToken: session.refreshToken });
}

function isErased({ eraseAt }: Account, now: number): boolean {
  return eraseAt !== undefined && eraseAt <= now;
}
