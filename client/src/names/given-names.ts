/**
 * What somebody calls others: names of one's own, each a setting, sealed and on all devices. They stand before what people
 * call themselves, and are in no message: nobody hears of them.
 */
import { fail, uuidV7 } from "@posthorn/protocol";
import type { LocalStore } from "../local/local-store.ts";
import { hasRoomFor, type Settings } from "../records/settings-content.ts";
import type { Undo } from "../sync/act.ts";
import type { Mail } from "../sync/mail-context.ts";
import { settingsTables } from "../sync/own-edits.ts";
import { doSettings, readSettings } from "../sync/settings.ts";
import { readSenderNames, type SenderNames, withoutTag } from "./sender-names.ts";
import { nameKey, shownName } from "./shown-name.ts";

const prefix = "called";

interface Given {
  /** Names it among the settings. */
  id: string;
  name: string;
}

/** By the addresses of accounts. */
type GivenNames = ReadonlyMap<string, Given>;

interface Held {
  isStale: boolean;
  given: GivenNames;
  base: SenderNames | undefined;
  /** The same for as long as no name has changed. */
  view: SenderNames | undefined;
}

const heldOf = new WeakMap<LocalStore, Held>();

/** As people are to be called before whoever sits here; the same object until a name is another. Throws LocalStoreError. */
export async function readNames(mail: Mail): Promise<SenderNames> {
  const held = heldOf.get(mail.store) ?? hold(mail.store);
  const base = await readSenderNames(mail);
  const isOther = held.isStale && (await refresh(mail, held));
  if (held.view === undefined || held.base !== base || isOther) {
    held.base = base;
    held.view = viewOf(base, held.given);
  }
  return held.view;
}

/**
 * Calls somebody so from now on, or by what they call themselves where `name` is undefined. Gives how to take
 * it back, under the label, which is not sealed; undefined when they are called so already. False when it is none that is shown: without
 * letters, or with an `@` or a host of others. Throws ProblemError `tooLarge`, `forbidden` for an account without keys.
 */
export async function giveName(
  mail: Mail,
  label: string,
  { address, name }: { address: string; name: string | undefined },
): Promise<Undo | undefined | false> {
  const account = withoutTag(address);
  const fitting = name === undefined ? undefined : shownName(name.slice(0, mostLetters), account);
  if (name !== undefined && fitting === undefined) return false;
  const { clock, randomBytes } = mail.session.platform;
  const settings = await readSettings(mail);
  const known = givenIn(settings).get(account);
  const id = known?.id ?? `${prefix}${uuidV7(clock.now(), randomBytes(16)).replaceAll("-", "")}`;
  const value = fitting === undefined ? undefined : `${account}\n${fitting}`;
  if (value !== undefined && !hasRoomFor(settings, { [id]: value })) {
    fail("tooLarge", "There is no room for more names. Take one back that you gave to somebody else.");
  }
  return doSettings(mail, label, { [id]: value });
}

const mostLetters = 100;

function hold(store: LocalStore): Held {
  const held: Held = { isStale: true, given: new Map(), base: undefined, view: undefined };
  heldOf.set(store, held);
  store.subscribe(settingsTables, () => {
    held.isStale = true;
  });
  return held;
}

/** Whether one of them is another than before. */
async function refresh(mail: Mail, held: Held): Promise<boolean> {
  held.isStale = false;
  // What cannot be opened now hides nobody's mail.
  const given = await readGiven(mail).catch(() => held.given);
  const isOther =
    given.size !== held.given.size ||
    [...given].some(([address, { name }]) => held.given.get(address)?.name !== name);
  held.given = given;
  return isOther;
}

async function readGiven(mail: Mail): Promise<GivenNames> {
  if ((await mail.session.keys.findRootSecret()) === undefined) return new Map();
  return givenIn(await readSettings(mail));
}

function givenIn(settings: Settings): GivenNames {
  return new Map(
    Object.entries(settings).flatMap(([id, value]): [string, Given][] => {
      if (!id.startsWith(prefix) || typeof value !== "string") return [];
      const end = value.indexOf("\n");
      const [address, name] = [value.slice(0, end), shownName(value.slice(end + 1), value.slice(0, end))];
      return name === undefined ? [] : [[address, { id, name }]];
    }),
  );
}

function viewOf(base: SenderNames, given: GivenNames): SenderNames {
  if (given.size === 0) return base;
  const keys = [...given].map(([address, { name }]) => [address, nameKey(name)] as const);
  const find = (address: string) => given.get(withoutTag(address))?.name;
  return {
    given: find,
    find: (address) => find(address) ?? base.find(address),
    isShared: (name, address) =>
      base.isShared(name, address) ||
      keys.some(([owner, key]) => owner !== withoutTag(address) && key === nameKey(name)),
  };
}
