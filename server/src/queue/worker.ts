/**
 * Empties the queue: one runner per host that something waits for, so a dead or slow host delays no other. A runner
 * claims a batch, delivers it, and in one transaction writes what came of it and claims the next.
 */
import { type Problem, problem } from "@posthorn/protocol";
import { type DeliverContext, deliver } from "../deliver/deliver.ts";
import type { DeliveryResult } from "../deliver/result.ts";
import type { Clock, Log, Random } from "../env/env.ts";
import {
  extendLease,
  listWaitingHosts,
  releaseHost,
  releaseLeases,
  settleDelivery,
} from "../store/delivery-store.ts";
import { deleteBackoff, findBackoff } from "../store/host-backoff-store.ts";
import type { Store, Tx } from "../store/sql.ts";
import { type Claim, type ClaimLimits, claim } from "./claim.ts";
import { retire } from "./retire.ts";

const leaseMs = 120_000;
const renewLeaseMs = 40_000;
const hostsAtOnce = 64;
/** How often another process's submissions are looked for. A single process hears of its own at once. */
const lookMs = 1_000;
const afterFaultMs = 5_000;

export interface QueueContext {
  store: Store;
  clock: Clock;
  random: Random;
  log: Log;
  host: string;
  deliver: DeliverContext;
  limits: Pick<ClaimLimits, "messages" | "bytes">;
}

interface Runner {
  /** Aborted to end the runner's sleep. */
  alarm: AbortController;
  /** Somebody called while it was not asleep. */
  called: boolean;
}

export class QueueWorker {
  readonly #ctx: QueueContext;
  readonly #runners = new Map<string, Runner>();
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #busy = 0;
  #waitingForTurn: (() => void)[] = [];

  constructor(ctx: QueueContext) {
    this.#ctx = ctx;
  }

  /** Takes up what was left: everything that waits, and on an embedded store what was under way when it stopped. */
  async start(): Promise<void> {
    const { store, clock } = this.#ctx;
    if (store.dialect === "sqlite") await store.write((tx) => releaseLeases(tx, clock.now()));
    await this.#look();
    if (store.dialect === "postgres") this.#track(this.#keepLooking());
  }

  /** Something for these hosts has been committed. */
  wake(hosts: readonly string[]): void {
    for (const host of hosts) {
      const runner = this.#runners.get(host);
      if (runner === undefined) this.#startRunner(host);
      else {
        runner.called = true;
        runner.alarm.abort();
      }
    }
  }

  /** The host is there again, by its own signed word: forget its failures and try everything now. */
  async hostIsBack(host: string): Promise<void> {
    const { store, clock } = this.#ctx;
    await store.write(async (tx) => {
      await deleteBackoff(tx, host);
      await releaseHost(tx, host, clock.now());
    });
    this.wake([host]);
  }

  /** Any authenticated request from a host shows that it is there; costs one look when it never failed. */
  async heardFrom(host: string): Promise<void> {
    if ((await findBackoff(this.#ctx.store.read, host)) !== undefined) await this.hostIsBack(host);
  }

  /** True while an attempt is under way or about to be. */
  get busy(): boolean {
    return this.#busy > 0;
  }

  /** Ends after the attempts under way have been written down. */
  async stop(): Promise<void> {
    this.#stop.abort();
    for (const runner of this.#runners.values()) runner.alarm.abort();
    for (const turn of this.#waitingForTurn.splice(0)) turn();
    await Promise.all(this.#running);
  }

  async #look(): Promise<void> {
    const waiting = await listWaitingHosts(this.#ctx.store.read);
    this.wake(waiting.filter((host) => !this.#runners.has(host)));
  }

  async #keepLooking(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#ctx.clock.sleep(lookMs, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      await this.#look().catch((error) =>
        this.#ctx.log("error", "queue.lookFailed", { error: String(error) }),
      );
    }
  }

  #startRunner(host: string): void {
    if (this.#stop.signal.aborted) return;
    const runner: Runner = { alarm: new AbortController(), called: false };
    this.#runners.set(host, runner);
    this.#track(this.#run(host, runner));
  }

  #track(work: Promise<void>): void {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }

  async #run(host: string, runner: Runner): Promise<void> {
    let messages = this.#ctx.limits.messages;
    while (!this.#stop.signal.aborted) {
      runner.called = false;
      const sleepUntil = await this.#workThrough(host, messages);
      if (sleepUntil === "fault") {
        // A batch of one tells which message it is that cannot be handled, and that one is set aside.
        messages = 1;
        await this.#sleep(runner, afterFaultMs);
        continue;
      }
      messages = this.#ctx.limits.messages;
      if (runner.called) continue;
      if (sleepUntil === undefined) break;
      await this.#sleep(runner, Math.max(sleepUntil - this.#ctx.clock.now(), 0));
    }
    this.#runners.delete(host);
  }

  async #sleep(runner: Runner, ms: number): Promise<void> {
    if (runner.called) return;
    runner.alarm = new AbortController();
    await this.#ctx.clock.sleep(ms, runner.alarm.signal);
  }

  /** Delivers what is due for a host; when the next is due, or undefined when nothing waits. */
  async #workThrough(host: string, messages: number): Promise<number | undefined | "fault"> {
    await this.#turn();
    this.#busy++;
    let current: Claim | undefined;
    try {
      current = await this.#ctx.store.write((tx) => this.#claim(tx, host, messages));
      while (current.messages.length > 0 || current.expired.length > 0) {
        const attempt: Claim = current;
        const result = await this.#attempt(host, attempt);
        const stopping = this.#stop.signal.aborted;
        current = await this.#ctx.store.write(async (tx) => {
          await retire({ ...this.#ctx, now: this.#ctx.clock.now() }, tx, host, attempt, result);
          return stopping ? nothing : this.#claim(tx, host, messages);
        });
      }
      return current.nextDueAt;
    } catch (error) {
      this.#ctx.log("error", "queue.fault", { host, error: String(error) });
      if (messages === 1 && current !== undefined) await this.#setAside(host, current);
      return "fault";
    } finally {
      this.#busy--;
      this.#waitingForTurn.shift()?.();
    }
  }

  #claim(tx: Tx, host: string, messages: number): Promise<Claim> {
    return claim(tx, host, this.#ctx.clock.now(), { messages, bytes: this.#ctx.limits.bytes, leaseMs });
  }

  async #attempt(host: string, attempt: Claim): Promise<DeliveryResult> {
    if (attempt.messages.length === 0) return { kind: "answered", results: new Map() };
    const done = new AbortController();
    const renewing = this.#renewLeases(attempt, done.signal);
    try {
      return await deliver(
        this.#ctx.deliver,
        host,
        attempt.messages.map((message) => ({
          messageId: message.messageId,
          accountId: message.accountId,
          bytes: message.bytes,
          recipients: message.deliveries.map((delivery) => ({
            deliveryId: delivery.id,
            id: delivery.recipient,
          })),
        })),
      );
    } finally {
      done.abort();
      await renewing;
    }
  }

  async #renewLeases(attempt: Claim, done: AbortSignal): Promise<void> {
    while (true) {
      await this.#ctx.clock.sleep(renewLeaseMs, done);
      if (done.aborted) return;
      const until = this.#ctx.clock.now() + leaseMs;
      await this.#ctx.store
        .write(async (tx) => {
          for (const message of attempt.messages) {
            for (const delivery of message.deliveries) await extendLease(tx, delivery, until);
          }
        })
        .catch((error) => this.#ctx.log("warn", "queue.leaseNotRenewed", { error: String(error) }));
    }
  }

  /** The one message that nothing can be done with fails alone (threats D2, CVE-2025-30355). */
  async #setAside(host: string, poisoned: Claim): Promise<void> {
    const reason: Problem = problem(
      "internal",
      "This server could not handle the message. Its operator finds the cause in the log.",
    );
    const deliveries = [...poisoned.expired, ...poisoned.messages.flatMap((message) => message.deliveries)];
    for (const delivery of deliveries) {
      if (delivery.attemptCount < 3) continue;
      this.#ctx.log("error", "queue.setAside", { host, delivery: delivery.id });
      await this.#ctx.store
        .write((tx) =>
          settleDelivery(tx, delivery.id, "failed", this.#ctx.clock.now(), JSON.stringify(reason)),
        )
        .catch((error) => this.#ctx.log("error", "queue.notSetAside", { error: String(error) }));
    }
  }

  /** At most so many hosts are called at the same time. */
  async #turn(): Promise<void> {
    if (this.#busy < hostsAtOnce || this.#stop.signal.aborted) return;
    await new Promise<void>((resolve) => this.#waitingForTurn.push(resolve));
  }
}

const nothing: Claim = { messages: [], expired: [], nextDueAt: undefined };
