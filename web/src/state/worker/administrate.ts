/** What whoever runs the server sees of it and does with it, by the sign-in of an operator's account. */
import {
  cancelQueue,
  changeAccount,
  changePolicy,
  createInvite,
  createResetLink,
  deleteInvite,
  eachAccount,
  eachPeer,
  listInvites,
  readPolicy,
  readQueue,
  readReach,
  readStatus,
  retryQueue,
  setPeerPolicy,
} from "@posthorn/client";
import type {
  AccountInfo,
  Invite,
  PeerInfo,
  PeerPolicy,
  Policy,
  PolicyPatch,
  QueueHost,
  Reach,
  Status,
} from "@posthorn/protocol";
import type { Desk } from "./desk.ts";

/** More of a list than anybody reads on a page. */
const mostShown = 2_000;

export interface ServerState {
  status: Status;
  reach: Reach;
  queue: Queue;
  /** Servers that did not answer when they were called last. */
  failingPeers: number;
  /** Servers that show another root key than before. */
  changedPeers: number;
  peers: number;
}

export async function readServer(desk: Desk): Promise<ServerState> {
  const { session } = desk.mail;
  const [status, reach, queue, peers] = await Promise.all([
    readStatus(session),
    readReach(session),
    readQueue(session),
    listPeers(desk),
  ]);
  return {
    status,
    reach,
    queue,
    peers: peers.length,
    failingPeers: peers.filter(({ lastFailure, policy }) => policy === "allow" && lastFailure !== undefined)
      .length,
    changedPeers: peers.filter(({ rootKeyChangedAt }) => rootKeyChangedAt !== undefined).length,
  };
}

export interface Users {
  accounts: AccountInfo[];
  /** Those that can still be used; newest first. */
  invites: Invite[];
  /** Who looks. */
  own: string;
}

export async function readUsers(desk: Desk): Promise<Users> {
  const { session } = desk.mail;
  const [accounts, invites] = await Promise.all([firstOf(eachAccount(session)), listInvites(session)]);
  const nowMs = session.platform.clock.now();
  return {
    accounts,
    invites: invites.filter(({ usedAt, expiresAt }) => usedAt === undefined && Date.parse(expiresAt) > nowMs),
    own: session.address,
  };
}

export interface Queue {
  hosts: QueueHost[];
  waiting: number;
  scheduled: number;
}

export function readWaiting(desk: Desk): Promise<Queue> {
  return readQueue(desk.mail.session);
}

export function listPeers(desk: Desk): Promise<PeerInfo[]> {
  return firstOf(eachPeer(desk.mail.session));
}

export function readRules(desk: Desk): Promise<Policy> {
  return readPolicy(desk.mail.session);
}

export async function changeUser(
  desk: Desk,
  { name, ...change }: { name: string; suspended?: boolean; operator?: boolean; quotaBytes?: number },
): Promise<void> {
  await changeAccount(desk.mail.session, name, change);
}

/** Gives the link, which is told once. */
export async function invite(
  desk: Desk,
  { name, days, operator }: { name: string; days: number; operator: boolean },
): Promise<{ id: string; link: string; expiresAt: string }> {
  const asked = {
    ...(name === "" ? {} : { name }),
    ...(operator ? { operator } : {}),
    expiresInS: days * 86_400,
  };
  const { id, url, expiresAt } = await createInvite(desk.mail.session, asked);
  return { id, link: url, expiresAt };
}

/** A link by which somebody begins anew who has lost password and phrase; it is told once. */
export async function makeReset(
  desk: Desk,
  { name }: { name: string },
): Promise<{ link: string; expiresAt: string }> {
  const { url, expiresAt } = await createResetLink(desk.mail.session, name);
  return { link: url, expiresAt };
}

export function revokeInvite(desk: Desk, { id }: { id: string }): Promise<void> {
  return deleteInvite(desk.mail.session, id);
}

/** How many deliveries are tried now. */
export async function retryHost(desk: Desk, { host }: { host: string }): Promise<number> {
  return (await retryQueue(desk.mail.session, host)).retried;
}

/** How many deliveries are given up, and how many are just being tried and so are not. */
export async function cancelHost(
  desk: Desk,
  { host }: { host: string },
): Promise<{ cancelled: number; underWay: number }> {
  const { cancelled, underWay } = await cancelQueue(desk.mail.session, host);
  return { cancelled, underWay };
}

export async function setRules(desk: Desk, change: PolicyPatch): Promise<void> {
  await changePolicy(desk.mail.session, change);
}

export async function setPeer(
  desk: Desk,
  { host, policy }: { host: string; policy: PeerPolicy },
): Promise<void> {
  await setPeerPolicy(desk.mail.session, host.trim().toLowerCase(), policy);
}

async function firstOf<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) {
    found.push(item);
    if (found.length >= mostShown) break;
  }
  return found;
}
