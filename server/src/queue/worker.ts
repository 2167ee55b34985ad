/**
 * Empties the queue: one runner per host that something waits for, so a dead or slow host delays no other. A runner
 * claims a batch, delivers it, and in one transaction writes what came of it and claims the next. Large files are
 * carried beside the runner, so that the host's other mail does not wait for them.
 */

import type { DeliveryResult, Lacking } from "../deliver/result.ts";
import type { Random } from "../env/env.ts";
import { releaseLeases } from "../store/delivery-lease-store.ts";
import { freeStranded, listWaitingHosts, releaseHost, summariseQueue } from "../store/delivery-store.ts";
import { deleteBackoff, findBackoff, listBackoffs } from "../store/host-backoff-store.ts";
import type { Tx } from "../store/sql.ts";
import { type AttemptContext, attempt, attemptCarrying, leaseMs } from "./attempt.ts";
import { type Claim, type ClaimedMessage, type ClaimLimits, claim } from "./claim.ts";
import { retire, retireApart } from "./retire.ts";
import { Turns } from "./turns.ts";

/**
 * Hosts called at the same time: of those that answered when they were last called, of those that have not been called
 * since this process started, and of those that have just failed. Apart, so that none waits for one of another sort to
 * hang until its time is over.
 */
const atOnce = { well: 256, untried: 512, failing: 32 };
const rememberedHosts = 4_096;
/** Messages whose files are carried to one host at the same time, and that wait for it. */
const carriedAtOnce = 3;
const mostToCarry = 100;
/** How often another process's submissions are looked for. A single process hears of its own at once. */
const lookMs = 1_000;
const looksPerFreeing = 60;
const afterFaultMs = 5_000;
/** How long a queue that several processes share is not looked at: what a dead one leaves behind is found by the others. */
const longestSleepMs = 300_000;

export interface QueueContext extends AttemptContext {
  random: Random;
  host: string;
  limits: Pick<ClaimLimits, "messages" | "bytes">;
}

interface Runner {
  host: string;
  /** Aborted to end the runner's sleep; undefined while it is awake. */
  alarm: AbortController | undefined;
  /** Somebody called while it was not asleep. */
  called: boolean;
  /** Aborted to have it wait in another line than the one it stands in; undefined while it stands in none. */
  line: AbortController | undefined;
  /** The last attempt did not reach the host. */
  failing: boolean;
  carriers: Turns;
  toCarry: number;
}

type Worked = { kind: "slept"; nextDueAt: number | undefined } | { kind: "fault" };

export class QueueWorker {
  readonly #ctx: QueueContext;
  readonly #runners = new Map<string, Runner>();
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  readonly #cut = new AbortController();
  readonly #turns = {
    well: new Turns(atOnce.well),
    untried: new Turns(atOnce.untried),
    failing: new Turns(atOnce.failing),
  };
  /** Hosts that answered when they were last called, the latest last. */
  readonly #well = new Set<string>();
  #busy = 0;

  constructor(ctx: QueueContext) {
    this.#ctx = ctx;
  }

  /** Takes up what was left: everything that waits, and on an embedded store what was under way when it stopped. */
  async start(): Promise<void> {
    const { store, clock } = this.#ctx;
    await store.write(async (tx) => {
      if (tx.dialect === "sqlite") await releaseLeases(tx, clock.now());
      await freeStranded(tx);
    });
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
        runner.alarm?.abort("over");
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
    const runner = this.#runners.get(host);
    if (runner?.failing === true) {
      runner.failing = false;
      runner.line?.abort("over");
    }
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

  /** When the next delivery to any host is due, its host's breaker included; undefined when nothing waits. */
  async nextDueAt(): Promise<number | undefined> {
    const { store, clock } = this.#ctx;
    const waiting = await summariseQueue(store.read, clock.now());
    const backoffs = new Map(
      (await listBackoffs(store.read)).map(({ host, notBefore }) => [host, notBefore]),
    );
    const times = waiting.map(({ host, nextAttemptAt }) => Math.max(nextAttemptAt, backoffs.get(host) ?? 0));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Claims nothing more, gives the attempts under way `graceMs` to end, then cuts them; each is written down. */
  async stop(graceMs: number): Promise<void> {
    this.#stop.abort("over");
    for (const runner of this.#runners.values()) {
      runner.alarm?.abort("over");
      runner.line?.abort("over");
    }
    const ended = Promise.all(this.#running);
    const grace = new AbortController();
    await Promise.race([ended, this.#ctx.clock.sleep(graceMs, grace.signal)]);
    grace.abort("over");
    this.#cut.abort("over");
    await ended;
  }

  async #look(): Promise<void> {
    const waiting = await listWaitingHosts(this.#ctx.store.read);
    this.wake(waiting.filter((host) => !this.#runners.has(host)));
  }

  async #keepLooking(): Promise<void> {
    const { store, clock, log } = this.#ctx;
    for (let looks = 1; !this.#stop.signal.aborted; looks++) {
      await clock.sleep(lookMs, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      try {
        if (looks % looksPerFreeing === 0) await store.write(freeStranded);
        await this.#look();
      } catch (error) {
        log("error", "queue not looked at", { error: String(error) });
      }
    }
  }

  #startRunner(host: string): void {
    if (this.#stop.signal.aborted) return;
    const runner: Runner = {
      host,
      alarm: undefined,
      called: false,
      line: undefined,
      failing: false,
      carriers: new Turns(carriedAtOnce),
      toCarry: 0,
    };
    this.#runners.set(host, runner);
    this.#track(this.#run(runner));
  }

  #track(work: Promise<void>): void {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }

  async #run(runner: Runner): Promise<void> {
    while (!this.#stop.signal.aborted) {
      runner.called = false;
      const worked = await this.#workThrough(runner);
      if (worked.kind === "fault") {
        await this.#sleep(runner, afterFaultMs);
      } else if (!runner.called) {
        if (worked.nextDueAt === undefined) break;
        await this.#sleep(runner, Math.max(worked.nextDueAt - this.#ctx.clock.now(), 0));
      }
    }
    this.#runners.delete(runner.host);
  }

  async #sleep(runner: Runner, ms: number): Promise<void> {
    if (runner.called || this.#stop.signal.aborted) return;
    runner.alarm = new AbortController();
    const { store, clock } = this.#ctx;
    await clock.sleep(store.dialect === "sqlite" ? ms : Math.min(ms, longestSleepMs), runner.alarm.signal);
    runner.alarm = undefined;
  }

  /** Delivers what is due for a host, and says when the next is. */
  async #workThrough(runner: Runner): Promise<Worked> {
    const turns = await this.#takeTurn(runner);
    if (turns === undefined) return { kind: "slept", nextDueAt: undefined };
    const { host } = runner;
    this.#busy++;
    try {
      let current = await this.#claim(host);
      while (current.messages.length > 0 || current.expired.length > 0) {
        const result = await attempt(this.#ctx, host, current.messages, this.#cut.signal);
        this.#note(runner, result);
        current = await this.#writeDown(host, this.#handOver(runner, current, result), result);
      }
      return { kind: "slept", nextDueAt: current.nextDueAt };
    } catch (error) {
      // What was claimed is claimed again when its leases run out.
      this.#ctx.log("error", "queue fault", { host, error: String(error) });
      return { kind: "fault" };
    } finally {
      this.#busy--;
      turns.giveBack();
    }
  }

  /** Waits for a turn; where it was taken, undefined when the worker stops. */
  async #takeTurn(runner: Runner): Promise<Turns | undefined> {
    while (!this.#stop.signal.aborted) {
      const turns = this.#turnsOf(runner);
      const line = new AbortController();
      runner.line = line;
      const taken = await turns.take(line.signal);
      runner.line = undefined;
      if (taken) return turns;
    }
    return undefined;
  }

  #turnsOf({ host, failing }: Runner): Turns {
    if (failing) return this.#turns.failing;
    return this.#well.has(host) ? this.#turns.well : this.#turns.untried;
  }

  #note(runner: Runner, { host: told }: DeliveryResult): void {
    if (told.kind === "untold") return;
    runner.failing = told.kind !== "answered";
    this.#well.delete(runner.host);
    if (runner.failing) return;
    this.#well.add(runner.host);
    const [oldest] = this.#well;
    if (this.#well.size > rememberedHosts && oldest !== undefined) this.#well.delete(oldest);
  }

  #claim(host: string): Promise<Claim> {
    return this.#ctx.store.write((tx) => this.#claimIn(tx, host));
  }

  #claimIn(tx: Tx, host: string): Promise<Claim> {
    const { clock, limits } = this.#ctx;
    return claim(tx, host, clock.now(), { ...limits, leaseMs });
  }

  /** Retires a claim, and in the same transaction takes the next. */
  async #writeDown(host: string, tried: Claim, result: DeliveryResult): Promise<Claim> {
    const { store, log } = this.#ctx;
    const isStopping = this.#stop.signal.aborted;
    try {
      return await store.write(async (tx) => {
        await retire(this.#retireContext(), tx, host, tried, result);
        return isStopping ? nothing : this.#claimIn(tx, host);
      });
    } catch (error) {
      log("error", "claim not retired", { host, error: String(error) });
      await retireApart(this.#retireContext(), host, tried, result);
      return isStopping ? nothing : this.#claim(host);
    }
  }

  #retireContext() {
    return { ...this.#ctx, now: this.#ctx.clock.now() };
  }

  /** Hands the messages whose files the host lacks to carriers; the rest of the claim. */
  #handOver(runner: Runner, tried: Claim, { lacking }: DeliveryResult): Claim {
    if (lacking.length === 0) return tried;
    const wanted = new Map(lacking.map((one) => [one.message.recipients[0]?.deliveryId, one]));
    const rest: ClaimedMessage[] = [];
    for (const message of tried.messages) {
      const files = wanted.get(message.deliveries[0]?.id);
      if (files === undefined || this.#stop.signal.aborted || runner.toCarry === mostToCarry) {
        rest.push(message);
      } else {
        runner.toCarry++;
        this.#track(this.#carry(runner, message, files));
      }
    }
    return { ...tried, messages: rest };
  }

  async #carry(runner: Runner, message: ClaimedMessage, lacking: Lacking): Promise<void> {
    const { host, carriers } = runner;
    this.#busy++;
    try {
      const [leave, cut] = [this.#stop.signal, this.#cut.signal];
      const result = await attemptCarrying(this.#ctx, host, message, lacking, carriers, leave, cut);
      const carried: Claim = { ...nothing, messages: [message] };
      await this.#ctx.store.write((tx) => retire(this.#retireContext(), tx, host, carried, result));
    } catch (error) {
      // Its lease runs out and it is claimed again.
      this.#ctx.log("error", "carrying fault", { host, error: String(error) });
    } finally {
      this.#busy--;
      runner.toCarry--;
      this.wake([host]);
    }
  }
}

const nothing: Claim = { messages: [], expired: [], nextDueAt: undefined };
