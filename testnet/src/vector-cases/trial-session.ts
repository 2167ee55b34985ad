/** The SDK signed in where nothing is left to chance: for vectors, in Node and in a browser. */
import { memoryKeeper, type Platform, resume, type Session } from "@posthorn/client";
import { checkChain, openSha256 } from "@posthorn/crypto";
import { accountTransport, type ServedAccount } from "./account-server.ts";

/** A clock that stands at this hour, and this chance. */
export function trialPlatform(
  nowMs: number,
  randomBytes: Platform["randomBytes"],
): Omit<Platform, "transport"> {
  return {
    clock: { now: () => nowMs, sleep: async () => undefined },
    randomBytes,
    sha256: openSha256,
  };
}

/** A sign-in of the account that is served, whose root secret is this, in base64url. Throws Error when its chain does not hold. */
export async function openTrialSession(
  account: ServedAccount,
  { address, rootSecret }: { address: string; rootSecret: string },
  platform: Omit<Platform, "transport">,
): Promise<Session> {
  const nowMs = platform.clock.now();
  const chain = await checkChain(account.statements, { address, nowMs });
  if (!("pin" in chain)) throw new Error(`The chain of ${address} does not hold.`);
  const kept = {
    ...{ address, accountId: "1", endpoint: "https://server.example", accessToken: "a", refreshToken: "r" },
    ...{ expiresAt: nowMs + 3_600_000, keys: { rootSecret, pin: chain.pin } },
  };
  const session = await resume({ ...platform, transport: accountTransport(account) }, memoryKeeper(kept));
  if (session === undefined) throw new Error("What is kept is resumed.");
  return session;
}
