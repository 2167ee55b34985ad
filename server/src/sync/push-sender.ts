import type { Clock, Egress, EgressResult, InboundAnswer, Log, Random } from "../env/env.ts";
import { listLivingCredentials } from "../store/credential-store.ts";
import {
  claimPush,
  deleteExpiredPush,
  deletePushOfCredentials,
  deletePushSubscription,
  findPushSubscription,
  listPushAccounts,
  listPushCredentials,
  listPushDue,
  listPushIds,
  type PushSubscription,
  setPushedState,
  settlePush,
  settleVerification,
} from "../store/push-store.ts";
import type { OpenStore } from "../store/sql.ts";
import { nextMessage, type PushMessage, type PushMessageContext, PushRequests } from "./push-message.ts";
import { makePushTurns } from "./push-turns.ts";

const mostUnderWay = 256;
/** A service may take as long as a request lasts, and an account names its services itself. */
const mostOfAccount = 8;
/** Longer than a request may take: who has claimed and says nothing for so long is gone. */
const claimMs = 60_000;
/** What changes meanwhile goes as one message. */
const gapMs = 1_000;
const firstRetryMs = 10_000;
const longestRetryMs = 6 * 3_600_000;
const afterAccidentMs = 30_000;
/** A service that does not take the code in so many tries never hears of us again (RFC 8620 §8.6). */
const triesToVerify = 3;
const verifyMs = 24 * 3_600_000;
const lookMs = 30_000;
const keepHouseMs = 3_600_000;
const rowsPerLook = 500;

export interface PushContext extends PushMessageContext {
  store: Pick<OpenStore, "dialect" | "read" | "write" | "onChanged">;
  clock: Clock;
  random: Random;
  egress: Pick<Egress, "request">;
  log: Log;
}

/**
 * Tells subscriptions of their accounts' changes (RFC 8620 §7.2). What was told last is stored, and the right to send is
 * taken in the store before anything is sent: so nothing is forgotten by a restart, and of several processes one sends.
 * Of a subscription one message is under way at a time, and what changes meanwhile is one message more.
 */
export class PushSender {
  readonly #ctx: PushContext;
  readonly #requests: PushRequests;
  readonly #accounts = new Set<number>();
  readonly #lanes = new Map<string, Lane>();
  readonly #stop = new AbortController();
  readonly #turns = makePushTurns(mostUnderWay, mostOfAccount);
  #stopListening: () => void = () => undefined;
  #living: Promise<void> | undefined;

  constructor(ctx: PushContext) {
    this.#ctx = ctx;
    this.#requests = new PushRequests(ctx);
  }

  start(): void {
    this.#stopListening = this.#ctx.store.onChanged(
      (accountId) => {
        if (this.#accounts.has(accountId)) void this.#wakeAccount(accountId);
      },
      () => void this.#look(),
    );
    this.#living = this.#live();
  }

  /** Something is to be sent to a subscription: it was made, or its code has come back. */
  wake(accountId: number, id: string): void {
    this.#accounts.add(accountId);
    this.#wake(accountId, id);
  }

  /** What is under way is given up, and sent again after the next start if it did not arrive. */
  async close(): Promise<void> {
    this.#stopListening();
    this.#stop.abort("over");
    this.#turns.end();
    await Promise.all([this.#living, ...[...this.#lanes.values()].map(({ running }) => running)]);
  }

  async #live(): Promise<void> {
    const { store, clock } = this.#ctx;
    const { signal } = this.#stop;
    await this.#orLog("subscriptions not read", async () => {
      for (const accountId of await listPushAccounts(store.read)) this.#accounts.add(accountId);
    });
    // Also what is to wait a while longer: after that nobody else would look at it.
    await this.#look(longestRetryMs);
    let houseAtMs = clock.mono();
    while (!signal.aborted) {
      if (clock.mono() >= houseAtMs) {
        houseAtMs = clock.mono() + keepHouseMs;
        await this.#orLog("old subscriptions not removed", () => this.#keepHouse());
      }
      await clock.sleep(lookMs, signal);
      // The embedded store has one process, which has heard of everything.
      if (store.dialect === "postgres" && !signal.aborted) await this.#look();
    }
  }

  /** Finds what nobody is at: after a start, or because another process has died at it. */
  async #look(withinMs = 0): Promise<void> {
    const { store, clock } = this.#ctx;
    const now = clock.now();
    const asked = { now, dueBy: now + withinMs, limit: rowsPerLook };
    await this.#orLog("subscriptions not looked at", async () => {
      let after: string | undefined = "";
      while (after !== undefined && !this.#stop.signal.aborted) {
        const due = await listPushDue(store.read, { ...asked, after });
        for (const { id, accountId } of due) this.wake(accountId, id);
        after = due.length < rowsPerLook ? undefined : due.at(-1)?.id;
      }
    });
  }

  async #keepHouse(): Promise<void> {
    const { store, clock } = this.#ctx;
    const now = clock.now();
    await store.write((tx) => deleteExpiredPush(tx, now, now - verifyMs));
    let after: string | undefined = "";
    while (after !== undefined && !this.#stop.signal.aborted) {
      const found = await listPushCredentials(store.read, after, rowsPerLook);
      const living = await listLivingCredentials(store.read, found, now);
      const dead = found.filter((id) => !living.has(id));
      if (dead.length > 0) await store.write((tx) => deletePushOfCredentials(tx, dead));
      after = found.length < rowsPerLook ? undefined : found.at(-1);
    }
  }

  async #wakeAccount(accountId: number): Promise<void> {
    await this.#orLog("subscriptions not read", async () => {
      for (const id of await listPushIds(this.#ctx.store.read, accountId)) this.#wake(accountId, id);
    });
  }

  #wake(accountId: number, id: string): void {
    if (this.#stop.signal.aborted) return;
    const lane = this.#lanes.get(id);
    if (lane !== undefined) {
      lane.isAgain = true;
      return;
    }
    const made: Lane = { isAgain: true, running: Promise.resolve() };
    this.#lanes.set(id, made);
    made.running = this.#run(accountId, id, made);
  }

  async #run(accountId: number, id: string, lane: Lane): Promise<void> {
    const { clock, log } = this.#ctx;
    const { signal } = this.#stop;
    while (lane.isAgain && !signal.aborted) {
      lane.isAgain = false;
      const waitMs = await this.#turns
        .run(accountId, () => this.#push(id))
        .catch((error: unknown) => {
          if (!signal.aborted) log("error", "push not sent", { error });
          return afterAccidentMs;
        });
      if (waitMs === undefined) continue;
      await clock.sleep(waitMs, signal);
      lane.isAgain = true;
    }
    this.#lanes.delete(id);
  }

  /** Sends what is due, once. How long until there is more to do, as far as that is known by now. */
  async #push(id: string): Promise<number | undefined> {
    const { store, clock, egress } = this.#ctx;
    const now = clock.now();
    const subscription = await findPushSubscription(store.read, id);
    if (subscription?.dueAt === undefined || subscription.expiresAt <= now) return undefined;
    if (subscription.dueAt > now) return Math.min(subscription.dueAt - now, longestRetryMs);
    const message = await nextMessage(store.read, subscription);
    if (message === undefined) return undefined;
    if (message.kind === "unwanted") {
      await store.write((tx) => setPushedState(tx, id, message.state));
      return undefined;
    }
    const living = await listLivingCredentials(store.read, [subscription.credentialId], now);
    if (!living.has(subscription.credentialId)) {
      await store.write((tx) => deletePushSubscription(tx, id));
      return undefined;
    }
    // When another process has it, what is due then is seen by looking again.
    if (!(await store.write((tx) => claimPush(tx, id, now, now + claimMs)))) return 0;
    const request = this.#requests.make(subscription, message);
    const result = await egress.request({ ...request, signal: this.#stop.signal });
    return this.#stop.signal.aborted ? undefined : this.#settle(subscription, message, result);
  }

  async #settle(
    subscription: PushSubscription,
    message: PushMessage,
    result: EgressResult,
  ): Promise<number | undefined> {
    const { store, clock } = this.#ctx;
    const { id, pushedState } = subscription;
    const outcome = outcomeOf(result);
    if (outcome.kind === "gone") {
      await store.write((tx) => deletePushSubscription(tx, id));
      return undefined;
    }
    const now = clock.now();
    const failures = outcome.kind === "taken" ? 0 : subscription.failures + 1;
    const waitMs = outcome.kind === "taken" ? gapMs : this.#retryMs(failures, outcome.retryAfterMs);
    const dueAt = now + waitMs;
    if (message.kind === "change") {
      const told = outcome.kind === "taken" ? message.state : pushedState;
      await store.write((tx) => settlePush(tx, id, { pushedState: told, dueAt, failures }));
      return outcome.kind === "taken" ? undefined : waitMs;
    }
    const isOver = outcome.kind === "taken" || failures >= triesToVerify;
    await store.write((tx) => settleVerification(tx, id, { dueAt: isOver ? undefined : dueAt, failures }));
    return isOver ? undefined : waitMs;
  }

  /** Twice as long each time, and never all at once. */
  #retryMs(failures: number, retryAfterMs: number): number {
    const ceilingMs = Math.min(firstRetryMs * 2 ** (failures - 1), longestRetryMs);
    const waitMs = Math.round(ceilingMs * (0.5 + this.#ctx.random.fraction() / 2));
    return Math.min(Math.max(waitMs, retryAfterMs), longestRetryMs);
  }

  async #orLog(event: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#ctx.log("error", event, { error });
    }
  }
}

interface Lane {
  /** Something has come since it last looked. */
  isAgain: boolean;
  running: Promise<void>;
}

type Outcome = { kind: "taken" } | { kind: "gone" } | { kind: "failed"; retryAfterMs: number };

function outcomeOf(result: EgressResult): Outcome {
  if (!result.ok) return { kind: "failed", retryAfterMs: 0 };
  const { status } = result.answer;
  if (status >= 200 && status < 300) return { kind: "taken" };
  // The subscription is over (RFC 8030 §7.3).
  if (status === 404 || status === 410) return { kind: "gone" };
  return { kind: "failed", retryAfterMs: retryAfterMs(result.answer) };
}

function retryAfterMs({ headers }: InboundAnswer): number {
  const [value = ""] = headers.get("retry-after") ?? [];
  return /^\d{1,9}$/.test(value) ? Number(value) * 1_000 : 0;
}
