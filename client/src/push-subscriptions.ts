/** Where a device is told of changes while its client sleeps (RFC 8620 §7.2): a push service, which is told no more than that. */
import { capabilities, shape } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import type { Api } from "./api.ts";
import { changeObject } from "./change-objects.ts";
import { callMethod, jmapSession } from "./jmap.ts";
import type { Interruptible } from "./mail.ts";

const text = Type.String({ maxLength: 255 });

const PushSubscriptionSchema = Type.Object({
  id: text,
  deviceClientId: text,
  /** Null until the client has sent back what came by the push service. */
  verificationCode: Type.Union([text, Type.Null()]),
  /** When nothing more is told. */
  expires: Type.Union([text, Type.Null()]),
});

/** One of this sign-in; where it leads is told to nobody. */
export type PushSubscription = Static<typeof PushSubscriptionSchema>;

const subscriptions = shape(Type.Object({ list: Type.Array(PushSubscriptionSchema, { maxItems: 100 }) }));
const vapid = shape(Type.Object({ applicationServerKey: Type.String({ minLength: 1, maxLength: 200 }) }));

/** The key by which push services know the server (RFC 9749), in base64url; undefined where it sends none. */
export async function readPushKey(api: Api): Promise<string | undefined> {
  const offered: unknown = (await jmapSession(api)).capabilities[capabilities.vapid];
  return vapid.matches(offered) ? offered.applicationServerKey : undefined;
}

/** Those that this sign-in has made. */
export async function listPushSubscriptions(
  api: Api,
  options: Interruptible = {},
): Promise<PushSubscription[]> {
  const properties = Object.keys(PushSubscriptionSchema.properties);
  const call = { method: "PushSubscription/get", arguments: { ids: null, properties } };
  return (await callMethod(api, call, subscriptions, { ...options, idempotent: true })).list;
}

/** As a browser gives it: where to send, and what to encrypt it to (RFC 8291). */
export interface PushTarget {
  url: string;
  keys: { p256dh: string; auth: string };
}

/**
 * Gives its id. A code comes by the push service at once, and nothing else before `provePushSubscription` has sent it back.
 * Throws JmapRefusal.
 */
export function createPushSubscription(
  api: Api,
  input: PushTarget & { deviceClientId: string; types: readonly string[]; expires: string },
  options: Interruptible = {},
): Promise<string> {
  return changeObject(api, "PushSubscription", { create: input }, options);
}

/** Sends back the code. Throws JmapRefusal for another one than was sent. */
export async function provePushSubscription(
  api: Api,
  id: string,
  verificationCode: string,
  options: Interruptible = {},
): Promise<void> {
  await changeObject(api, "PushSubscription", { update: { verificationCode }, id }, options);
}

/** It lasts until then, or as long as the server lets any last. Throws JmapRefusal. */
export async function renewPushSubscription(
  api: Api,
  id: string,
  expires: string,
  options: Interruptible = {},
): Promise<void> {
  await changeObject(api, "PushSubscription", { update: { expires }, id }, options);
}

/** Nothing more is told there. Throws JmapRefusal. */
export async function removePushSubscription(
  api: Api,
  id: string,
  options: Interruptible = {},
): Promise<void> {
  await changeObject(api, "PushSubscription", { destroy: id }, options);
}
