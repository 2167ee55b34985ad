/**
 * What people call themselves, by their addresses: out of the messages that were opened here, and kept sealed beside them. Of
 * several names of an address the one in the message that came last counts.
 */
import { formatAddress, fromNameOf, senderOf } from "@posthorn/protocol";
import type { LocalStore, LocalWriter } from "../local/local-store.ts";
import { openLocal, sealLocal } from "../local/seal-local.ts";
import { isDoubtful, type Opened } from "../open.ts";
import { findEmailNumber } from "../search/email-id.ts";
import { type Mail, senderNames } from "../sync/mail-context.ts";
import type { KeptText } from "../sync/opened-texts.ts";
import { nameKey, shownName } from "./shown-name.ts";

export interface SenderNames {
  /** Undefined for who has not said it, or nothing that is shown. */
  find(address: string): string | undefined;
  /** Whether somebody of another address has a name that one would read as this one. */
  isShared(name: string, address: string): boolean;
}

/** By what its sender calls themselves; undefined where that is nothing to be shown, or it is in doubt who has written it. */
export function nameIn(opened: Opened): string | undefined {
  if (isDoubtful(opened)) return undefined;
  const { message } = opened;
  return shownName(fromNameOf(message), formatAddress(senderOf(message)));
}

/** Where they are kept. */
type Kept = Pick<Mail, "store" | "key">;

interface KeptName {
  name: string;
  /** Of the Email that it is from; 0 for mail that was brought in, which says how it was once. */
  number: number;
}

/** Sealed names that are news, by their addresses, to be written with the texts that they are from. */
export async function newNames(
  mail: Kept,
  texts: readonly (readonly [string, KeptText])[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const said = new Map<string, KeptName>();
  for (const [id, text] of texts) {
    const name = text.kind === "standard" ? undefined : nameIn(text);
    if (text.kind === "standard" || name === undefined) continue;
    const isImported = text.kind === "open" && text.imported === true;
    const number = isImported ? 0 : (findEmailNumber(id) ?? 0);
    const address = formatAddress(senderOf(text.message));
    if ((said.get(address)?.number ?? -1) <= number) said.set(address, { name, number });
  }
  if (said.size === 0) return new Map();
  const known = await readKept(mail, [...said.keys()]);
  const news = [...said].filter(([address, { name, number }]) => {
    const before = known.get(address);
    return (
      before === undefined || before.number < number || (before.number === number && before.name !== name)
    );
  });
  const sealed = news.map(async ([address, kept]) => {
    const bytes = new TextEncoder().encode(JSON.stringify(kept));
    return [address, await sealLocal(mail.key, { table: senderNames, key: address }, bytes)] as const;
  });
  return new Map(await Promise.all(sealed));
}

export async function writeNames(writer: LocalWriter, names: ReadonlyMap<string, Uint8Array>): Promise<void> {
  for (const [address, bytes] of names) await writer.putBytes(senderNames, address, bytes);
}

async function readKept({ store, key }: Kept, addresses: readonly string[]): Promise<Map<string, KeptName>> {
  const sealed = await store.read([senderNames], (reader) =>
    Promise.all(addresses.map((address) => reader.getBytes(senderNames, address))),
  );
  const opened = addresses.map(async (address, at): Promise<[string, KeptName][]> => {
    const bytes = sealed[at] && (await openLocal(key, { table: senderNames, key: address }, sealed[at]));
    const kept: unknown = bytes && JSON.parse(new TextDecoder().decode(bytes));
    return isKeptName(kept) ? [[address, kept]] : [];
  });
  return new Map((await Promise.all(opened)).flat());
}

/** It was sealed here by ourselves, so little is looked at. */
function isKeptName(value: unknown): value is KeptName {
  return typeof value === "object" && value !== null && "name" in value && "number" in value;
}

/** In memory; what was changed since is read before it is asked again. */
interface HeldNames {
  readonly names: Map<string, { name: string; key: string }>;
  stale: Set<string> | "all";
  /** The same for as long as no name has changed. */
  view: SenderNames;
  lastTurn: Promise<void>;
}

const heldOf = new WeakMap<LocalStore, HeldNames>();

/** As they are known here now: the same object until one of them is another. Throws LocalStoreError. */
export async function readSenderNames(mail: Kept): Promise<SenderNames> {
  const held = heldOf.get(mail.store) ?? hold(mail.store);
  const turn = held.lastTurn.then(() => refresh(mail, held));
  held.lastTurn = turn.catch(() => undefined);
  await turn;
  return held.view;
}

function hold(store: LocalStore): HeldNames {
  const names: HeldNames["names"] = new Map();
  const held: HeldNames = { names, stale: "all", view: viewOf(names), lastTurn: Promise.resolve() };
  heldOf.set(store, held);
  store.subscribe([senderNames], (change) => {
    const keys = change.get(senderNames.name) ?? [];
    if (keys === "all") held.stale = "all";
    else if (held.stale !== "all") for (const key of keys) held.stale.add(key);
  });
  return held;
}

async function refresh(mail: Kept, held: HeldNames): Promise<void> {
  const { names, stale } = held;
  if (stale !== "all" && stale.size === 0) return;
  held.stale = new Set();
  try {
    const addresses = stale === "all" ? await mail.store.keys(senderNames) : [...stale];
    const kept = await readKept(mail, addresses);
    const before = [...names.keys()];
    const gone = (stale === "all" ? before : addresses).filter((address) => !kept.has(address));
    const news = [...kept].filter(([address, { name }]) => names.get(address)?.name !== name);
    for (const address of gone) names.delete(address);
    for (const [address, { name }] of news) names.set(address, { name, key: nameKey(name) });
    if (gone.length + news.length > 0) held.view = viewOf(names);
  } catch (error) {
    held.stale = "all";
    throw error;
  }
}

function viewOf(names: HeldNames["names"]): SenderNames {
  let owners: Map<string, Set<string>> | undefined;
  return {
    find: (address) => (names.get(address) ?? names.get(withoutTag(address)))?.name,
    isShared(name, address) {
      owners ??= ownersOf(names);
      const own = withoutTag(address);
      return [...(owners.get(nameKey(name)) ?? [])].some((owner) => owner !== own);
    },
  };
}

/** Accounts by the keys of their names. */
function ownersOf(names: HeldNames["names"]): Map<string, Set<string>> {
  const owners = new Map<string, Set<string>>();
  for (const [address, { key }] of names) {
    const known = owners.get(key);
    if (known === undefined) owners.set(key, new Set([withoutTag(address)]));
    else known.add(withoutTag(address));
  }
  return owners;
}

/** Tags are of one person. */
function withoutTag(address: string): string {
  return address.toLowerCase().replace(/\+[^@]*(?=@)/, "");
}
