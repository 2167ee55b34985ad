/** For tests: accounts on a real store, sign-ins to them, and changes of which somebody should hear. */
import { HandClock } from "../env/hand-clock.ts";
import { advanceState, insertAccount } from "../store/account-store.ts";
import { insertApiToken, insertSession } from "../store/auth-store.ts";
import { appendChange } from "../store/change-store.ts";
import type { OpenStore, Store } from "../store/sql.ts";
import type { StateType } from "../store/state-type.ts";
import { EventStreams } from "./event-streams.ts";
import { Hub } from "./hub.ts";

export const now = 1_795_500_000_000;
const yearMs = 365 * 24 * 3_600_000;

export type Written = Exclude<StateType, "Thread" | "EmailDelivery" | "InboxDelivery">;

/** Accounts 1 and 2; the sign-ins `s1` and `s2` to them, and the token `t1` to the first. */
export async function withAccounts<Opened extends Store>(store: Opened): Promise<Opened> {
  const hash = new Uint8Array(32);
  const common = { scopes: "read", createdAt: now, expiresAt: now + yearMs };
  await store.write(async (tx) => {
    for (const accountId of [1, 2]) {
      await insertAccount(tx, {
        id: accountId,
        name: `a${accountId}`,
        createdAt: now,
        quotaBytes: 1_000_000_000,
      });
      await insertSession(tx, {
        ...common,
        id: `s${accountId}`,
        accountId,
        device: undefined,
        networkHash: hash,
        familyHash: hash,
        refreshHash: hash,
        lastUsedAt: now,
      });
    }
    await insertApiToken(tx, { ...common, id: "t1", accountId: 1, name: "program", secretHash: hash });
  });
  return store;
}

/** Changes something of these types, each a state of its own, in one transaction. */
export async function change(store: Store, accountId: number, ...types: readonly Written[]): Promise<void> {
  await store.write(async (tx) => {
    for (const type of types) {
      const state = (await advanceState(tx, accountId, 0)) ?? 0;
      await appendChange(tx, accountId, { type, state, objectId: 1, change: "updated" });
    }
  });
}

export interface TrialEvents {
  clock: HandClock;
  hub: Hub;
  streams: EventStreams;
  logged: string[];
  close(): void;
}

export function openTrialEvents(store: OpenStore): TrialEvents {
  const clock = new HandClock(now);
  const logged: string[] = [];
  const log = (_: string, event: string) => logged.push(event);
  const hub = new Hub({ store, clock, log });
  const streams = new EventStreams({ store, clock, log, hub });
  return {
    clock,
    hub,
    streams,
    logged,
    close() {
      streams.close();
      hub.close();
    },
  };
}
