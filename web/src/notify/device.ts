/** This browser's part: its permission, its push service, and what the server knows of it. */
import { call } from "../state/desk.ts";
import { changeToldHere, isLeftHere, noteLeft, type ToldHere, toldHere } from "../state/told-here.ts";
import { codePath, isKeptCode, type KeptWords, keep, place, readKept, wordsPath } from "./told.ts";

/**
 * Whether this browser can tell at all: `unsupported` never · `homeScreen` once it is on the Home Screen of the iPhone or iPad ·
 * `blocked` not before its owner allows it in the browser · `ask` when its owner agrees · `allowed`.
 */
export type Ability = "unsupported" | "homeScreen" | "blocked" | "ask" | "allowed";

export function abilityHere(): Ability {
  if (!("Notification" in window) || navigator.serviceWorker === undefined)
    return isApple() ? "homeScreen" : "unsupported";
  if (Notification.permission === "denied") return "blocked";
  return Notification.permission === "granted" ? "allowed" : "ask";
}

/** Safari there has notifications for what is on the Home Screen alone. */
function isApple(): boolean {
  const isTablet = navigator.userAgent.includes("Macintosh") && navigator.maxTouchPoints > 1;
  const isPhone = /iPhone|iPad|iPod/.test(navigator.userAgent);
  return (isPhone || isTablet) && !matchMedia("(display-mode: standalone)").matches;
}

/** From a press of a button alone: the browser asks. True when its owner has agreed. */
export async function turnOn(): Promise<boolean> {
  if ((await Notification.requestPermission()) !== "granted") return false;
  // What cannot be put away yet goes on being used.
  if (isLeftHere()) await forgetHere();
  noteLeft(false);
  changeToldHere({ isOn: true, offSinceMs: null, wellAtMs: null });
  return true;
}

/** Throws CallFailed when the server could not be told: the next start tells it. This browser is rid of it all the same. */
export async function turnOff(): Promise<void> {
  changeToldHere({ isOn: false, offSinceMs: null, wellAtMs: null });
  await forgetHere();
  await keepPush(false);
}

/** Nothing of what was told, or could be, stays in this browser. What cannot be put away yet is when it starts again. */
export async function forgetHere(): Promise<void> {
  noteLeft(true);
  // The browser's push service, which is far away, comes last.
  const steps = [() => caches.delete(place), closeShown, unsubscribe];
  let isLeft = false;
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      isLeft = true;
      console.info("Not everything that was told could be put away:", error);
    }
  }
  noteLeft(isLeft);
}

async function closeShown(): Promise<void> {
  const registration = await registrationHere();
  for (const shown of (await registration?.getNotifications()) ?? []) shown.close();
}

async function unsubscribe(): Promise<void> {
  const registration = await registrationHere();
  const subscription = await registration?.pushManager?.getSubscription();
  await subscription?.unsubscribe();
}

/** What ends sooner is renewed, and lasts 30 days again. */
const leastMs = 20 * 24 * 3_600_000;

/**
 * Makes what is at the browser and at the server as it is wanted, and finds out when it was not: a push service may drop
 * somebody without a word. Throws CallFailed when the server could not be asked.
 */
export function keepPush(isWanted: boolean): Promise<void> {
  // Of several tabs, and of what one begins twice, one after the other.
  return navigator.locks.request("posthorn push", () => setRight(isWanted));
}

async function setRight(isWanted: boolean): Promise<void> {
  // It may have been turned off since.
  if (!isWanted || !toldHere().isOn) {
    if (toldHere().push === null) return;
    await call("dropPush", {});
    changeToldHere({ push: null, wellAtMs: null, offSinceMs: null });
    return;
  }
  const subscription = await subscribed();
  const before = toldHere();
  if (subscription === undefined) {
    changeToldHere({ push: null, ...foundOff(before) });
    return;
  }
  const url = subscription.endpoint;
  const there = (await call("listPush", {})).find(({ id }) => id === before.push?.id);
  if (there !== undefined && before.push?.url === url) {
    const lastsMs = Date.parse(there.expires ?? "") - Date.now();
    if (!(lastsMs > leastMs)) await call("renewPush", { id: there.id });
    const isProven = there.verificationCode !== null;
    changeToldHere({
      push: { id: there.id, url, isProven },
      offSinceMs: null,
      ...(isProven && { wellAtMs: Date.now() }),
    });
  } else {
    const id = await call("makePush", { url, keys: keysOf(subscription) });
    changeToldHere({ push: { id, url, isProven: false }, ...foundOff(before) });
  }
  await proveKept();
}

/** When it was well once, and is not any more. */
function foundOff({ wellAtMs, offSinceMs }: ToldHere): Pick<ToldHere, "offSinceMs" | "wellAtMs"> {
  return { offSinceMs: wellAtMs ?? offSinceMs, wellAtMs: null };
}

/** Undefined where the server sends nothing, or the push service cannot be reached. */
async function subscribed(): Promise<PushSubscription | undefined> {
  const registration = await registrationHere();
  if (registration?.pushManager === undefined) return undefined;
  const key = await call("findPushKey", {});
  if (key === null) return undefined;
  try {
    const known = await registration.pushManager.getSubscription();
    if (known !== null && isSameKey(known.options.applicationServerKey, key)) return known;
    await known?.unsubscribe();
    const applicationServerKey = bytesOf(key);
    return await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  } catch (error) {
    console.info("The push service of this browser cannot be reached:", error);
    return undefined;
  }
}

/** Sends the code back that has come by the push service, when it is of the subscription that there is. */
export async function proveKept(): Promise<void> {
  const { push } = toldHere();
  const kept = await readKept(codePath, isKeptCode);
  if (push === null || push.isProven || kept?.id !== push.id) return;
  await call("provePush", kept);
  changeToldHere({ push: { ...push, isProven: true }, wellAtMs: Date.now() });
}

/** What the service worker says where no page is open. */
export async function leaveWords(words: KeptWords): Promise<void> {
  await keep(wordsPath, words);
}

/** Undefined where this browser does not keep the client. */
export async function registrationHere(): Promise<ServiceWorkerRegistration | undefined> {
  return navigator.serviceWorker?.getRegistration();
}

function keysOf(subscription: PushSubscription): { p256dh: string; auth: string } {
  const { p256dh = "", auth = "" } = subscription.toJSON().keys ?? {};
  return { p256dh, auth };
}

function isSameKey(known: ArrayBuffer | null, key: string): boolean {
  if (known === null) return false;
  const wanted = bytesOf(key);
  const bytes = new Uint8Array(known);
  return bytes.length === wanted.length && bytes.every((byte, at) => byte === wanted[at]);
}

/** Of base64url. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}
