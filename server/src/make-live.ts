/** How clients hear of changes: while they listen by event streams, while they do not by their push services. */
import { hostPort } from "@posthorn/protocol";
import { deriveKey } from "./auth/keys.ts";
import { Budgets } from "./http/budgets.ts";
import type { House } from "./open-house.ts";
import { EventStreams } from "./sync/event-streams.ts";
import { Hub } from "./sync/hub.ts";
import type { PushSubscriptionContext } from "./sync/jmap/push-subscription-methods.ts";
import { PushSender } from "./sync/push-sender.ts";
import { vapidKeyOf } from "./sync/web-push.ts";

export interface Live {
  events: EventStreams;
  push: PushSubscriptionContext["push"];
  /** What push services know this server by (RFC 9749). */
  applicationServerKey: string;
  /** Takes up what was not told before the last stop. */
  start(): void;
  /** Ends all streams, at once, and gives up what is on its way to push services. */
  close(): Promise<void>;
}

export function makeLive({ config, env, store, policy, authKeys }: House): Live {
  const { clock, random, egress, log } = env;
  const hub = new Hub({ store, clock, log });
  const events = new EventStreams({ store, clock, log, hub });
  // From the file that all processes of a server have alike: a device subscribes with the key of the server, whichever
  // of them then sends.
  const vapid = vapidKeyOf(deriveKey(authKeys.opaqueSetup, "posthorn/1/vapid"));
  const subject = () => subjectOf(policy.rules.contact, config.endpoint);
  const sender = new PushSender({ store, clock, random, egress, log, vapid, subject });
  const made = new Budgets(clock, { capacity: 20, refillPerS: 1 / 300, maxKeys: 50_000 });
  return {
    events,
    push: {
      allowPorts: hostPort(config.host) !== undefined || config.tls.kind === "local",
      takeNew: (accountId) => made.take(String(accountId)),
      wake: (accountId, id) => sender.wake(accountId, id),
    },
    applicationServerKey: vapid.applicationServerKey,
    start: () => sender.start(),
    async close() {
      events.close();
      hub.close();
      await sender.close();
    },
  };
}

/** Where whoever runs a push service can ask (RFC 8292 §2.1): the operator's contact, if it is of such a form. */
function subjectOf(contact: string, endpoint: string): string {
  if (/^(?:https:\/\/|mailto:)[\x21-\x7e]+$/.test(contact)) return contact;
  return /^[\x21-\x3f\x41-\x7e]+@[\x21-\x3f\x41-\x7e]+$/.test(contact) ? `mailto:${contact}` : endpoint;
}
