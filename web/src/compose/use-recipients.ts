/** How it stands with the keys of everybody a letter goes to. Asked once, and again when there was nobody to ask. */
import { useEffect, useSyncExternalStore } from "react";
import { CallFailed, call } from "../state/desk.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import type { Recipient } from "../state/worker/recipients.ts";

export type Lookup = Recipient | { state: "looking"; sentence: null; code?: undefined; changed?: undefined };

interface Kept {
  lookup: Lookup;
  askedAtMs: number;
  answer: Promise<Lookup>;
}

const looking: Lookup = { state: "looking", sentence: null };
const goodForMs = 5 * 60_000;
const kept = new Map<string, Kept>();
const listeners = new Set<() => void>();
let version = 0;

function tell(): void {
  version++;
  for (const listener of listeners) listener();
}

function ask(address: string): Kept {
  const answer = call("lookUpRecipient", { address }).catch((error: unknown): Lookup => {
    if (!(error instanceof CallFailed)) throw error;
    return { state: "silent", sentence: error.fault.sentence };
  });
  const entry: Kept = { lookup: kept.get(address)?.lookup ?? looking, askedAtMs: Date.now(), answer };
  kept.set(address, entry);
  void answer.then((lookup) => {
    if (kept.get(address) !== entry) return;
    entry.lookup = lookup;
    tell();
  });
  return entry;
}

function current(address: string): Kept {
  const known = kept.get(address);
  return known !== undefined && Date.now() - known.askedAtMs < goodForMs ? known : ask(address);
}

/** Asks anew, as when something was done about it. */
export function lookAgain(address: string): void {
  ask(address);
  tell();
}

/** Resolves when it is known of all of them. */
export async function lookUpAll(addresses: readonly string[]): Promise<Map<string, Lookup>> {
  const found = await Promise.all(
    addresses.map(async (address) => [address, await current(address).answer] as const),
  );
  return new Map(found);
}

/** By their addresses, drawn anew when more is known. */
export function useRecipients(addresses: readonly string[]): ReadonlyMap<string, Lookup> {
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => version,
  );
  const all = addresses.join("\n");
  const status = lastSeen(useView("status", {}))?.state;
  useEffect(() => {
    for (const address of all.split("\n").filter(Boolean)) current(address);
    tell();
  }, [all]);
  // Who is back on the network looks again for those of whom nothing could be known.
  useEffect(() => {
    if (status !== "live") return;
    for (const address of all.split("\n").filter(Boolean)) {
      const state = kept.get(address)?.lookup.state;
      if (state === "offline" || state === "silent") ask(address);
    }
  }, [status, all]);
  return new Map(addresses.map((address) => [address, kept.get(address)?.lookup ?? looking]));
}
