/**
 * What people call themselves, by their addresses: out of the messages that were opened here, and kept sealed beside them. Of
 * several names of an address the one in the message that came last counts.
 */
import { formatAddress, fromNameOf, senderOf } from "@posthorn/protocol";
import type { LocalStore, LocalWriter } from "../local/local-store.ts";
import { isSameBytes } from "../local/same-bytes.ts";
import { openLocal, sealLocal } from "../local/seal-local.ts";
import { isDoubtful, type Opened } from "../open.ts";
import { findEmailNumber } from "../search/email-id.ts";
import { type Mail, senderNames } from "../sync/mail-context.ts";
import type { KeptText } from "../sync/opened-texts.ts";
import { nameKey, shownName } from "./shown-name.ts";

export interface SenderNames {
  /** As whoever sits here calls them; undefined for whom they have given no name. */
  given(address: string): string | undefined;
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

/**
 * They are kept in drawers, each sealed as one: to open a few is a moment where to open every name of ten years would hold up
 * the first list. An address is always in the same drawer.
 */
const drawers = 32;

function drawerOf(address: string): string {
  let sum = 0;
  for (let at = 0; at < address.length; at++) sum = (sum * 31 + address.charCodeAt(at)) >>> 0;
  return String(sum % drawers);
}

type Drawer = ReadonlyMap<string, KeptName>;

/** A drawer with what is news in it, and how it was when that was put in. */
interface ChangedDrawer {
  before: Uint8Array | undefined;
  now: Uint8Array;
}

export type NewNames = ReadonlyMap<string, ChangedDrawer>;

/** What these texts say that is news, sealed, to be written with them. */
export async function newNames(
  mail: Kept,
  texts: readonly (readonly [string, KeptText])[],
): Promise<NewNames> {
  const said = new Map<string, KeptName>();
  for (const [id, text] of texts) {
    const name = text.kind === "standard" ? undefined : nameIn(text);
    if (text.kind === "standard" || name === undefined) continue;
    const isImported = text.kind === "open" && text.imported === true;
    const number = isImported ? 0 : (findEmailNumber(id) ?? 0);
    const address = formatAddress(senderOf(text.message));
    if ((said.get(address)?.number ?? -1) <= number) said.set(address, { name, number });
  }
  const keys = [...new Set([...said.keys()].map(drawerOf))];
  const changed = (await readDrawers(mail, keys)).map(async ({ key, bytes, names }) => {
    const news = [...said].filter(
      ([address, one]) => drawerOf(address) === key && isNews(one, names.get(address)),
    );
    if (news.length === 0) return [];
    const content = new TextEncoder().encode(JSON.stringify([...new Map([...names, ...news])]));
    const now = await sealLocal(mail.key, { table: senderNames, key }, content);
    return [[key, { before: bytes, now }] as const];
  });
  return new Map((await Promise.all(changed)).flat());
}

function isNews({ name, number }: KeptName, before: KeptName | undefined): boolean {
  if (before === undefined || before.number < number) return true;
  return before.number === number && before.name !== name;
}

/** False, and nothing is written, when another tab has put something into one of the drawers since: they are to be made anew. */
export async function writeNames(writer: LocalWriter, names: NewNames): Promise<boolean> {
  for (const [key, { before }] of names) {
    if (!isSameBytes(await writer.getBytes(senderNames, key), before)) return false;
  }
  for (const [key, { now }] of names) await writer.putBytes(senderNames, key, now);
  return true;
}

async function readDrawers(
  { store, key }: Kept,
  keys: readonly string[],
): Promise<{ key: string; bytes: Uint8Array | undefined; names: Drawer }[]> {
  const sealed = await store.read([senderNames], (reader) =>
    Promise.all(keys.map((one) => reader.getBytes(senderNames, one))),
  );
  return Promise.all(
    keys.map(async (one, at) => {
      const bytes = sealed[at];
      const opened = bytes && (await openLocal(key, { table: senderNames, key: one }, bytes));
      const content: unknown = opened && JSON.parse(new TextDecoder().decode(opened));
      return { key: one, bytes, names: new Map(isDrawer(content) ? content : []) };
    }),
  );
}

/** It was sealed here by ourselves, so little is looked at. */
function isDrawer(value: unknown): value is [string, KeptName][] {
  return Array.isArray(value) && value.every((one) => Array.isArray(one) && one.length === 2);
}

interface HeldName {
  name: string;
  key: string;
}

/** In memory; what was changed since is read before it is asked again. */
interface HeldNames {
  /** By the keys of their drawers. */
  readonly drawers: Map<string, ReadonlyMap<string, HeldName>>;
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
  const held: HeldNames = {
    drawers: new Map(),
    stale: "all",
    view: viewOf(new Map()),
    lastTurn: Promise.resolve(),
  };
  heldOf.set(store, held);
  store.subscribe([senderNames], (change) => {
    const keys = change.get(senderNames.name) ?? [];
    if (keys === "all") held.stale = "all";
    else if (held.stale !== "all") for (const key of keys) held.stale.add(key);
  });
  return held;
}

async function refresh(mail: Kept, held: HeldNames): Promise<void> {
  const { stale } = held;
  if (stale !== "all" && stale.size === 0) return;
  held.stale = new Set();
  try {
    const keys = stale === "all" ? await mail.store.keys(senderNames) : [...stale];
    const read = await readDrawers(mail, keys);
    if (stale === "all") {
      for (const key of held.drawers.keys()) if (!keys.includes(key)) read.push(emptyDrawer(key));
    }
    const changed = read.filter(({ key, names }) => isOther(names, held.drawers.get(key)));
    for (const { key, names } of changed) {
      const before = held.drawers.get(key);
      const now = [...names].map(([address, { name }]) => {
        const known = before?.get(address);
        return [address, known?.name === name ? known : { name, key: nameKey(name) }] as const;
      });
      held.drawers.set(key, new Map(now));
    }
    if (changed.length > 0) held.view = viewOf(held.drawers);
  } catch (error) {
    held.stale = "all";
    throw error;
  }
}

function emptyDrawer(key: string): Awaited<ReturnType<typeof readDrawers>>[number] {
  return { key, bytes: undefined, names: new Map() };
}

function isOther(names: Drawer, held: ReadonlyMap<string, HeldName> | undefined): boolean {
  return (
    names.size !== (held?.size ?? 0) ||
    [...names].some(([address, { name }]) => held?.get(address)?.name !== name)
  );
}

function viewOf(drawers: HeldNames["drawers"]): SenderNames {
  let owners: Map<string, Set<string>> | undefined;
  const nameOf = (address: string) => drawers.get(drawerOf(address))?.get(address);
  return {
    given: () => undefined,
    find: (address) => (nameOf(address) ?? nameOf(withoutTag(address)))?.name,
    isShared(name, address) {
      owners ??= ownersOf(drawers);
      const own = withoutTag(address);
      return [...(owners.get(nameKey(name)) ?? [])].some((owner) => owner !== own);
    },
  };
}

/** Accounts by the keys of their names. */
function ownersOf(drawers: HeldNames["drawers"]): Map<string, Set<string>> {
  const owners = new Map<string, Set<string>>();
  for (const [address, { key }] of [...drawers.values()].flatMap((names) => [...names])) {
    const known = owners.get(key);
    if (known === undefined) owners.set(key, new Set([withoutTag(address)]));
    else known.add(withoutTag(address));
  }
  return owners;
}

/** In lower case: tags are of one person. Addresses that come from a message may be anything. */
export function withoutTag(address: string): string {
  return address.toLowerCase().replace(/\+[^@]*(?=@)/, "");
}
