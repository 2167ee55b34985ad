/** The keys of accounts: lines of the protocol's table with what answers them. */
import { routes } from "@posthorn/protocol";
import { makeDeviceLink, redeemDeviceLink } from "../auth/device-link.ts";
import type { LoginContext } from "../auth/login.ts";
import { patchConsent, readConsent } from "../keys/consent.ts";
import { readFormerKeys, regainKeys } from "../keys/former-keys.ts";
import type { LookUpKeys } from "../keys/look-up.ts";
import { addStatement } from "../keys/own-chain.ts";
import { finishPassword, startPassword } from "../keys/password.ts";
import { finishRecovery, replaceRecovery, startRecovery } from "../keys/recovery.ts";
import { finishReset, lookAtReset, startReset } from "../keys/reset.ts";
import { readSecrets } from "../keys/secrets.ts";
import { type Authenticate, guarded, open, readInput } from "./answer.ts";
import type { Route } from "./router.ts";

export interface KeysRoutesContext {
  authenticate: Authenticate;
  auth: LoginContext;
  lookUp: LookUpKeys;
}

/** A new identity brings the secrets of all epochs there ever were. */
const statementBytes = 1024 * 1024;

export function keysRoutes(ctx: KeysRoutesContext): Route[] {
  return [...ownKeysRoutes(ctx), ...resetRoutes(ctx), ...directoryRoutes(ctx)];
}

function ownKeysRoutes({ authenticate, auth }: KeysRoutesContext): Route[] {
  return [
    guarded(authenticate, routes.secrets, ({ caller }) => readSecrets(auth, caller)),
    guarded(authenticate, routes.addStatement, async ({ caller, request }) => {
      const input = await readInput(request, routes.addStatement.input, statementBytes);
      await addStatement(auth, caller, { ...input, remoteAddress: request.remoteAddress });
      return undefined;
    }),
    guarded(authenticate, routes.passwordStart, async ({ caller, request }) => {
      const input = await readInput(request, routes.passwordStart.input);
      return startPassword(auth, caller, { ...input, remoteAddress: request.remoteAddress });
    }),
    guarded(authenticate, routes.passwordFinish, async ({ caller, request }) => {
      const input = await readInput(request, routes.passwordFinish.input);
      await finishPassword(auth, caller, { ...input, remoteAddress: request.remoteAddress });
      return undefined;
    }),
    guarded(authenticate, routes.setRecovery, async ({ caller, request }) => {
      const input = await readInput(request, routes.setRecovery.input);
      await replaceRecovery(auth, caller, { ...input, remoteAddress: request.remoteAddress });
      return undefined;
    }),
    open(routes.recoverStart, async ({ request }) => {
      const input = await readInput(request, routes.recoverStart.input);
      return startRecovery(auth, { ...input, remoteAddress: request.remoteAddress });
    }),
    open(routes.recoverFinish, async ({ request }) => {
      const input = await readInput(request, routes.recoverFinish.input);
      return finishRecovery(auth, { ...input, remoteAddress: request.remoteAddress });
    }),
    guarded(authenticate, routes.createDeviceLink, async ({ caller, request }) =>
      makeDeviceLink(auth, caller, await readInput(request, routes.createDeviceLink.input)),
    ),
    open(routes.redeemDeviceLink, async ({ request }) => {
      const input = await readInput(request, routes.redeemDeviceLink.input);
      return redeemDeviceLink(auth, { ...input, remoteAddress: request.remoteAddress });
    }),
    guarded(authenticate, routes.formerKeys, ({ caller }) => readFormerKeys(auth, caller)),
    guarded(authenticate, routes.regainKeys, async ({ caller, request }) => {
      await regainKeys(auth, caller, await readInput(request, routes.regainKeys.input, statementBytes));
      return undefined;
    }),
  ];
}

function resetRoutes({ auth }: KeysRoutesContext): Route[] {
  return [
    open(routes.resetLook, async ({ request }) => {
      const input = await readInput(request, routes.resetLook.input);
      return lookAtReset(auth, { ...input, remoteAddress: request.remoteAddress });
    }),
    open(routes.resetStart, async ({ request }) => {
      const input = await readInput(request, routes.resetStart.input);
      return startReset(auth, { ...input, remoteAddress: request.remoteAddress });
    }),
    open(routes.resetFinish, async ({ request }) => {
      const input = await readInput(request, routes.resetFinish.input);
      return finishReset(auth, { ...input, remoteAddress: request.remoteAddress });
    }),
  ];
}

function directoryRoutes({ authenticate, auth, lookUp }: KeysRoutesContext): Route[] {
  return [
    guarded(authenticate, routes.lookUpKeys, ({ caller, params }) => lookUp(caller, params.get("address"))),
    guarded(authenticate, routes.keyConsent, ({ caller }) => readConsent(auth, caller)),
    guarded(authenticate, routes.patchKeyConsent, async ({ caller, request }) =>
      patchConsent(auth, caller, await readInput(request, routes.patchKeyConsent.input)),
    ),
  ];
}
