import type { Random } from "../env/env.ts";
import { insertAccount } from "../store/account-store.ts";
import { insertMailbox } from "../store/mailbox-store.ts";
import { setScreens } from "../store/sender-store.ts";
import type { Tx } from "../store/sql.ts";
import { roleNames, roles } from "./roles.ts";

/** A new account with its mailboxes; its id. The name is not taken, which the caller's unique key makes sure of. */
export async function createAccount(
  ctx: { random: Random; quotaBytes: number; screening?: boolean },
  tx: Tx,
  account: { name: string; createdAt: number },
): Promise<number> {
  const id = randomId(ctx.random);
  await insertAccount(tx, {
    id,
    name: account.name,
    createdAt: account.createdAt,
    quotaBytes: ctx.quotaBytes,
  });
  if (ctx.screening === true) await setScreens(tx, id, true);
  const fields = { parentId: undefined, isSubscribed: true };
  for (const role of roleNames) await insertMailbox(tx, id, { ...fields, ...roles[role], role }, 0);
  return id;
}

/** 52 random bits, never 0, so ids need no counter and tell nothing of how many accounts there are. */
function randomId(random: Random): number {
  let id = 0;
  for (const byte of random.bytes(7)) id = (id % 2 ** 44) * 256 + byte;
  return id + 1;
}
