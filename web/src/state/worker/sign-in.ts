/** Coming in: with a password, by an invitation, or with the recovery phrase. */
import {
  beginAnew,
  changeOwnName,
  joinByLink,
  login,
  type Platform,
  parseDeviceLink,
  recover,
  regain,
  register,
  viewInvite,
  viewReset,
} from "@posthorn/client";
import { accountName, fail, formatAddress, parseAddress } from "@posthorn/protocol";
import { checkPhrase } from "./check-phrase.ts";
import type { Room } from "./desk.ts";
import { deskOf } from "./desk-of.ts";
import { homeHost, wholeAddress } from "./home-platform.ts";
import { owePhrase } from "./phrase.ts";

/** What the list of sign-ins shows for this browser. */
interface Device {
  device: string;
}

export async function signIn(
  room: Room,
  { address, password, device }: { address: string; password: string } & Device,
  signal: AbortSignal,
): Promise<void> {
  const { keeper, platform } = room;
  const whole = await wholeAddress(platform, address, signal);
  checkSeat(room, whole);
  await room.sitDown(await login(platform, { address: whole, password }, { keeper, device, signal }));
}

/** The host in the addresses of the server that the page has come from. */
export function readHome({ platform }: Room, _: Record<string, never>): Promise<string> {
  return homeHost(platform);
}

export interface Invitation {
  host: string;
  /** The name that it is for; null when whoever takes it up may choose. */
  name: string | null;
  expiresAt: string | null;
}

export async function readInvitation({ platform }: Room, { token }: { token: string }): Promise<Invitation> {
  const offer = await viewInvite(platform, await inviteOf(platform, token));
  return { host: offer.host, name: offer.name ?? null, expiresAt: offer.expiresAt ?? null };
}

interface SignUp extends Device {
  token: string;
  /** What stands before the `@`. */
  name: string;
  /** What people call whoever signs up; may be empty. */
  personName: string;
  password: string;
}

/** Gives the recovery phrase, which is told once. */
export async function signUp(
  room: Room,
  { token, name, personName, password, device }: SignUp,
): Promise<{ address: string; phrase: string | null }> {
  const { keeper, platform } = room;
  checkSeat(room, undefined);
  const invite = await inviteOf(platform, token);
  const made = await register(platform, { invite, name, password }, { keeper, device });
  // The account is made, and its phrase must be shown: a name can be set again.
  if (personName !== "") await changeOwnName(made.session, personName).catch(() => undefined);
  const desk = await room.sitDown(made.session);
  // Before it is shown: who never sees it, or leaves it for later, is reminded.
  if (made.recoveryPhrase !== undefined) await owePhrase(desk).catch(() => undefined);
  return { address: made.session.address, phrase: made.recoveryPhrase ?? null };
}

/** Whose account a link of another device leads to; null when it is none, or not whole. Asks nobody. */
export async function readDeviceLink(_: Room, { code }: { code: string }): Promise<string | null> {
  return parseDeviceLink(code)?.address ?? null;
}

/** Uses up a link that another device has made. */
export async function joinDevice(
  room: Room,
  { code, device }: { code: string } & Device,
  signal: AbortSignal,
): Promise<void> {
  const { keeper, platform } = room;
  const link = parseDeviceLink(code);
  if (link === undefined) throw new RangeError("The code of a link was not looked at before.");
  checkSeat(room, link.address);
  await room.sitDown(await joinByLink(platform, link, { keeper, device, signal }));
}

/** Gives the new recovery phrase where there is one. */
export async function recoverAccount(
  room: Room,
  { address, phrase, password, device }: { address: string; phrase: string; password: string } & Device,
  signal: AbortSignal,
): Promise<void> {
  checkPhrase(phrase);
  const { keeper, platform } = room;
  const whole = await wholeAddress(platform, address, signal);
  checkSeat(room, whole);
  await room.sitDown(
    await recover(platform, { address: whole, phrase, newPassword: password }, { keeper, device, signal }),
  );
}

export interface Reset {
  address: string;
  /** Whether there are keys that will be others. */
  isSealed: boolean;
}

/** Whose account an operator's link is for. */
export async function readReset({ platform }: Room, { token }: { token: string }): Promise<Reset> {
  const { address, isSealed } = await viewReset(platform, await inviteOf(platform, token));
  return { address, isSealed };
}

/** Uses an operator's link up; `isOpen` as its page has shown it. Gives the new recovery phrase, which is told once; null for an open account. */
export async function beginAnewByLink(
  room: Room,
  { token, password, device, isOpen }: { token: string; password: string; isOpen: boolean } & Device,
): Promise<{ phrase: string | null }> {
  const { keeper, platform } = room;
  const link = await inviteOf(platform, token);
  checkSeat(room, (await viewReset(platform, link)).address);
  const { session, recoveryPhrase } = await beginAnew(
    platform,
    { ...link, password, isOpen },
    { keeper, device },
  );
  const desk = await room.sitDown(session);
  if (recoveryPhrase !== undefined) await owePhrase(desk).catch(() => undefined);
  return { phrase: recoveryPhrase ?? null };
}

/** Opens what an identity before has left, and begins anew with showing it. */
export async function regainMail(room: Room, { phrase }: { phrase: string }): Promise<void> {
  checkPhrase(phrase);
  const { session } = deskOf(room).mail;
  await regain(session, phrase);
  await room.sitDown(session);
}

/** One person sits here at a time, and who signs in again is who sat here. Throws ProblemError `forbidden`. */
function checkSeat(room: Room, address: string | undefined): void {
  const seated = room.desk()?.mail.session.address;
  if (seated === undefined || (address !== undefined && seated === accountOf(address))) return;
  fail("forbidden", `${seated} is signed in in this browser. Sign out first.`);
}

function accountOf(address: string): string {
  const { id, host } = parseAddress(address);
  return formatAddress({ id: accountName(id), host });
}

/** An invitation is of the server that the page has come from, by whatever name that was. */
export async function inviteOf(platform: Platform, token: string): Promise<{ host: string; token: string }> {
  return { host: await homeHost(platform), token };
}
