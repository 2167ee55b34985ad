/** Of which mail somebody wants to be told, and where their device is told of it while no page is open. */
import {
  changeSettings,
  createPushSubscription,
  listPushSubscriptions,
  type PushSubscription,
  type PushTarget,
  provePushSubscription,
  readPushKey,
  readSettings,
  removePushSubscription,
  renewPushSubscription,
} from "@posthorn/client";
import type { QuietHours } from "../../notify/told.ts";
import type { Desk } from "./desk.ts";

const toldMails = ["known", "all", "none"] as const;

/** `known` what people send whom one knows · `all` whatever comes into the inbox · `none`. */
type ToldMail = (typeof toldMails)[number];

export interface Telling {
  which: ToldMail;
  quiet: QuietHours | null;
  /** False for an account without keys, which keeps no settings. */
  isKept: boolean;
}

const usual = { which: "known", quiet: null } as const;

export async function readTelling({ mail }: Desk): Promise<Telling> {
  if ((await mail.session.keys.findRootSecret()) === undefined) return { ...usual, isKept: false };
  const kept: Readonly<Record<string, unknown>> = await readSettings(mail).catch(() => ({}));
  const { toldOf, quietFrom, quietTo } = kept;
  return {
    which: toldMails.find((one) => one === toldOf) ?? usual.which,
    quiet: isHour(quietFrom) && isHour(quietTo) ? { from: quietFrom, to: quietTo } : null,
    isKept: true,
  };
}

function isHour(value: unknown): value is string {
  return typeof value === "string" && /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(value);
}

/** What is not given stays, each end of the quiet hours too; without both there are none. */
export async function keepTelling(
  { mail }: Desk,
  { which, quiet }: { which?: ToldMail; quiet?: Partial<QuietHours> | null },
): Promise<void> {
  const ends = quiet === null ? { from: undefined, to: undefined } : quiet;
  await changeSettings(mail, {
    ...(which !== undefined && { toldOf: which }),
    ...(ends !== undefined && "from" in ends && { quietFrom: ends.from }),
    ...(ends !== undefined && "to" in ends && { quietTo: ends.to }),
  });
}

/** Null where the server sends nothing to push services. */
export async function findPushKey({ mail }: Desk): Promise<string | null> {
  return (await readPushKey(mail.session)) ?? null;
}

export function listPush({ mail, signal }: Desk): Promise<PushSubscription[]> {
  return listPushSubscriptions(mail.session, { signal });
}

/** As long as a server lets any last. */
const lastsMs = 30 * 24 * 3_600_000;
/** What this sign-in calls itself there: it has one browser. */
const deviceClientId = "posthorn-web";

const endOf = ({ mail }: Desk) =>
  new Date(mail.session.platform.clock.now() + lastsMs).toISOString().replace(/\.\d+Z$/, "Z");

/** Of new mail in the inbox alone, and nothing of what it is; gives its id. What this sign-in had before is removed. Throws JmapRefusal. */
export async function makePush(desk: Desk, target: PushTarget): Promise<string> {
  const { mail, signal } = desk;
  for (const { id } of await listPush(desk)) await removePushSubscription(mail.session, id, { signal });
  const types = ["InboxDelivery"];
  const input = { ...target, deviceClientId, types, expires: endOf(desk) };
  return createPushSubscription(mail.session, input, { signal });
}

export async function provePush(
  { mail, signal }: Desk,
  { id, code }: { id: string; code: string },
): Promise<void> {
  await provePushSubscription(mail.session, id, code, { signal });
}

export async function renewPush(desk: Desk, { id }: { id: string }): Promise<void> {
  await renewPushSubscription(desk.mail.session, id, endOf(desk), { signal: desk.signal });
}

/** All of this sign-in. */
export async function dropPush(desk: Desk): Promise<void> {
  const { mail, signal } = desk;
  for (const { id } of await listPush(desk)) await removePushSubscription(mail.session, id, { signal });
}
