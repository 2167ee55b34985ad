/** The keys of accounts and what only their owners can read: lines of the protocol's table with what answers them. */
import { limits, routes } from "@posthorn/protocol";
import { type Caller, requireSession } from "../auth/caller.ts";
import type { LoginContext } from "../auth/login.ts";
import { patchConsent, readConsent } from "../keys/consent.ts";
import type { LookUpKeys } from "../keys/look-up.ts";
import { addStatement } from "../keys/own-chain.ts";
import { finishPassword, startPassword } from "../keys/password.ts";
import { finishRecovery, replaceRecovery, startRecovery } from "../keys/recovery.ts";
import { readSecrets } from "../keys/secrets.ts";
import {
  isForSignIns,
  type RecordsContext,
  readRecord,
  readRecords,
  removeRecord,
  writeRecord,
} from "../objects/records.ts";
import { type Authenticate, guarded, open, readInput, readQuery } from "./answer.ts";
import type { Params, Route } from "./router.ts";

export interface KeysRoutesContext {
  authenticate: Authenticate;
  auth: LoginContext;
  lookUp: LookUpKeys;
  records: RecordsContext;
}

/** A new identity brings the secrets of all epochs there ever were. */
const statementBytes = 1024 * 1024;

export function keysRoutes(ctx: KeysRoutesContext): Route[] {
  return [...ownKeysRoutes(ctx), ...directoryRoutes(ctx), ...recordRoutes(ctx)];
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

function recordRoutes({ authenticate, records }: KeysRoutesContext): Route[] {
  return [
    guarded(authenticate, routes.records, async ({ caller, params, request }) => {
      const { after } = readQuery(request, routes.records.query);
      return readRecords(records, { ...collectionFor(caller, params), after });
    }),
    guarded(authenticate, routes.record, async ({ caller, params }) =>
      readRecord(records, placeFor(caller, params)),
    ),
    guarded(authenticate, routes.putRecord, async ({ caller, params, request }) => {
      const place = placeFor(caller, params);
      const input = await readInput(request, routes.putRecord.input, limits.messageBytes);
      return writeRecord(records, { ...place, ...input });
    }),
    guarded(authenticate, routes.deleteRecord, async ({ caller, params }) => {
      await removeRecord(records, placeFor(caller, params));
      return undefined;
    }),
  ];
}

/** The collection that a request names. Throws ProblemError `forbidden` for a program where it is for sign-ins alone. */
function collectionFor(caller: Caller, params: Params): { accountId: number; collection: string } {
  const collection = params.get("collection");
  if (isForSignIns(collection)) requireSession(caller);
  return { accountId: caller.accountId, collection };
}

function placeFor(caller: Caller, params: Params): { accountId: number; collection: string; id: string } {
  return { ...collectionFor(caller, params), id: params.get("id") };
}
