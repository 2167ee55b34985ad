/** What the operator calls, from the command line now and from the web later. */
import { routes } from "@posthorn/protocol";
import {
  type AdminContext,
  patchAccount,
  patchPeer,
  readAccounts,
  readPeers,
  readQueue,
  readStatus,
  retryHost,
} from "../admin/admin.ts";
import { type InviteContext, listInvites, makeInvite, revokeInvite } from "../auth/invite.ts";
import { type Authenticate, guarded, readInput, readQuery } from "./answer.ts";
import type { Route } from "./router.ts";

export interface OperatorRoutesContext {
  authenticate: Authenticate;
  admin: AdminContext;
  invites: InviteContext & { baseUrl: string };
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
    guarded(authenticate, routes.patchAccount, async ({ params, request }) =>
      patchAccount(admin, {
        name: params.get("name"),
        ...(await readInput(request, routes.patchAccount.input)),
      }),
    ),
    guarded(authenticate, routes.queue, () => readQueue(admin)),
    guarded(authenticate, routes.retryQueue, ({ params }) => retryHost(admin, { host: params.get("host") })),
    guarded(authenticate, routes.peers, ({ request }) =>
      readPeers(admin, { after: readQuery(request, routes.peers.query).after }),
    ),
    guarded(authenticate, routes.patchPeer, async ({ params, request }) =>
      patchPeer(admin, { host: params.get("host"), ...(await readInput(request, routes.patchPeer.input)) }),
    ),
    guarded(authenticate, routes.status, () => readStatus(admin)),
  ];
}
