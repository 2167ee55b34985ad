/** What whoever runs a server does with it: by the operator's token, or by the session of an operator's account. */
import type {
  AccountInfo,
  Invite,
  NewInvite,
  NewResetLink,
  PeerInfo,
  PeerPolicy,
  Policy,
  PolicyPatch,
  Reach,
  RouteInput,
  RouteOutput,
  Status,
} from "@posthorn/protocol";
import { type Api, makeApi } from "./api.ts";
import type { Platform } from "./platform.ts";

/** The server at `url`, called with the operator's token; both stand in `operator.json` of its data folder. */
export function openOperator(platform: Platform, { url, token }: { url: string; token: string }): Api {
  return makeApi(platform, new URL(url).origin, { token: async () => token });
}

export async function listInvites(api: Api): Promise<Invite[]> {
  return (await api.call("invites", {})).invites;
}

/** A new invitation; its token and link are shown this once. */
export function createInvite(api: Api, invite: RouteInput<"createInvite"> = {}): Promise<NewInvite> {
  return api.call("createInvite", { input: invite });
}

/** Takes an invitation back. Throws ProblemError `notFound`, or `gone` when it has been used. */
export async function deleteInvite(api: Api, id: string): Promise<void> {
  await api.call("deleteInvite", { params: { id } });
}

/** All accounts by name, page after page as they are wanted. */
export async function* eachAccount(api: Api): AsyncGenerator<AccountInfo, void> {
  let after: string | undefined;
  do {
    const page = await api.call("accounts", { query: after === undefined ? {} : { after } });
    yield* page.accounts;
    after = page.next;
  } while (after !== undefined);
}

/** Suspends an account, lets it in again, makes it an operator's or takes that back, or changes its quota. */
export function changeAccount(
  api: Api,
  name: string,
  change: RouteInput<"patchAccount">,
): Promise<AccountInfo> {
  return api.call("patchAccount", { params: { name }, input: change, idempotent: true });
}

/**
 * A link by which somebody who has lost password and phrase begins anew; it is shown this once, and takes the place of the
 * one before. Throws ProblemError `notFound`, or `forbidden` when the account is suspended.
 */
export function createResetLink(api: Api, name: string): Promise<NewResetLink> {
  return api.call("createResetLink", { params: { name } });
}

/** What waits to go out, by host. */
export function readQueue(api: Api): Promise<RouteOutput<"queue">> {
  return api.call("queue", {});
}

/** Tries at once what waits for a host. */
export function retryQueue(api: Api, host: string): Promise<RouteOutput<"retryQueue">> {
  return api.call("retryQueue", { params: { host }, idempotent: true });
}

/** Gives up what waits for a host; its senders are told. Throws ProblemError `notFound` when nothing waits. */
export function cancelQueue(api: Api, host: string): Promise<RouteOutput<"cancelQueue">> {
  return api.call("cancelQueue", { params: { host } });
}

/** All servers known here by host, page after page as they are wanted. */
export async function* eachPeer(api: Api): AsyncGenerator<PeerInfo, void> {
  let after: string | undefined;
  do {
    const page = await api.call("peers", { query: after === undefined ? {} : { after } });
    yield* page.peers;
    after = page.next;
  } while (after !== undefined);
}

/** Blocks a host or allows it again. */
export function setPeerPolicy(api: Api, host: string, policy: PeerPolicy): Promise<PeerInfo> {
  return api.call("patchPeer", { params: { host }, input: { policy }, idempotent: true });
}

/** What the server lets people do. */
export function readPolicy(api: Api): Promise<Policy> {
  return api.call("policy", {});
}

/** Changes what the server lets people do; null takes a change back. */
export function changePolicy(api: Api, change: PolicyPatch): Promise<Policy> {
  return api.call("patchPolicy", { input: change, idempotent: true });
}

/** Whether others come to the server by its name. */
export function readReach(api: Api): Promise<Reach> {
  return api.call("reach", {});
}

export function readStatus(api: Api): Promise<Status> {
  return api.call("status", {});
}
