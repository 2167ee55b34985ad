/** For tests: subscriptions on a real store, and a push service without sockets. */
import { createDecipheriv, createECDH, hkdfSync } from "node:crypto";
import type { EgressResult, OutboundRequest, Random } from "../env/env.ts";
import { HandClock } from "../env/hand-clock.ts";
import { openRandom } from "../env/random.ts";
import { insertPushSubscription, type PushSubscription } from "../store/push-store.ts";
import type { OpenStore, Store } from "../store/sql.ts";
import { type PushContext, PushSender } from "./push-sender.ts";
import { now } from "./trial-changes.ts";
import { vapidKeyOf } from "./web-push.ts";

/** What came in at the push service. */
interface Received {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
}

export interface TrialPush {
  clock: HandClock;
  sender: PushSender;
  received: Received[];
  logged: string[];
  /** What the service answers from now on: a status, or that it cannot be reached. */
  answer: { status: number; retryAfter?: string } | "silence";
  /** Requests wait until it is opened, when there is one. */
  gate: Promise<void> | undefined;
}

export function openTrialPush(store: OpenStore, clock = new HandClock(now)): TrialPush {
  const logged: string[] = [];
  const random: Random = { bytes: openRandom().bytes, fraction: () => 0 };
  const trial: Omit<TrialPush, "sender"> = {
    clock,
    received: [],
    logged,
    answer: { status: 201 },
    gate: undefined,
  };
  const request = async ({ url, headers, body, signal }: OutboundRequest): Promise<EgressResult> => {
    if (!(body instanceof Uint8Array)) throw new Error("a push message is no stream");
    trial.received.push({ url: url.href, headers, body });
    await Promise.race([
      trial.gate,
      new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve())),
    ]);
    const { answer } = trial;
    if (answer === "silence" || signal?.aborted)
      return { ok: false, failure: "timeout", detail: "no answer" };
    const { status, retryAfter } = answer;
    const fields = new Map(retryAfter === undefined ? [] : [["retry-after", [retryAfter]]]);
    return { ok: true, answer: { status, headers: fields, body: new Uint8Array() } };
  };
  const sender = new PushSender({
    store: counted(store),
    clock,
    random,
    egress: { request },
    log: (_, event) => logged.push(event),
    vapid: vapidKeyOf(Buffer.alloc(32, 5)),
    subject: () => "mailto:operator@a.test",
  });
  return Object.assign(trial, { sender });
}

const underWay = new WeakMap<object, number>();

/** What senders are reading from a store and writing to it. */
export function underWayAt(store: OpenStore): number {
  return underWay.get(store) ?? 0;
}

function counted(store: OpenStore): PushContext["store"] {
  async function counting<Result>(work: Promise<Result>): Promise<Result> {
    underWay.set(store, underWayAt(store) + 1);
    try {
      return await work;
    } finally {
      underWay.set(store, underWayAt(store) - 1);
    }
  }
  const { dialect, read } = store;
  return {
    dialect,
    read: { dialect, all: (query) => counting(read.all(query)), get: (query) => counting(read.get(query)) },
    write: (work) => counting(store.write(work)),
    onChanged: (changed, missed) => store.onChanged(changed, missed),
  };
}

/** A subscription of account 1 that hears of everything since the account began. */
export async function subscribe(
  store: Store,
  more: Partial<PushSubscription> = {},
): Promise<PushSubscription> {
  const made: PushSubscription = {
    id: "w1",
    accountId: 1,
    credentialId: "s1",
    deviceClientId: "phone",
    url: "https://push.test/p/1",
    keys: undefined,
    types: undefined,
    verificationCode: "the code",
    createdAt: now,
    verifiedAt: now,
    expiresAt: now + 30 * 24 * 3_600_000,
    pushedState: 0,
    dueAt: now,
    failures: 0,
    ...more,
  };
  await store.write((tx) => insertPushSubscription(tx, made));
  return made;
}

/** A device with keys, which reads what is encrypted to them (RFC 8291 §3). */
export function trialDevice() {
  const pair = createECDH("prime256v1");
  pair.setPrivateKey(Buffer.alloc(32, 3));
  const keys = { p256dh: new Uint8Array(pair.getPublicKey()), auth: new Uint8Array(16).fill(9) };
  return {
    keys,
    read(body: Uint8Array): string {
      const whole = Buffer.from(body);
      const [salt, sender, sealed] = [whole.subarray(0, 16), whole.subarray(21, 86), whole.subarray(86)];
      const info = Buffer.concat([Buffer.from("WebPush: info\0"), keys.p256dh, sender]);
      const shared = Buffer.from(hkdfSync("sha256", pair.computeSecret(sender), keys.auth, info, 32));
      const derive = (what: string, length: number) =>
        Buffer.from(hkdfSync("sha256", shared, salt, `Content-Encoding: ${what}\0`, length));
      const opened = createDecipheriv("aes-128-gcm", derive("aes128gcm", 16), derive("nonce", 12));
      opened.setAuthTag(sealed.subarray(-16));
      const record = Buffer.concat([opened.update(sealed.subarray(0, -16)), opened.final()]);
      if (record.at(-1) !== 2) throw new Error("this is not the last record");
      return record.subarray(0, -1).toString();
    },
  };
}
