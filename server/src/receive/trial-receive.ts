/** For tests: the room on a store, with a clock that only moves when told, and what hosts post into it. */
import { joinLines, type Verdict } from "@posthorn/protocol";
import type { KeepContext } from "../blobs/keep-blob.ts";
import { trialBlobs } from "../blobs/trial-blobs.ts";
import type { Log } from "../env/env.ts";
import { HandClock } from "../env/hand-clock.ts";
import { inTurn } from "../keys/in-turn.ts";
import type { Store } from "../store/sql.ts";
import { type ReceiveContext, receiveBatch, receiveMessage } from "./receive.ts";
import { verifiedAsOurs } from "./verify.ts";

export interface TrialReceive {
  ctx: ReceiveContext;
  clock: HandClock;
  /** Events that were logged. */
  logged: string[];
  /** One message signed by a host, b.test when not said. */
  post(letter: { bytes: Uint8Array }, host?: string): Promise<Verdict>;
  /** A batch signed by a host. */
  postBatch(lines: readonly Uint8Array[], host?: string): Promise<Verdict[]>;
}

/** What the room takes; files only where a blob room is given. */
export function receiveContext(
  store: Store,
  {
    clock = new HandClock(),
    log = () => undefined,
    blobs = trialBlobs(store, "/nowhere"),
  }: TrialOptions = {},
): ReceiveContext {
  return { store, clock, log, blobs, host: "a.test", incarnation: "one", inTurn: inTurn(1) };
}

interface TrialOptions {
  clock?: HandClock;
  log?: Log;
  blobs?: KeepContext;
}

export function trialReceive(
  store: Store,
  { clock = new HandClock(), ...more }: Omit<TrialOptions, "log"> = {},
): TrialReceive {
  const logged: string[] = [];
  const log: Log = (_, event) => logged.push(event);
  const ctx = receiveContext(store, { clock, log, ...more });
  return {
    ctx,
    clock,
    logged,
    post: ({ bytes }, host = "b.test") => receiveMessage(ctx, verifiedAsOurs(host, bytes)),
    postBatch: (lines, host = "b.test") => receiveBatch(ctx, verifiedAsOurs(host, joinLines(lines))),
  };
}

/** What each recipient was told, by address: the status, or the code of the refusal. */
export function told(verdict: Verdict): Record<string, string> {
  return Object.fromEntries(
    verdict.recipients.map(({ id, host, status, problem }) => [`${id}@${host}`, problem?.code ?? status]),
  );
}

/** The same store, but that something happens before a transaction of it, `times` times. */
export function before(store: Store, act: () => Promise<unknown>, times = 1): Store {
  let left = times;
  return {
    dialect: store.dialect,
    read: store.read,
    async write(work) {
      if (left-- > 0) await act();
      return store.write(work);
    },
    close: () => store.close(),
  };
}
