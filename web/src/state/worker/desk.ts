/** Somebody's desk: their sign-in and their mail on this device, as the worker of a tab holds it. */
import {
  actions,
  browserKeeper,
  browserTabs,
  draftTables,
  indexedDbPlace,
  keepEpochsFresh,
  keepIndexed,
  type LocalPlace,
  logout,
  type Mail,
  openMail,
  type Platform,
  refusals,
  resume,
  type Session,
  senderNames,
  settingsTables,
  syncMail,
  type TokenKeeper,
  undos,
} from "@posthorn/client";
import { type Digests, makeDigests } from "./digests.ts";
import { clearTakenBack } from "./held-letters.ts";
import { homePlatform } from "./home-platform.ts";
import { type MailMap, openMailMap } from "./mail-map.ts";
import type { ThreadOrder } from "./thread-order.ts";
import type { Topic } from "./topic.ts";

/** What a signed-in tab works with. */
export interface Desk {
  readonly mail: Mail;
  readonly map: MailMap;
  readonly digests: Digests;
  /** Of the places that were looked at, by their names. */
  readonly orders: Map<string, ThreadOrder>;
  /** More was found by a search. */
  readonly onFound: () => void;
  /** Aborts when it is cleared away. */
  readonly signal: AbortSignal;
}

/** The worker's one room: whoever is signed in here, or nobody. */
export interface Room {
  readonly platform: Platform;
  readonly keeper: TokenKeeper;
  /** Undefined while nobody is signed in. */
  desk(): Desk | undefined;
  /** Tells those who watch that something of these has changed. */
  readonly tell: (topics: readonly Topic[]) => void;
  sitDown(session: Session): Promise<Desk>;
  /** Ends the sign-in and forgets what is kept on this device. */
  leave(): Promise<void>;
  /** Nothing is asked of a server for it. */
  readonly resumed: Promise<void>;
}

/** Picks up the sign-in that is kept in this browser, if there is one. */
export function openRoom(tell: (topics: readonly Topic[]) => void): Room {
  const tabs = browserTabs();
  const platform = homePlatform(location.origin);
  const keeper = browserKeeper(tabs);
  let desk: Desk | undefined;
  let clear: (() => Promise<void>) | undefined;

  const sitDown = async (session: Session) => {
    await clear?.();
    const place = placeOf(session.address);
    const mail = await openMail(session, { place, tabs });
    const ended = new AbortController();
    const map = openMailMap(mail.store, ended.signal, tell);
    const digests = makeDigests(mail, { map, signal: ended.signal, onMore: () => tell(["texts"]) });
    const onFound = () => tell(["rows", "found"]);
    desk = { mail, map, digests, orders: new Map(), onFound, signal: ended.signal };
    clear = async () => {
      ended.abort();
      desk = undefined;
      await mail.store.close();
    };
    follow({ mail, map }, ended.signal, tell);
    tell(["account"]);
    return desk;
  };

  const placeOf = (address: string): LocalPlace => indexedDbPlace(`mail of ${address}`, tabs);

  return {
    platform,
    keeper,
    tell,
    desk: () => desk,
    sitDown,
    async leave() {
      const session = desk?.mail.session;
      await clear?.();
      clear = undefined;
      if (session !== undefined) {
        await logout(session, keeper).catch(() => undefined);
        await placeOf(session.address).remove();
      }
      tell(["account"]);
    },
    resumed: resume(platform, keeper).then(async (session) => {
      if (session !== undefined) await sitDown(session);
    }),
  };
}

/** So much later than what is on the device it is asked what is new. */
const syncAfterMs = 200;

/** What goes on in the background for as long as somebody sits there; what they look at first comes first. */
function follow(
  { mail, map }: Pick<Desk, "mail" | "map">,
  signal: AbortSignal,
  tell: (topics: readonly Topic[]) => void,
): void {
  const note = (error: unknown) => {
    if (!signal.aborted) console.error(error);
  };
  const stop = mail.store.subscribe([...draftTables, refusals], () => tell(["drafts"]));
  signal.addEventListener("abort", stop, { once: true });
  const stopSettings = mail.store.subscribe(settingsTables, () => tell(["settings"]));
  signal.addEventListener("abort", stopSettings, { once: true });
  const stopActs = mail.store.subscribe([actions, undos], () => tell(["undo"]));
  signal.addEventListener("abort", stopActs, { once: true });
  const stopNames = mail.store.subscribe([senderNames], () => tell(["names"]));
  signal.addEventListener("abort", stopNames, { once: true });
  clearTakenBack(mail, signal);
  void map.begun.then(async () => {
    await mail.session.platform.clock.sleep(syncAfterMs, signal);
    if (signal.aborted) return;
    syncMail(mail, signal).catch(note);
    await map.whole;
    keepIndexed(mail, { signal, onCoverage: () => tell(["coverage"]) }).catch(note);
    keepEpochsFresh(mail.session).catch(() => undefined);
  });
}
