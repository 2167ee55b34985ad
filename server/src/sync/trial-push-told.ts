/** For tests: what a push service has been told, and time until it is. */
import { expect, vi } from "vitest";
import { findPushSubscription } from "../store/push-store.ts";
import type { OpenStore } from "../store/sql.ts";
import { withAccounts } from "./trial-changes.ts";
import { openTrialPush, type TrialPush, underWayAt } from "./trial-push.ts";

export const hourMs = 3_600_000;

export function textOf({ received }: TrialPush, index: number): string {
  return Buffer.from(received[index]?.body ?? []).toString();
}

/** What each message has told of account 1. */
export function told(push: TrialPush): Readonly<Record<string, string>>[] {
  return push.received.map((_, index) => JSON.parse(textOf(push, index)).changed?.a1 ?? {});
}

/** Whether a message tells of this state. */
export function isOf(state: string): (types: Readonly<Record<string, string>>) => boolean {
  return (types) => Object.values(types).includes(state);
}

export async function until(holds: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(holds()).toBe(true), { timeout: 20_000, interval: 1 });
}

/** Until nothing more is going on that time does not wait for. */
export async function settled(store: OpenStore): Promise<void> {
  for (let quiet = 0; quiet < 5; quiet = underWayAt(store) === 0 ? quiet + 1 : 0) {
    await store.read.get({ strings: ["SELECT 1"], values: [] });
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Lets time pass until it holds, in steps between which all that is ready is done. */
export async function inTime(
  { store, push, withinMs }: { store: OpenStore; push: TrialPush; withinMs: number },
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  for (let step = 0; step < 40 && !(await holds()); step++) {
    await push.clock.advance(withinMs / 40);
    await settled(store);
  }
  expect(await holds()).toBe(true);
}

export async function isGone(store: OpenStore, id: string): Promise<boolean> {
  return (await findPushSubscription(store.read, id)) === undefined;
}

/** Accounts on a store, and who tells their subscriptions. */
export async function beginPush(opening: Promise<OpenStore>): Promise<{ store: OpenStore; push: TrialPush }> {
  const store = await withAccounts(await opening);
  return { store, push: openTrialPush(store) };
}

export async function started(store: OpenStore, push: TrialPush): Promise<void> {
  push.sender.start();
  await settled(store);
}
