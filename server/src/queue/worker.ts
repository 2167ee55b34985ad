/**
 * Empties the queue: one runner per host that something waits for, so a dead or slow host delays no other. A runner
 * claims a batch, delivers it, and in one transaction writes what came of it and claims the next. Large files are
 * carried beside the runner, so that the host's other mail does not wait for them.
 */
import { ProblemError } from "@posthorn/protocol";
import type { DeliveryResult, Lacking } from "../deliver/result.ts";
import type { Random } from "../env/env.ts";
import { listWaitingHosts, releaseHost, releaseLeases, summariseQueue } from "../store/delivery-store.ts";
import { deleteBackoff, findBackoff, listBackoffs } from "../store/host-backoff-store.ts";
import type { Tx } from "../store/sql.ts";
import { type AttemptContext, attempt, attemptCarrying, leaseMs } from "./attempt.ts";
import { type Claim, type ClaimedMessage, type ClaimLimits, claim } from "./claim.ts";
import { giveUp, retire } from "./retire.ts";
import { Turns } from "./turns.ts";

/** Hosts called at the same time, of those that have answered and of those that have just failed. */
const hostsAtOnce = 256;
const failingHostsAtOnce = 32;
/** Messages whose files are carried to one host at the same time. */
const carriedAtOnce = 3;
/** How often another process's submissions are looked for. A single process hears of its own at once. */
const lookMs = 1_000;
const afterFaultMs = 5_000;

export interface QueueContext extends AttemptContext {
  random: Random;
  host: string;
  limits: Pick<ClaimLimits, "messages" | "bytes">;
}

interface Runner {
  host: string;
  /** Aborted to end the runner's sleep. */
  alarm: AbortController;
  /** Somebody called while it was not asleep. */
  called: boolean;
  /** The last attempt did not reach the host. */
  failing: boolean;
  carriers: Turns;
}

type Worked = { kind: "slept"; nextDueAt: number | undefined } | { kind: "fault" };

export class QueueWorker {
  readonly #ctx: QueueContext;
  readonly #runners = new Map<string, Runner>();
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  readonly #cut = new AbortController();
  readonly #turns = { well: new Turns(hostsAtOnce), failing: new Turns(failingHostsAtOnce) };
  #busy = 0;

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

  /** When the next delivery to any host is due, its host's breaker included; undefined when nothing waits. */
  async nextDueAt(): Promise<number | undefined> {
    const { store } = this.#ctx;
    const waiting = await summariseQueue(store.read);
    const backoffs = new Map(
      (await listBackoffs(store.read)).map(({ host, notBefore }) => [host, notBefore]),
    );
    const times = waiting.map(({ host, nextAttemptAt }) => Math.max(nextAttemptAt, backoffs.get(host) ?? 0));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Claims nothing more, gives the attempts under way `graceMs` to end, then cuts them; each is written down. */
  async stop(graceMs: number): Promise<void> {
    this.#stop.abort();
    for (const runner of this.#runners.values()) runner.alarm.abort();
    const ended = Promise.all(this.#running);
    const grace = new AbortController();
    await Promise.race([ended, this.#ctx.clock.sleep(graceMs, grace.signal)]);
    grace.abort();
    this.#cut.abort();
    await ended;
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
        this.#ctx.log("error", "queue not looked at", { error: String(error) }),
      );
    }
  }

  #startRunner(host: string): void {
    if (this.#stop.signal.aborted) return;
    const alarm = new AbortController();
    const runner = { host, alarm, called: false, failing: false, carriers: new Turns(carriedAtOnce) };
    this.#runners.set(host, runner);
    this.#track(this.#run(runner));
  }

  #track(work: Promise<void>): void {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }

  async #run(runner: Runner): Promise<void> {
    let messages = this.#ctx.limits.messages;
    while (!this.#stop.signal.aborted) {
      runner.called = false;
      const worked = await this.#workThrough(runner, messages);
      // After a fault, a batch of one tells which message it is that cannot be handled, and that one is set aside.
      messages = worked.kind === "fault" ? 1 : this.#ctx.limits.messages;
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
    await this.#ctx.clock.sleep(ms, runner.alarm.signal);
  }

  /** Delivers what is due for a host, and says when the next is. */
  async #workThrough(runner: Runner, messages: number): Promise<Worked> {
    const { host } = runner;
    const turns = runner.failing ? this.#turns.failing : this.#turns.well;
    await turns.take();
    this.#busy++;
    let current: Claim = nothing;
    try {
      current = await this.#ctx.store.write((tx) => this.#claim(tx, host, messages));
      while (current.messages.length > 0 || current.expired.length > 0) {
        const tried: Claim = current;
        const result = this.#unlessCut(await attempt(this.#ctx, host, tried.messages, this.#cut.signal));
        runner.failing = result.kind === "unreachable";
        const answered = await this.#handOver(runner, tried, result);
        const stopping = this.#stop.signal.aborted;
        current = await this.#ctx.store.write(async (tx) => {
          await retire({ ...this.#ctx, now: this.#ctx.clock.now() }, tx, host, answered, result);
          return stopping ? nothing : this.#claim(tx, host, messages);
        });
      }
      return { kind: "slept", nextDueAt: current.nextDueAt };
    } catch (error) {
      this.#ctx.log("error", "queue fault", { host, error: String(error) });
      if (messages === 1 && isPoison(error)) await this.#setAside(host, current);
      return { kind: "fault" };
    } finally {
      this.#busy--;
      turns.giveBack();
    }
  }

  /** What we cut ourselves says nothing about the host: its deliveries go back to wait, without a mark against it. */
  #unlessCut(result: DeliveryResult): DeliveryResult {
    const isOurs = result.kind === "unreachable" && this.#cut.signal.aborted;
    return isOurs ? { kind: "answered", results: new Map(), lacking: [] } : result;
  }

  #claim(tx: Tx, host: string, messages: number): Promise<Claim> {
    return claim(tx, host, this.#ctx.clock.now(), { messages, bytes: this.#ctx.limits.bytes, leaseMs });
  }

  /** Hands the messages whose files the host lacks to carriers; the rest of the claim. */
  async #handOver(runner: Runner, tried: Claim, result: DeliveryResult): Promise<Claim> {
    if (result.kind === "unreachable" || result.lacking.length === 0) return tried;
    const lacking = new Map(result.lacking.map((one) => [one.message.recipients[0]?.deliveryId, one]));
    const rest: ClaimedMessage[] = [];
    for (const message of tried.messages) {
      const wanted = lacking.get(message.deliveries[0]?.id);
      if (wanted === undefined || this.#stop.signal.aborted) {
        rest.push(message);
        continue;
      }
      await runner.carriers.take();
      this.#track(this.#carry(runner, message, wanted));
    }
    return { ...tried, messages: rest };
  }

  async #carry(runner: Runner, message: ClaimedMessage, lacking: Lacking): Promise<void> {
    const { host } = runner;
    this.#busy++;
    try {
      const result = await attemptCarrying(this.#ctx, host, message, lacking, this.#cut.signal);
      const claimed: Claim = { ...nothing, messages: [message] };
      await this.#ctx.store.write((tx) =>
        retire({ ...this.#ctx, now: this.#ctx.clock.now() }, tx, host, claimed, result),
      );
    } catch (error) {
      // Its lease runs out and it is claimed again.
      this.#ctx.log("error", "carrying fault", { host, error: String(error) });
    } finally {
      this.#busy--;
      runner.carriers.giveBack();
      this.wake([host]);
    }
  }

  /** The one message that nothing can be done with fails alone, and its sender hears of it (threats D2, CVE-2025-30355). */
  async #setAside(host: string, poisoned: Claim): Promise<void> {
    const deliveries = [...poisoned.expired, ...poisoned.messages.flatMap((message) => message.deliveries)];
    for (const delivery of deliveries) {
      this.#ctx.log("error", "delivery set aside", { host, delivery: delivery.id });
      const { store, clock } = this.#ctx;
      await store
        .write((tx) => giveUp({ ...this.#ctx, now: clock.now() }, tx, delivery))
        .catch((error) => this.#ctx.log("error", "delivery not set aside", { error: String(error) }));
    }
  }
}

/** True for an error that comes from what is handled, not from a disk or database that fails for a while. */
function isPoison(error: unknown): boolean {
  if (error instanceof ProblemError) return error.problem.retry === "never";
  return error instanceof Error && !("code" in error) && !("errcode" in error);
}

const nothing: Claim = { messages: [], expired: [], nextDueAt: undefined };
