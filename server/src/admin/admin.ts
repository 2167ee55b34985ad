/** What the operator sees and does, from the command line and later from the web. */
import {
  type AccountInfo,
  type Check,
  DiscoverySchema,
  fail,
  formatTime,
  isHost,
  limits,
  type PeerInfo,
  type PeerPolicy,
  type Policy,
  type PolicyPatch,
  problem,
  type QueueHost,
  type Status,
  shape,
  wireVersion,
} from "@posthorn/protocol";
import type { Files, Log } from "../env/env.ts";
import { expiryMs } from "../queue/backoff.ts";
import { type StopContext, stopTrying } from "../queue/stop-trying.ts";
import type { QueueWorker } from "../queue/worker.ts";
import {
  type Account,
  countAccounts,
  findAccountByName,
  listAccounts,
  setOperator,
  setQuota,
  setSuspended,
} from "../store/account-store.ts";
import { countWaiting, summariseQueue, type WaitingHost } from "../store/delivery-store.ts";
import { listBackoffs } from "../store/host-backoff-store.ts";
import { findPeer, listPeers, type Peer, setPeerPolicy } from "../store/peer-store.ts";
import type { Tx } from "../store/sql.ts";
import type { OwnPolicy } from "./own-policy.ts";

const discoveryShape = shape(DiscoverySchema);

export interface AdminContext extends StopContext {
  files: Files;
  queue: QueueWorker;
  log: Log;
  dataFolder: string;
  software: string;
  startedAt: number;
  checks(): Promise<Check[]>;
  /** Ends all sign-ins of the account; its API tokens are refused as long as it is suspended. */
  signOut(tx: Tx, accountId: number): Promise<void>;
  /** Credentials of the account are looked at anew: what they may do has changed. */
  forgetCaller(accountId: number): void;
  policy: OwnPolicy;
}

const pageSize = 200;

export async function readAccounts(
  ctx: AdminContext,
  input: { after?: string | undefined },
): Promise<{ accounts: AccountInfo[]; next?: string }> {
  const accounts = await listAccounts(ctx.store.read, input.after ?? "", pageSize);
  const last = accounts.at(-1);
  return {
    accounts: accounts.map((account) => accountInfo(ctx, account)),
    ...(accounts.length === pageSize && last !== undefined ? { next: last.name } : {}),
  };
}

/**
 * Suspends, which signs it out for good, readmits, makes an account an operator's or takes that back, or sets the room it
 * has. Throws `notFound`, and `forbidden` for what would shut out who asks for it.
 */
export async function patchAccount(
  ctx: AdminContext,
  input: {
    name: string;
    callerId: number;
    suspended?: boolean | undefined;
    operator?: boolean | undefined;
    quotaBytes?: number | undefined;
  },
): Promise<AccountInfo> {
  const { name, suspended, operator, quotaBytes } = input;
  const account = await ctx.store.write(async (tx) => {
    const before = await findAccountByName(tx, name);
    if (before?.id === input.callerId) refuseOwnExclusion(input);
    if (operator !== undefined && before !== undefined) {
      await setOperator(tx, name, operator);
      tx.afterCommit(() => ctx.forgetCaller(before.id));
    }
    if (suspended !== undefined) await setSuspended(tx, name, suspended ? ctx.clock.now() : null);
    if (quotaBytes !== undefined) await setQuota(tx, name, quotaBytes);
    const changed = await findAccountByName(tx, name);
    if (changed !== undefined && suspended === true) await ctx.signOut(tx, changed.id);
    return changed;
  });
  if (account === undefined) return fail("notFound", `There is no account “${name}” here.`);
  return accountInfo(ctx, account);
}

/** Somebody else can still do it, or the command line on the machine. */
function refuseOwnExclusion({
  suspended,
  operator,
}: {
  suspended?: boolean | undefined;
  operator?: boolean | undefined;
}): void {
  if (suspended === true) fail("forbidden", "You cannot suspend your own account. Ask another operator.");
  if (operator === false)
    fail("forbidden", "You cannot take the operator's role from yourself. Ask another operator.");
}

/** What is queued, by host: of very many hosts those that have waited for longest. */
export async function readQueue(
  ctx: AdminContext,
): Promise<{ hosts: QueueHost[]; waiting: number; scheduled: number }> {
  const backoffs = new Map((await listBackoffs(ctx.store.read)).map((backoff) => [backoff.host, backoff]));
  const queued = await summariseQueue(ctx.store.read, ctx.clock.now());
  const longest = queued.toSorted((a, b) => placeOf(a) - placeOf(b)).slice(0, limits.listItems);
  const hosts = longest.map(({ host, waiting, scheduled, oldestAt, nextAttemptAt }) => {
    const backoff = backoffs.get(host);
    return {
      host,
      waiting,
      scheduled,
      ...(oldestAt === undefined ? {} : { oldestAt: formatTime(oldestAt) }),
      nextAttemptAt: formatTime(Math.max(nextAttemptAt, backoff?.notBefore ?? 0)),
      failureCount: backoff?.failureCount ?? 0,
      ...(backoff === undefined ? {} : { problem: problem("unavailable", backoff.problem) }),
    };
  });
  return {
    hosts,
    waiting: queued.reduce((sum, { waiting }) => sum + waiting, 0),
    scheduled: queued.reduce((sum, { scheduled }) => sum + scheduled, 0),
  };
}

/** Hosts that only something scheduled is for come last, by its hour, which is still to come. */
function placeOf({ oldestAt, nextAttemptAt }: WaitingHost): number {
  return oldestAt ?? nextAttemptAt;
}

/**
 * Forgets a host's failures and tries at once what waits for it, and nothing before its own hour; how many that is.
 * Throws `notFound` for nothing.
 */
export async function retryHost(
  ctx: AdminContext,
  input: { host: string },
): Promise<{ host: string; retried: number }> {
  const queued = await summariseQueue(ctx.store.read, ctx.clock.now());
  const entry = queued.find(({ host }) => host === input.host);
  if (entry === undefined) return fail("notFound", `Nothing waits for ${input.host.slice(0, 100)}.`);
  if (entry.waiting === 0) {
    const first = formatTime(entry.nextAttemptAt);
    return fail("notFound", `Nothing waits for ${entry.host} yet: what is scheduled goes from ${first} on.`);
  }
  await ctx.queue.hostIsBack(input.host);
  return { host: input.host, retried: entry.waiting };
}

/**
 * Gives up what waits for a host, and tells each sender once; how many that are, and how many are just being tried, which
 * goes on. What is scheduled keeps its hour. Throws `notFound` when nothing waits.
 */
export async function cancelHost(
  ctx: AdminContext,
  input: { host: string },
): Promise<{ host: string; cancelled: number; underWay: number }> {
  const stopped = await stopTrying(ctx, input.host);
  if (stopped.cancelled + stopped.underWay === 0)
    return fail("notFound", `Nothing waits for ${input.host.slice(0, 100)}.`);
  ctx.log("info", "delivery given up by the operator", { host: input.host, ...stopped });
  return { host: input.host, ...stopped };
}

export async function readPeers(
  ctx: AdminContext,
  input: { after?: string | undefined },
): Promise<{ peers: PeerInfo[]; next?: string }> {
  const peers = await listPeers(ctx.store.read, input.after ?? "", pageSize);
  const backoffs = new Map((await listBackoffs(ctx.store.read)).map((backoff) => [backoff.host, backoff]));
  const last = peers.at(-1);
  return {
    peers: peers.map((peer) => {
      const backoff = backoffs.get(peer.host);
      const failure = backoff && {
        at: formatTime(backoff.since),
        problem: problem("unavailable", backoff.problem),
      };
      return { ...peerInfo(peer), ...(failure === undefined ? {} : { lastFailure: failure }) };
    }),
    ...(peers.length === pageSize && last !== undefined ? { next: last.host } : {}),
  };
}

/** Blocks a host, or allows it as it is: that its root key had changed is settled by that. Throws `badHost`. */
export async function patchPeer(
  ctx: AdminContext,
  input: { host: string; policy: PeerPolicy },
): Promise<PeerInfo> {
  if (!isHost(input.host)) fail("badHost", `“${input.host.slice(0, 100)}” is not a host name.`);
  const peer = await ctx.store.write(async (tx) => {
    await setPeerPolicy(tx, input.host, input.policy, ctx.clock.now());
    return findPeer(tx, input.host);
  });
  return peer === undefined ? fail("notFound", `${input.host} is not known here.`) : peerInfo(peer);
}

export async function readPolicy({ policy }: Pick<AdminContext, "policy">): Promise<Policy> {
  return {
    ...policy.rules,
    signUp: "invitation",
    messageBytes: limits.messageBytes,
    fileBytes: limits.fileBytes,
    triedForS: expiryMs / 1000,
    changed: policy.changed,
    started: policy.started,
  };
}

/** Changes rules, or takes changes back. */
export async function patchPolicy(ctx: Pick<AdminContext, "policy">, patch: PolicyPatch): Promise<Policy> {
  await ctx.policy.change(patch);
  return readPolicy(ctx);
}

export async function readStatus(ctx: AdminContext): Promise<Status> {
  const { accounts, messages, storedBytes } = await countAccounts(ctx.store.read);
  return {
    host: ctx.host,
    software: ctx.software,
    wireVersion,
    startedAt: formatTime(ctx.startedAt),
    accounts,
    messages,
    storedBytes,
    freeBytes: await ctx.files.freeBytes(ctx.dataFolder),
    waiting: await countWaiting(ctx.store.read, ctx.clock.now()),
    checks: await ctx.checks(),
  };
}

function accountInfo(ctx: AdminContext, account: Account): AccountInfo {
  return {
    id: String(account.id),
    name: account.name,
    address: `${account.name}@${ctx.host}`,
    createdAt: formatTime(account.createdAt),
    suspended: account.suspendedAt !== undefined,
    operator: account.isOperator,
    quotaBytes: account.quotaBytes,
    usedBytes: account.usedBytes,
    ...(account.eraseAt === undefined ? {} : { eraseAt: formatTime(account.eraseAt) }),
  };
}

function peerInfo(peer: Peer): PeerInfo {
  const endpoint = findEndpoint(peer);
  return {
    host: peer.host,
    policy: peer.policy,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(peer.rootKey === undefined ? {} : { rootKey: peer.rootKey }),
    ...(peer.rootChangedAt === undefined ? {} : { rootKeyChangedAt: formatTime(peer.rootChangedAt) }),
    firstSeenAt: formatTime(peer.firstSeenAt),
    ...(peer.lastSeenAt === undefined ? {} : { lastSeenAt: formatTime(peer.lastSeenAt) }),
    ...(peer.lastSuccessAt === undefined ? {} : { lastSuccessAt: formatTime(peer.lastSuccessAt) }),
  };
}

/** Undefined also where the document that is kept is none that this version reads. */
function findEndpoint({ discovery }: Peer): string | undefined {
  const document: unknown = discovery === undefined ? undefined : JSON.parse(discovery);
  return discoveryShape.matches(document) ? document.endpoint : undefined;
}
