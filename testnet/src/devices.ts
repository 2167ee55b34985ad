/** A device of somebody's that keeps their mail, with a wire that can be cut, and can be closed and opened again. */
import {
  actions,
  type LocalPlace,
  type Mail,
  memoryPlace,
  openMail,
  type Platform,
  type Session,
  soloTabs,
  statuses,
  syncMail,
  type Tabs,
} from "@posthorn/client";
import type { Testnet } from "./testnet.ts";
import { type UnsteadyTransport, unsteadyTransport } from "./unsteady-transport.ts";

export interface TestDevice {
  wire: UnsteadyTransport;
  place: LocalPlace;
  /** Throws while it is closed. */
  readonly mail: Mail;
  /** Opens it, and keeps its mail the same as on the server from now on. */
  open(): Promise<void>;
  close(): Promise<void>;
}

export interface TestDeviceOptions {
  place?: LocalPlace;
  tabs?: Tabs;
}

/** It is signed in, and closed. */
export async function newDevice(
  platform: Platform,
  signIn: (platform: Platform) => Promise<Session>,
  { place = memoryPlace(), tabs = soloTabs() }: TestDeviceOptions = {},
): Promise<TestDevice> {
  const wire = unsteadyTransport(platform.transport);
  const session = await signIn({ ...platform, transport: wire.transport });
  let opened: { mail: Mail; ended: AbortController; syncing: Promise<void> } | undefined;
  return {
    wire,
    place,
    get mail() {
      if (opened === undefined) throw new Error("The device is closed.");
      return opened.mail;
    },
    async open() {
      const mail = await openMail(session, { place, tabs });
      const ended = new AbortController();
      opened = { mail, ended, syncing: syncMail(mail, ended.signal) };
    },
    async close() {
      const closing = opened;
      opened = undefined;
      closing?.ended.abort();
      await closing?.syncing;
      await closing?.mail.store.close();
    },
  };
}

/** Whether it has told the server all, and read all. */
export async function isUpToDate({ mail }: TestDevice): Promise<boolean> {
  const status = await mail.store.get(statuses, "status");
  return status?.state === "live" && (await mail.store.count(actions)) === 0;
}

/** Waits until something is so that needs no time to pass. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 10_000; turn++) {
    if (await isSo()) return;
    await new Promise((next) => setTimeout(next, 1));
  }
  throw new Error("It did not come to be.");
}

/**
 * Waits until something is so that needs time to pass, as with a device that has to come again: however often the clock
 * was moved before, it may have begun its pause only after that. Time passes in small steps, for a server answers in the
 * machine's own time, and by a clock that runs ahead of that it was silent for too long.
 */
export async function inTime(
  { advance }: Pick<Testnet, "advance">,
  isSo: () => Promise<boolean>,
): Promise<void> {
  for (let turn = 1; turn <= 10_000; turn++) {
    if (await isSo()) return;
    if (turn % 10 === 0) await advance(2_000);
    await new Promise((next) => setTimeout(next, 1));
  }
  throw new Error("It did not come to be.");
}
