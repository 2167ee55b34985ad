import type { Clock, Random } from "../env/env.ts";
import {
  deleteExpiredLogins,
  insertLoginState,
  takeLoginState,
  trimLoginStates,
} from "../store/auth-store.ts";
import type { Store } from "../store/sql.ts";
import { openLogin, type SignInWay, sealLogin } from "./seal-login.ts";
import { hashSecret, randomText } from "./secret.ts";

const lifeMs = 2 * 60_000;
/** Half-done sign-ins of one name; when there are more, the oldest go. */
const perName = 16;

export interface BegunLoginContext {
  store: Store;
  clock: Clock;
  random: Random;
  opaqueSetup: string;
}

/** What the server keeps between the two steps of a sign-in, also for a name that no account has. */
export interface BegunLogin {
  name: string;
  /** What it is to be proven against; undefined when there is nothing. */
  verifier: string | undefined;
  state: string;
}

/** Keeps a sign-in for two minutes; the id by which it can be taken up again, once. */
export async function keepLogin(ctx: BegunLoginContext, way: SignInWay, begun: BegunLogin): Promise<string> {
  const loginId = randomText(ctx.random, 32);
  const row = { idHash: hashSecret(loginId), accountName: begun.name };
  const state = sealLogin(
    ctx.random,
    ctx.opaqueSetup,
    { ...row, way, verifier: begun.verifier },
    begun.state,
  );
  await ctx.store.write(async (tx) => {
    const createdAt = ctx.clock.now();
    // So that the table holds two minutes of beginnings, whatever names they are for.
    await deleteExpiredLogins(tx, createdAt);
    await trimLoginStates(tx, begun.name, perName - 1);
    await insertLoginState(tx, { ...row, state, createdAt, expiresAt: createdAt + lifeMs });
  });
  return loginId;
}

/**
 * A half-done sign-in, for the one who asks for it first; undefined when it is over, was begun in another way, or is to
 * be proven against what `findVerifier` no longer finds: a password that was replaced signs nobody in.
 */
export async function takeLogin(
  ctx: BegunLoginContext,
  way: SignInWay,
  loginId: string,
  findVerifier: (name: string) => Promise<string | undefined>,
): Promise<BegunLogin | undefined> {
  const idHash = hashSecret(loginId);
  const taken = await ctx.store.write((tx) => takeLoginState(tx, idHash, ctx.clock.now()));
  if (taken === undefined) return undefined;
  const { accountName: name } = taken;
  const verifier = await findVerifier(name);
  const state = openLogin(ctx.opaqueSetup, { idHash, accountName: name, way, verifier }, taken.state);
  return state === undefined ? undefined : { name, verifier, state };
}
