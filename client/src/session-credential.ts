import { fail, ProblemError, type Tokens } from "@posthorn/protocol";
import { type Credential, makeApi } from "./api.ts";
import type { Platform } from "./platform.ts";
import type { KeptKeys, KeptSession, TokenKeeper } from "./token-keeper.ts";

/** An access token with less time left than this is renewed before it is used. */
const renewLeftMs = 30_000;

/** What is kept for these tokens, counted from now, and for the account's keys where it has some. */
export function keptOf(
  platform: Platform,
  { endpoint, keys }: { endpoint: string; keys?: KeptKeys | undefined },
  tokens: Tokens,
): KeptSession {
  const { address, accountId, accessToken, refreshToken, expiresInS } = tokens;
  const expiresAt = platform.clock.now() + expiresInS * 1000;
  const kept = { address, accountId, endpoint, accessToken, expiresAt, refreshToken };
  return keys === undefined ? kept : { ...kept, keys };
}

/**
 * The credential of a kept sign-in: its access token, renewed shortly before it ends or when the server does not take
 * it. However many calls need a new one, one refresh is made, and a token another program has refreshed is used instead
 * of spending the same refresh token again. When the server has ended the session, what is kept is forgotten and the
 * call throws ProblemError `unauthorized` with the server's sentence.
 */
export function sessionCredential(platform: Platform, keeper: TokenKeeper): Credential {
  let current: KeptSession | undefined;
  let renewing: Promise<KeptSession> | undefined;

  function renew(isUsable: (kept: KeptSession) => boolean): Promise<KeptSession> {
    renewing ??= renewOnce(platform, keeper, isUsable).finally(() => {
      renewing = undefined;
    });
    return renewing;
  }

  return {
    async token() {
      current ??= await keeper.read();
      if (current === undefined || !isFresh(platform, current)) {
        current = await renew((kept) => isFresh(platform, kept));
      }
      return current.accessToken;
    },
    async renew(refused) {
      current = await renew((kept) => kept.accessToken !== refused && isFresh(platform, kept));
    },
  };
}

function isFresh(platform: Platform, kept: KeptSession): boolean {
  return kept.expiresAt - platform.clock.now() > renewLeftMs;
}

async function renewOnce(
  platform: Platform,
  keeper: TokenKeeper,
  isUsable: (kept: KeptSession) => boolean,
): Promise<KeptSession> {
  let ended: ProblemError | undefined;
  const kept = await keeper.update(async (before) => {
    if (before === undefined || isUsable(before)) return before;
    try {
      return await refresh(platform, before);
    } catch (error) {
      if (!(error instanceof ProblemError && error.problem.code === "unauthorized")) throw error;
      ended = error;
      return undefined;
    }
  });
  if (ended !== undefined) throw ended;
  return kept ?? fail("unauthorized", "You are signed out. Sign in again.");
}

async function refresh(platform: Platform, kept: KeptSession): Promise<KeptSession> {
  const api = makeApi(platform, kept.endpoint);
  const tokens = await api.call("refresh", { input: { refreshToken: kept.refreshToken } });
  if (tokens.address !== kept.address) {
    fail(
      "keysNotBelieved",
      `The server has renewed the sign-in of ${kept.address} with one of ${tokens.address}. Nothing was changed here. Tell whoever runs it.`,
    );
  }
  return keptOf(platform, kept, tokens);
}
