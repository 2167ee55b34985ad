/** Links by which a device that is signed in brings a new one in. */
import { fail, formatTime, type Tokens } from "@posthorn/protocol";
import { deleteDeviceLink, findDeviceLink, putDeviceLink } from "../store/device-link-store.ts";
import type { Db } from "../store/sql.ts";
import { spendTry } from "./budget.ts";
import { type Caller, requireSession } from "./caller.ts";
import type { LoginContext } from "./login.ts";
import { refuseClosing } from "./refusal.ts";
import { findBase64Url, hashSecret } from "./secret.ts";
import { signIn } from "./sign-in.ts";

const lifeMs = 10 * 60_000;
const tokenBytes = 32;

/**
 * Keeps a link that the caller's device has made, in the place of the one it has made before. The token is random and
 * only its hash is kept. Throws ProblemError `badRequest` for a token that is none, `accountClosing`.
 */
export async function makeDeviceLink(
  ctx: Pick<LoginContext, "store" | "clock">,
  caller: Caller,
  input: { token: string; wrapped?: string | undefined },
): Promise<{ expiresAt: string }> {
  const sessionId = requireSession(caller);
  refuseClosing(caller);
  const expiresAt = ctx.clock.now() + lifeMs;
  const tokenHash = hashToken(input.token);
  if (tokenHash === undefined) return fail("badRequest", "That is no token.", { pointer: "/token" });
  await ctx.store.write((tx) =>
    putDeviceLink(tx, { tokenHash, sessionId, wrapped: input.wrapped, expiresAt }),
  );
  return { expiresAt: formatTime(expiresAt) };
}

/**
 * Signs a new device in, once. Throws ProblemError `gone`, in one sentence for a link that was used, is over, was made
 * by a sign-in that has ended, or never was; `forbidden` when the account is suspended; `rateLimited`.
 */
export async function redeemDeviceLink(
  ctx: LoginContext,
  input: { token: string; device?: string | undefined; remoteAddress: string },
): Promise<{ tokens: Tokens; wrapped: string | null }> {
  spendTry(ctx.budgets, input.remoteAddress);
  const tokenHash = hashToken(input.token);
  const find = (db: Db) => tokenHash && findDeviceLink(db, tokenHash, ctx.clock.now());
  const link = await find(ctx.store.read);
  const tokens =
    link &&
    tokenHash &&
    (await signIn(ctx, {
      name: link.accountName,
      device: input.device,
      remoteAddress: input.remoteAddress,
      // Looked at once more: the sign-in that has made it may have ended meanwhile.
      isStillProven: async (tx) => (await find(tx)) !== undefined && (await deleteDeviceLink(tx, tokenHash)),
    }));
  if (tokens) return { tokens, wrapped: link.wrapped ?? null };
  return fail(
    "gone",
    "This link has been used, or its ten minutes are over. Make a new one on the device that is signed in.",
  );
}

function hashToken(token: string): Uint8Array | undefined {
  const bytes = findBase64Url(token);
  return bytes?.length === tokenBytes ? hashSecret(bytes) : undefined;
}
