/** PushSubscription/get and /set (RFC 8620 §7.2): where a client's device wants to hear of changes. */
import { capabilities, findTime, formatTime, isHost } from "@posthorn/protocol";
import { Type } from "typebox";
import type { Clock, Random } from "../../env/env.ts";
import { getAccountState } from "../../store/account-store.ts";
import {
  countPushSubscriptions,
  deletePushSubscription,
  findPushSubscription,
  insertPushSubscription,
  listPushSubscriptions,
  type PushSubscription,
  setPushTerms,
  setVerified,
} from "../../store/push-store.ts";
import type { Db, Store } from "../../store/sql.ts";
import { arePushKeys } from "../web-push.ts";
import { closed, noMore, nullable } from "./arguments.ts";
import { getMethod } from "./get.ts";
import { holdingAccount } from "./hold-account.ts";
import { type JmapCaller, type Methods, refuseCall, refuseObject } from "./method.ts";
import { setMethod } from "./set.ts";

const dayMs = 24 * 3_600_000;
/** How long one lasts for which no time is given, and for how long one can be given. */
const usualLifeMs = 7 * dayMs;
const longestLifeMs = 30 * dayMs;
const subscriptionsPerAccount = 50;
const codeBytes = 24;
const idBytes = 12;

export interface PushSubscriptionContext {
  store: Store;
  clock: Clock;
  random: Random;
  push: {
    /** True on trial networks alone: other ports than 443 are called. */
    allowPorts: boolean;
    /** Takes from what an account may make, because each one made is a request to wherever it says (RFC 8620 §8.6). */
    takeNew(accountId: number): { ok: true } | { ok: false; retryAfterS: number };
    /** Something is to be sent to this subscription. */
    wake(accountId: number, id: string): void;
  };
}

const expires = nullable(Type.String({ maxLength: 40 }));
const types = nullable(
  Type.Array(Type.String({ pattern: "^[A-Za-z][A-Za-z0-9]{0,63}$", maxLength: 64 }), {
    minItems: 1,
    maxItems: 100,
  }),
);
const key = Type.String({ maxLength: 200 });
const Create = Type.Object(
  {
    deviceClientId: Type.String({ minLength: 1, maxLength: 255 }),
    url: Type.String({ maxLength: 2_000 }),
    keys: nullable(Type.Object({ p256dh: key, auth: key }, closed)),
    verificationCode: Type.Optional(Type.Null()),
    expires,
    types,
  },
  closed,
);
const Update = Type.Object(
  { verificationCode: nullable(Type.String({ maxLength: 255 })), expires, types },
  closed,
);
const properties = ["id", "deviceClientId", "verificationCode", "expires", "types"] as const;
/** Known here and told to nobody. */
const secret: readonly string[] = ["url", "keys"];

export function pushSubscriptionMethods(ctx: PushSubscriptionContext): Methods {
  return { "PushSubscription/get": get(ctx), "PushSubscription/set": set(ctx) };
}

function get({ store, clock }: PushSubscriptionContext) {
  return getMethod({
    capability: capabilities.core,
    scope: "read",
    more: noMore,
    properties,
    isProperty(_, name) {
      if (secret.includes(name)) refuseCall("forbidden", `“${name}” is known here and told to nobody.`);
      return false;
    },
    async list({ caller }, { ids }) {
      const all = await listPushSubscriptions(store.read, caller.credentialId);
      const living = all.filter(({ expiresAt }) => expiresAt > clock.now());
      return living.filter(({ id }) => ids?.includes(id) ?? true).map(viewOf);
    },
  });
}

function set(ctx: PushSubscriptionContext) {
  const { store, clock, push } = ctx;
  return setMethod({
    capability: capabilities.core,
    scope: "read",
    more: noMore,
    write: holdingAccount(store),
    create: {
      schema: Create,
      async run({ tx, caller }, given) {
        const made = await newSubscription(ctx, tx, caller, given);
        await insertPushSubscription(tx, made);
        tx.afterCommit(() => push.wake(made.accountId, made.id));
        const { id, expires } = viewOf(made);
        return { id, keys: null, expires, ...(given.types === undefined ? { types: null } : {}) };
      },
    },
    find: ({ tx, caller }, id) => findOwn(tx, caller, id, clock.now()),
    update: {
      schema: Update,
      view: viewOf,
      async run({ tx }, subscription, change) {
        const { id, accountId } = subscription;
        if ("verificationCode" in change) {
          if (change.verificationCode !== subscription.verificationCode) {
            refuseObject("invalidProperties", "This is not the code that was sent there.", {
              properties: ["verificationCode"],
            });
          }
          await setVerified(tx, id, clock.now());
          tx.afterCommit(() => push.wake(accountId, id));
        }
        const expiresAt =
          "expires" in change ? readExpiry(change.expires, clock.now()) : subscription.expiresAt;
        const wanted = "types" in change ? (change.types ?? undefined) : subscription.types;
        await setPushTerms(tx, id, { expiresAt, types: wanted });
        const told = formatUtcDate(expiresAt);
        return "expires" in change && change.expires !== told ? { expires: told } : null;
      },
    },
    async destroy({ tx }, { id }) {
      await deletePushSubscription(tx, id);
    },
  });
}

async function newSubscription(
  { clock, random, push }: PushSubscriptionContext,
  db: Db,
  { accountId, credentialId }: JmapCaller,
  given: {
    deviceClientId: string;
    url: string;
    keys?: KeyTexts | null;
    expires?: string | null;
    types?: string[] | null;
  },
): Promise<PushSubscription> {
  const now = clock.now();
  const made: PushSubscription = {
    id: `w${Buffer.from(random.bytes(idBytes)).toString("hex")}`,
    accountId,
    credentialId,
    deviceClientId: given.deviceClientId,
    url: readUrl(given.url, push.allowPorts),
    keys: given.keys ? readKeys(given.keys) : undefined,
    types: given.types ?? undefined,
    verificationCode: Buffer.from(random.bytes(codeBytes)).toString("base64url"),
    createdAt: now,
    verifiedAt: undefined,
    expiresAt: readExpiry(given.expires, now),
    pushedState: await getAccountState(db, accountId),
    dueAt: now,
    failures: 0,
  };
  if ((await countPushSubscriptions(db, accountId)) >= subscriptionsPerAccount) {
    refuseObject(
      "overQuota",
      `An account has ${subscriptionsPerAccount} of these at most. Destroy old ones.`,
    );
  }
  const taken = push.takeNew(accountId);
  if (!taken.ok) {
    const { retryAfterS } = taken;
    refuseObject("rateLimit", `Too many were made in a short time. Try again in ${retryAfterS} s.`, {
      retryAfterS,
    });
  }
  return made;
}

/** None of another credential: they are its own affair (RFC 8620 §7.2). */
async function findOwn(
  db: Db,
  { credentialId }: JmapCaller,
  id: string,
  now: number,
): Promise<PushSubscription | undefined> {
  const found = await findPushSubscription(db, id);
  return found?.credentialId === credentialId && found.expiresAt > now ? found : undefined;
}

function viewOf({ id, deviceClientId, verificationCode, verifiedAt, expiresAt, types }: PushSubscription) {
  return {
    id,
    deviceClientId,
    verificationCode: verifiedAt === undefined ? null : verificationCode,
    expires: formatUtcDate(expiresAt),
    types: types ?? null,
  };
}

/** An address that the server may call. Throws SetFailure for one that it never would. */
function readUrl(text: string, allowPorts: boolean): string {
  const isPlain = text.startsWith("https://") && !/[\p{Cc}\s#]/u.test(text) && URL.canParse(text);
  const url = isPlain ? new URL(text) : undefined;
  const isCalled = url !== undefined && isHost(url.hostname) && (url.port === "" || allowPorts);
  if (isCalled && url.username === "" && url.password === "") return text;
  const sentence =
    "“url” begins with https:// and names a host by its full name, without another port, a password, a fragment, spaces and control characters.";
  return refuseObject("invalidProperties", sentence, { properties: ["url"] });
}

interface KeyTexts {
  p256dh: string;
  auth: string;
}

function readKeys(given: KeyTexts): { p256dh: Uint8Array; auth: Uint8Array } {
  const keys = { p256dh: readBase64Url(given.p256dh), auth: readBase64Url(given.auth) };
  if (arePushKeys(keys)) return keys;
  return refuseObject("invalidProperties", "“keys” are no keys of Web Push (RFC 8291).", {
    properties: ["keys"],
  });
}

function readBase64Url(text: string): Uint8Array {
  return /^[A-Za-z0-9_-]*={0,2}$/.test(text) ? Buffer.from(text, "base64url") : new Uint8Array();
}

/** Until when a subscription lasts: as asked, within what it may. */
function readExpiry(text: string | null | undefined, now: number): number {
  if (text === undefined || text === null) return wholeSeconds(now + usualLifeMs);
  const asked = findTime(text);
  if (asked !== undefined && asked > now) return wholeSeconds(Math.min(asked, now + longestLifeMs));
  return refuseObject("invalidProperties", "“expires” is a time to come, in UTC.", {
    properties: ["expires"],
  });
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000;
}

/** RFC 8620 §1.4: no fraction where it is zero. */
function formatUtcDate(ms: number): string {
  return formatTime(ms).replace(".000Z", "Z");
}
