/** What an account's owner sets for it, and what its server keeps for them. */
import {
  type Absence,
  changeAbsence,
  changeIdentity,
  changeSettings,
  createIdentity,
  createToken,
  deleteToken,
  doDropRule,
  doKeepRule,
  endSession,
  fittingName,
  formatDeviceLink,
  type Identity,
  listIdentities,
  listRules,
  listSenders,
  listSessions,
  listTokens,
  makeDeviceLink,
  type Rule,
  type RuleFields,
  readAbsence,
  readAccount,
  readSettings,
  removeIdentity,
} from "@posthorn/client";
import type { ApiToken, Scope, Sender } from "@posthorn/protocol";
import { numberOf } from "./acts-kept.ts";
import type { Desk } from "./desk.ts";

export interface OwnSettings {
  /** For so long a letter that was sent can be taken back, in seconds. */
  undoS: number;
  /** False for an open account: its server can read its mail. */
  isSealed: boolean;
}

export async function readOwnSettings({ mail }: Desk): Promise<OwnSettings> {
  const isSealed = (await mail.session.keys.findRootSecret()) !== undefined;
  const { undoS }: Readonly<Record<string, unknown>> = isSealed
    ? await readSettings(mail).catch(() => ({}))
    : {};
  return { undoS: typeof undoS === "number" ? undoS : 10, isSealed };
}

export async function setUndoTime({ mail }: Desk, { undoS }: { undoS: number }): Promise<void> {
  await changeSettings(mail, { undoS });
}

export function readIdentities({ mail, signal }: Desk): Promise<Identity[]> {
  return listIdentities(mail.session, { signal });
}

/** A new one has no id; a name is kept as it can be sent. Throws JmapRefusal. */
export async function keepIdentity(
  { mail, signal }: Desk,
  { id, email, name, ...rest }: { id: string | null; email: string; name?: string; textSignature?: string },
): Promise<void> {
  const fields = name === undefined ? rest : { ...rest, name: fittingName(name) ?? "" };
  if (id === null) await createIdentity(mail.session, { email, ...fields }, { signal });
  else await changeIdentity(mail.session, id, fields, { signal });
}

export async function dropIdentity({ mail, signal }: Desk, { id }: { id: string }): Promise<void> {
  await removeIdentity(mail.session, id, { signal });
}

export function readRules({ mail, signal }: Desk): Promise<Rule[]> {
  return listRules(mail.session, { signal });
}

/** A new one has no id. Gives the number by which it is taken back, null when nothing has changed. Throws JmapRefusal. */
export function keepRule(
  desk: Desk,
  { label, ...rule }: { id: string | null; fields: RuleFields; label: string },
): Promise<number | null> {
  const { mail, signal } = desk;
  return numberOf(desk, doKeepRule(mail, label, { ...rule, signal }));
}

/** Gives the number by which it comes back. Throws JmapRefusal. */
export function dropRule(desk: Desk, { id, label }: { id: string; label: string }): Promise<number | null> {
  const { mail, signal } = desk;
  return numberOf(desk, doDropRule(mail, label, { id, signal }));
}

export function readOwnAbsence({ mail, signal }: Desk): Promise<Absence> {
  return readAbsence(mail.session, { signal });
}

export async function keepAbsence({ mail, signal }: Desk, change: Partial<Absence>): Promise<void> {
  await changeAbsence(mail.session, change, { signal });
}

export interface SenderList {
  /** First-time senders wait for a decision. */
  isScreening: boolean;
  /** Of whom the owner has decided: addresses, and `*@` and a host. */
  decided: Pick<Sender, "address" | "state">[];
}

export async function readSenders({ mail, signal }: Desk): Promise<SenderList> {
  const all = await listSenders(mail.session, { signal });
  const everybody = all.find(({ address }) => address === "*@*");
  const decided = all
    .filter(({ address, state }) => address !== "*@*" && state !== "undecided")
    .map(({ address, state }) => ({ address, state }));
  return { isScreening: everybody?.state !== "accepted", decided };
}

export interface Device {
  id: string;
  /** Null when it has not said what it is. */
  name: string | null;
  signedInAtMs: number;
  seenAtMs: number;
  isThis: boolean;
}

/** This one first, then those that were there last. */
export async function readDevices({ mail }: Desk): Promise<Device[]> {
  const devices = (await listSessions(mail.session)).map((session) => ({
    id: session.id,
    name: session.device,
    signedInAtMs: Date.parse(session.createdAt),
    seenAtMs: Date.parse(session.lastSeenAt),
    isThis: session.current,
  }));
  return devices.sort((a, b) => Number(b.isThis) - Number(a.isThis) || b.seenAtMs - a.seenAtMs);
}

export async function endDevice({ mail }: Desk, { id }: { id: string }): Promise<void> {
  await endSession(mail.session, id);
}

export async function readTokens({ mail }: Desk): Promise<ApiToken[]> {
  const tokens = await listTokens(mail.session);
  return tokens.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
}

/** Gives its secret, which nobody is told again. Throws ProblemError. */
export async function makeToken(
  { mail }: Desk,
  input: { name: string; scopes: Scope[]; expiresInS: number },
): Promise<string> {
  return (await createToken(mail.session, input)).token;
}

export async function dropToken({ mail }: Desk, { id }: { id: string }): Promise<void> {
  await deleteToken(mail.session, id);
}

export interface Storage {
  /** At the server; null when it cannot be asked. */
  there: { usedBytes: number; mostBytes: number } | null;
  /** Of all that this browser keeps for the page. */
  hereBytes: number | null;
  messages: number;
}

export async function readStorage(desk: Desk): Promise<Storage> {
  const { mail, map, signal } = desk;
  await map.whole;
  const account = await readAccount(mail.session, { signal }).catch(() => undefined);
  // There is none where the page has come without TLS.
  const storage: StorageManager | undefined = navigator.storage;
  const usage = await storage?.estimate().then(
    (estimate) => estimate.usage,
    () => undefined,
  );
  return {
    there: account === undefined ? null : { usedBytes: account.usedBytes, mostBytes: account.quotaBytes },
    hereBytes: usage ?? null,
    messages: [...map.all()].length,
  };
}

/** A link by which one new device signs in: what stands behind the `#` of its address, and until when. */
export async function offerDeviceLink({ mail }: Desk): Promise<{ code: string; expiresAtMs: number }> {
  const link = await makeDeviceLink(mail.session);
  return { code: formatDeviceLink(link), expiresAtMs: link.expiresAtMs };
}
