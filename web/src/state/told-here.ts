/** Whether this browser is to tell of new mail: of this browser alone, and gone with whoever leaves it. */
import { useSyncExternalStore } from "react";
import { siteKept } from "./keep-site.ts";

export interface ToldHere {
  isOn: boolean;
  /** The subscription that the server knows, while there is one. */
  push: { id: string; url: string; isProven: boolean } | null;
  /** When all was well last. */
  wellAtMs: number | null;
  /** Since when nothing may have come by the push service, when that was found at the last start. */
  offSinceMs: number | null;
}

const nothing: ToldHere = { isOn: false, push: null, wellAtMs: null, offSinceMs: null };
const toldHerePlace = "posthorn.told";
/** That somebody was asked and has answered: it outlives a sign-in. */
const askedPlace = "posthorn.toldAsked";
/** That something could not be put away yet: it outlives a sign-in too. */
const leftPlace = "posthorn.toldLeft";

let current: ToldHere | undefined;
const listeners = new Set<() => void>();

export function toldHere(): ToldHere {
  current ??= read();
  return current;
}

export function useToldHere(): ToldHere {
  return useSyncExternalStore(listen, toldHere);
}

export function changeToldHere(changes: Partial<ToldHere>): void {
  current = { ...toldHere(), ...changes };
  try {
    localStorage.setItem(toldHerePlace, JSON.stringify(current));
  } catch {
    // It holds until the page is closed.
  }
  tellAll();
}

let isAsked: boolean | undefined;

/** Whether this browser could tell, and nobody has said yet whether it is to. */
export function useIsToAsk(): boolean {
  return useSyncExternalStore(listen, () => isAskable && !wasAsked());
}

/** Where it is no part of the browser, a Home Screen may have it: what is to be done then is said where it is turned on. */
let isAskable = false;
void siteKept.then((isKept) => {
  isAskable =
    isKept &&
    ("Notification" in window
      ? Notification.permission === "default"
      : /iPhone|iPad/.test(navigator.userAgent));
  tellAll();
});

function wasAsked(): boolean {
  isAsked ??= isNoted(askedPlace);
  return isAsked;
}

export function noteAsked(): void {
  isAsked = true;
  // Where that cannot be kept it is asked once more with the next page.
  note(askedPlace, true);
  tellAll();
}

/** Whether something is still in this browser of what was told in it before it was turned off, or somebody left. */
export function isLeftHere(): boolean {
  return isNoted(leftPlace);
}

export function noteLeft(isLeft: boolean): void {
  note(leftPlace, isLeft);
}

// Another tab has changed it.
addEventListener("storage", ({ key }) => {
  if (key === toldHerePlace) current = undefined;
  else if (key === askedPlace) isAsked = undefined;
  else return;
  tellAll();
});

function read(): ToldHere {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(toldHerePlace) ?? "{}");
    if (typeof kept !== "object" || kept === null) return nothing;
    return {
      isOn: Reflect.get(kept, "isOn") === true,
      push: pushOf(Reflect.get(kept, "push")),
      wellAtMs: numberOr(Reflect.get(kept, "wellAtMs")),
      offSinceMs: numberOr(Reflect.get(kept, "offSinceMs")),
    };
  } catch {
    // What is kept there is not ours, or nothing may be kept.
    return nothing;
  }
}

function isNoted(where: string): boolean {
  try {
    return localStorage.getItem(where) !== null;
  } catch {
    return false;
  }
}

function note(where: string, isSo: boolean): void {
  try {
    if (isSo) localStorage.setItem(where, "yes");
    else localStorage.removeItem(where);
  } catch {
    // Nothing may be kept here.
  }
}

function pushOf(kept: unknown): ToldHere["push"] {
  if (typeof kept !== "object" || kept === null) return null;
  const [id, url] = [Reflect.get(kept, "id"), Reflect.get(kept, "url")];
  if (typeof id !== "string" || typeof url !== "string") return null;
  return { id, url, isProven: Reflect.get(kept, "isProven") === true };
}

function numberOr(kept: unknown): number | null {
  return typeof kept === "number" ? kept : null;
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tellAll(): void {
  for (const listener of listeners) listener();
}
