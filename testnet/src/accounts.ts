import { createAccount, type Env, makeApiToken, RememberedCallers, type Server } from "@posthorn/server";

/** An account with a token that may do everything an account may. */
export interface TokenAccount {
  address: string;
  name: string;
  token: string;
  accountId: number;
}

const quotaBytes = 100 * 1024 ** 3;
const scopes = ["read", "draft", "send"] as const;

/** An account without a password, which costs no key stretching; its token is its way in. */
export async function addAccount(
  { server, env }: { server: Server; env: Pick<Env, "clock" | "random"> },
  name: string,
): Promise<TokenAccount> {
  const { clock, random } = env;
  const { store, host } = server;
  const accountId = await store.write((tx) =>
    createAccount({ random, quotaBytes }, tx, { name, createdAt: clock.now() }),
  );
  const { token } = await makeApiToken(
    { store, clock, random, remembered: new RememberedCallers(clock) },
    { accountId, name, scopes: new Set(scopes), sessionId: "testnet" },
    { name: "testnet", scopes },
  );
  return { address: `${name}@${host}`, name, token, accountId };
}
