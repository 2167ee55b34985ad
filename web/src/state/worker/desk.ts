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
  LocalStoreError,
  logout,
  type Mail,
  openMail,
  type Platform,
  refusals,
  resume,
  type Session,
  senderNames,
  settingsTables,
  statuses,
  syncMail,
  type TokenKeeper,
  undos,
} from "@posthorn/client";
import { hearOfAccount } from "./account-news.ts";
import { type Digests, makeDigests } from "./digests.ts";
import { clearTakenBack } from "./held-letters.ts";
import { homePlatform } from "./home-platform.ts";
import { type MailMap, openMailMap } from "./mail-map.ts";
import { resumeFiles } from "./resume-files.ts";
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
  /** What is looked at first is drawn: what can wait for it need not wait any longer. */
  pageDrawn(): void;
  sitDown(session: Session): Promise<Desk>;
  /**
   * Ends the sign-in of this person and forgets what is kept of them on this device; false when that could not be
   * removed. Of somebody whose sign-in has ended before, what was left is forgotten. Other tabs hear of it.
   */
  leave(address: string): Promise<boolean>;
  /** Nothing is asked of a server for it. */
  readonly resumed: Promise<void>;
}

/** A page that has not said by then that it is drawn will not. */
const longestUndrawnMs = 3_000;

/** Picks up the sign-in that is kept in this browser, if there is one. */
export function openRoom(tell: (topics: readonly Topic[]) => void): Room {
  const tabs = browserTabs();
  const platform = homePlatform(location.origin);
  const keeper = browserKeeper(tabs);
  /** Tells other tabs that somebody has sat down or left. */
  const seats = tabs.openChannel("posthorn seats");
  let desk: Desk | undefined;
  let clear: (() => Promise<void>) | undefined;
  /** The server has ended the sign-in of whoever sits here. */
  let isOver = false;
  const { promise: firstDrawn, resolve: pageDrawn } = Promise.withResolvers<void>();
  const restLater = Promise.race([firstDrawn, platform.clock.sleep(longestUndrawnMs)]);

  const seat = async (session: Session) => {
    await clear?.();
    const place = placeOf(session.address);
    const mail = await openMail(session, { place, tabs });
    await forgetEnd(mail);
    const ended = new AbortController();
    const map = openMailMap(mail.store, ended.signal, { tell, restLater });
    const digests = makeDigests(mail, { map, signal: ended.signal, onMore: () => tell(["texts"]) });
    const onFound = () => tell(["rows", "found"]);
    desk = { mail, map, digests, orders: new Map(), onFound, signal: ended.signal };
    isOver = false;
    clear = async () => {
      ended.abort();
      desk = undefined;
      clear = undefined;
      await mail.store.close();
    };
    const onOver = () => {
      isOver = true;
    };
    follow({ mail, map, digests }, { signal: ended.signal, tell, restLater, onOver });
    tell(["account"]);
    return desk;
  };

  const placeOf = (address: string): LocalPlace => indexedDbPlace(`mail of ${address}`, tabs);

  /** In another tab somebody has sat down or left. Their page is loaded anew for another person, so none sits down here then. */
  const lookAgain = async () => {
    const session = await resume(platform, keeper);
    const before = desk?.mail.session.address;
    if (session?.address === before && !isOver) return;
    if (before !== undefined && session?.address !== before) {
      await clear?.();
      tell(["account"]);
    } else if (session !== undefined) await seat(session);
  };
  seats.listen(() => void lookAgain().catch((error: unknown) => console.error(error)));

  return {
    platform,
    keeper,
    tell,
    pageDrawn,
    desk: () => desk,
    async sitDown(session) {
      const seated = await seat(session);
      seats.post("changed");
      return seated;
    },
    async leave(address) {
      const session = desk?.mail.session;
      if (session !== undefined && session.address !== address) return false;
      try {
        await clear?.();
        if (session !== undefined) await endSignIn(session, keeper);
        await placeOf(address).remove();
        return true;
      } catch (error) {
        console.error(error);
        return false;
      } finally {
        seats.post("changed");
        tell(["account"]);
      }
    },
    resumed: resume(platform, keeper).then(async (session) => {
      if (session !== undefined) await seat(session);
    }),
  };
}

const patienceMs = 5_000;

/** At the server too, where that can be told in good time. Throws LocalStoreError when it could not be forgotten here. */
async function endSignIn(session: Session, keeper: TokenKeeper): Promise<void> {
  await logout(session, keeper, { signal: AbortSignal.timeout(patienceMs) }).catch((error: unknown) => {
    if (error instanceof LocalStoreError) throw error;
  });
}

/** How it stood when the sign-in before ended says nothing of this one. */
async function forgetEnd({ store }: Mail): Promise<void> {
  const state = (await store.get(statuses, "status"))?.state;
  if (state !== "signedOut" && state !== "stopped") return;
  await store.write([statuses], (writer) => writer.remove(statuses, ["status"]));
}

/** So much later than what is on the device it is asked what is new. */
const syncAfterMs = 200;

/** What goes on in the background for as long as somebody sits there; what they look at first comes first. */
function follow(
  { mail, map, digests }: Pick<Desk, "mail" | "map" | "digests">,
  {
    signal,
    tell,
    restLater,
    onOver,
  }: {
    signal: AbortSignal;
    tell: (topics: readonly Topic[]) => void;
    restLater: Promise<void>;
    onOver: () => void;
  },
): void {
  const note = (error: unknown) => {
    if (!signal.aborted) console.error(error);
  };
  const stop = mail.store.subscribe([...draftTables, refusals], () => tell(["drafts"]));
  signal.addEventListener("abort", stop, { once: true });
  const stopSettings = mail.store.subscribe(settingsTables, () => tell(["settings", "names"]));
  signal.addEventListener("abort", stopSettings, { once: true });
  const stopActs = mail.store.subscribe([actions, undos], () => tell(["undo"]));
  signal.addEventListener("abort", stopActs, { once: true });
  const stopNames = mail.store.subscribe([senderNames], () => tell(["names"]));
  signal.addEventListener("abort", stopNames, { once: true });
  clearTakenBack(mail, signal);
  let indexing: AbortController | undefined;
  const index = () => {
    indexing?.abort();
    indexing = new AbortController();
    const both = AbortSignal.any([signal, indexing.signal]);
    keepIndexed(mail, { signal: both, onCoverage: () => tell(["coverage"]) }).catch(note);
  };
  // With more keys, what could not be opened is indexed once more.
  hearOfAccount({ mail, digests }, { signal, tell, onKeys: index });
  void restLater.then(async () => {
    await mail.session.platform.clock.sleep(syncAfterMs, signal);
    if (signal.aborted) return;
    syncMail(mail, signal).then(onOver, note);
    await map.whole;
    index();
    resumeFiles({ mail, signal }, () => tell(["letters"])).catch(note);
    keepEpochsFresh(mail.session).catch(() => undefined);
  });
}
