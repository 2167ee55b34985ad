/** For tests: what an operator sees and does, on a real store. */
import { openFiles } from "../env/files.ts";
import { openRandom } from "../env/random.ts";
import { openTrialQueue, type TrialQueue } from "../queue/trial-queue.ts";
import type { Store } from "../store/sql.ts";
import type { AdminContext } from "./admin.ts";
import { OwnPolicy } from "./own-policy.ts";

/** What the server was started with. */
export const started = {
  quotaBytes: 5_000_000,
  screening: true,
  greeting: false,
  recipientsPerMinute: 600,
  recipientsAtOnce: 3000,
  contact: "",
};

export interface Trial {
  ctx: AdminContext;
  queue: TrialQueue;
  /** Accounts that were signed out. */
  signedOut: number[];
  /** Accounts whose credentials have to be looked at anew. */
  forgotten: number[];
}

/** An operator's room on a store, with a queue beside it. */
export async function openTrialAdmin(store: Store, folder = "/nowhere"): Promise<Trial> {
  const queue = await openTrialQueue(store);
  const { clock, worker } = queue;
  const signedOut: number[] = [];
  const forgotten: number[] = [];
  const ctx: AdminContext = {
    store,
    clock,
    files: openFiles({ effect: () => undefined, random: openRandom(), clock }),
    queue: worker,
    host: "a.test",
    dataFolder: folder,
    software: "posthorn",
    startedAt: clock.now(),
    checks: async () => [{ name: "database", ok: true }],
    signOut: async (_, accountId) => void signedOut.push(accountId),
    forgetCaller: (accountId) => void forgotten.push(accountId),
    policy: await OwnPolicy.open({ store, clock, log: () => undefined, started }),
    log: () => undefined,
    random: openRandom(),
  };
  return { ctx, queue, signedOut, forgotten };
}
