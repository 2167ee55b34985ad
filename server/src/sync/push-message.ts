/** What goes to a push service: for one subscription, encrypted to its device when that has given keys. */
import { createHash } from "node:crypto";
import type { Clock, OutboundRequest, Random } from "../env/env.ts";
import { getAccountState } from "../store/account-store.ts";
import type { PushSubscription } from "../store/push-store.ts";
import type { Db } from "../store/sql.ts";
import { type StateType, stateTypes } from "../store/state-type.ts";
import { changedSince, type StateChange, stateChange } from "./state-change.ts";
import { encryptPush, type VapidKey, vapidAuthorization } from "./web-push.ts";

/** The longest a push service keeps a message for a device that is off (RFC 8030 §5.2). */
const longestTtlMs = 7 * 24 * 3_600_000;
/** Told from the length of what it carries, a push service would know what has changed. */
const paddedLength = 768;
const tokenMs = 12 * 3_600_000;
const mostOrigins = 1_000;
const timeoutMs = 15_000;
const maxAnswerBytes = 16 * 1024;

/** The first message to a subscription, and its only one until the client has sent the code back (RFC 8620 §7.2.2). */
interface PushVerification {
  "@type": "PushVerification";
  pushSubscriptionId: string;
  verificationCode: string;
}

export type PushMessage =
  | { kind: "verification"; content: PushVerification }
  | { kind: "change"; state: number; types: ReadonlySet<StateType>; content: StateChange };

/** Nothing up to `state` is of a type that is wanted. */
interface Unwanted {
  kind: "unwanted";
  state: number;
}

/** What a subscription is to be told next; undefined when it knows all. */
export async function nextMessage(
  db: Db,
  subscription: PushSubscription,
): Promise<PushMessage | Unwanted | undefined> {
  const { id, accountId, verificationCode, verifiedAt, pushedState } = subscription;
  if (verifiedAt === undefined) {
    const content = { "@type": "PushVerification", pushSubscriptionId: id, verificationCode } as const;
    return { kind: "verification", content };
  }
  // The state first: what is committed between the two is told now and once more.
  const state = await getAccountState(db, accountId);
  if (state === pushedState) return undefined;
  const changed = state > pushedState ? await changedSince(db, accountId, pushedState) : new Set(stateTypes);
  const types = new Set([...changed].filter((type) => subscription.types?.includes(type) ?? true));
  if (types.size === 0) return { kind: "unwanted", state };
  return { kind: "change", state, types, content: stateChange(accountId, state, types) };
}

export interface PushMessageContext {
  clock: Pick<Clock, "now">;
  random: Pick<Random, "bytes">;
  vapid: VapidKey;
  /** Where whoever runs a push service finds whoever runs this server: a mailto: or https: address (RFC 8292 §2.1). */
  subject(): string;
}

/** Makes requests to push services; it signs once for many to one origin. */
export class PushRequests {
  readonly #ctx: PushMessageContext;
  readonly #tokens = new Map<string, { field: string; untilMs: number }>();

  constructor(ctx: PushMessageContext) {
    this.#ctx = ctx;
  }

  make(subscription: PushSubscription, message: PushMessage): OutboundRequest {
    const { clock, random } = this.#ctx;
    const { keys, expiresAt } = subscription;
    const url = new URL(subscription.url);
    const text = JSON.stringify(message.content);
    const ttlMs = Math.min(Math.max(expiresAt - clock.now(), 0), longestTtlMs);
    return {
      method: "POST",
      url,
      headers: {
        "content-type": "application/json",
        ...(keys === undefined ? {} : { "content-encoding": "aes128gcm" }),
        ttl: String(Math.floor(ttlMs / 1_000)),
        ...headersOf(message),
        authorization: this.#token(url.origin),
      },
      body:
        keys === undefined
          ? Buffer.from(text)
          : encryptPush(Buffer.from(text.padEnd(paddedLength)), keys, random),
      timeoutMs,
      maxAnswerBytes,
    };
  }

  #token(origin: string): string {
    const { clock, vapid, subject } = this.#ctx;
    const nowMs = clock.now();
    const known = this.#tokens.get(origin);
    if (known !== undefined && nowMs < known.untilMs && known.untilMs - nowMs <= tokenMs) return known.field;
    if (this.#tokens.size >= mostOrigins) this.#tokens.clear();
    const expiresAtS = Math.floor((nowMs + 2 * tokenMs) / 1_000) - 60;
    const field = vapidAuthorization(vapid, { origin, expiresAtS, subject: subject() });
    this.#tokens.set(origin, { field, untilMs: nowMs + tokenMs });
    return field;
  }
}

/**
 * A push service may let a later message take the place of an earlier one of its topic (RFC 8030 §5.4). The topic
 * follows from the types, so that none is lost that only the earlier one names.
 */
function headersOf(message: PushMessage): Record<string, string> {
  if (message.kind === "verification") return { urgency: "normal" };
  const named = [...message.types].sort().join();
  const topic = createHash("sha256").update(named).digest("base64url").slice(0, 32);
  const isNews = message.types.has("EmailDelivery") || message.types.has("InboxDelivery");
  return { urgency: isNews ? "normal" : "low", topic };
}
