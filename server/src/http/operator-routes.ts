/** What the operator calls, from the command line and from the web. */
import { type Reach, routes } from "@posthorn/protocol";
import {
  type AdminContext,
  cancelHost,
  patchAccount,
  patchPeer,
  patchPolicy,
  readAccounts,
  readPeers,
  readPolicy,
  readQueue,
  readStatus,
  retryHost,
} from "../admin/admin.ts";
import type { AuthBudgets } from "../auth/budget.ts";
import {
  type InviteContext,
  listInvites,
  makeInvite,
  requireOperatorInvite,
  revokeInvite,
} from "../auth/invite.ts";
import type { Log } from "../env/env.ts";
import { makeResetLink } from "../keys/reset.ts";
import { type Authenticate, guarded, open, readInput, readQuery } from "./answer.ts";
import type { Route } from "./router.ts";

export interface OperatorRoutesContext {
  authenticate: Authenticate;
  admin: AdminContext;
  invites: InviteContext & { log: Log; baseUrl: string; budgets: AuthBudgets };
  reach(): Promise<Reach>;
}

export function operatorRoutes(ctx: OperatorRoutesContext): Route[] {
  const { authenticate, admin, invites } = ctx;
  return [
    guarded(authenticate, routes.invites, ({ caller }) => listInvites(invites, caller)),
    guarded(authenticate, routes.createInvite, async ({ caller, request }) =>
      makeInvite(invites, caller, await readInput(request, routes.createInvite.input)),
    ),
    guarded(authenticate, routes.deleteInvite, async ({ caller, params }) => {
      await revokeInvite(invites, caller, { id: params.get("id") });
      return undefined;
    }),
    guarded(authenticate, routes.accounts, ({ request }) =>
      readAccounts(admin, { after: readQuery(request, routes.accounts.query).after }),
    ),
    guarded(authenticate, routes.patchAccount, async ({ caller, params, request }) =>
      patchAccount(admin, {
        name: params.get("name"),
        callerId: caller.accountId,
        ...(await readInput(request, routes.patchAccount.input)),
      }),
    ),
    guarded(authenticate, routes.createResetLink, ({ caller, params }) =>
      makeResetLink(invites, caller, { name: params.get("name") }),
    ),
    guarded(authenticate, routes.queue, () => readQueue(admin)),
    guarded(authenticate, routes.retryQueue, ({ params }) => retryHost(admin, { host: params.get("host") })),
    guarded(authenticate, routes.cancelQueue, ({ params }) =>
      cancelHost(admin, { host: params.get("host") }),
    ),
    guarded(authenticate, routes.peers, ({ request }) =>
      readPeers(admin, { after: readQuery(request, routes.peers.query).after }),
    ),
    guarded(authenticate, routes.patchPeer, async ({ params, request }) =>
      patchPeer(admin, { host: params.get("host"), ...(await readInput(request, routes.patchPeer.input)) }),
    ),
    guarded(authenticate, routes.policy, () => readPolicy(admin)),
    guarded(authenticate, routes.patchPolicy, async ({ request }) =>
      patchPolicy(admin, await readInput(request, routes.patchPolicy.input)),
    ),
    guarded(authenticate, routes.reach, () => ctx.reach()),
    open(routes.setupReach, async ({ params, request }) => {
      await requireOperatorInvite(invites, {
        token: params.get("token"),
        remoteAddress: request.remoteAddress,
      });
      return ctx.reach();
    }),
    guarded(authenticate, routes.status, () => readStatus(admin)),
  ];
}
