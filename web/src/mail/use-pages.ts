/**
 * The part of a long list that is looked at, page by page, kept current. While somebody points at it nothing in it moves: what
 * would is held back until they look away, ask for it, or do something themselves.
 */
import { startTransition, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { askEarly, type Early, seenEarly, watch } from "../state/desk.ts";
import { onListsFollow } from "../state/lists-follow.ts";
import type { Place } from "../state/place.ts";
import { placeKey } from "../state/place.ts";
import type { Fault } from "../state/worker/fault.ts";
import type { ThreadPage, ThreadRow } from "../state/worker/list-threads.ts";
import type { ViewInput } from "../state/worker/views.ts";
import { useToday } from "../ui/use-today.ts";
import { hasOnlyGrown, hasOnlyLost, newAmong, withNewContent, withSameRows } from "./held-pages.ts";
import { agesWithout, indexAt, placeAt, placesOf } from "./put-away.ts";

const pageSize = 50;
/** Pages around those that are seen, so that a quick hand finds no gaps. */
const around = 3;
/** One more stays for whoever goes back; if all did, a long list would at last be here as a whole. */
const aroundKept = 1;
/** So long what one has done oneself is let through. */
const freeMs = 1_500;
/** So long after it is done the worker has told of it, also where that has to be searched for anew. */
const toldMs = 3_000;

export interface Pages {
  /** Undefined while nothing is known yet. */
  total: number | undefined;
  isWhole: boolean;
  ages: ThreadPage["ages"];
  row(index: number): ThreadRow | undefined;
  /** Where a thread is among those that are here, -1 when it is not. */
  indexOf(threadId: string): number;
  /** All rows that are here, in order. */
  rows(): ThreadRow[];
  fault: Fault | undefined;
  /** Counts up with each change. */
  version: number;
  /** Newer ones that are held back. */
  heldBack: number;
  /** While it is held, nothing in the list changes its place; by who is in it with keys alone, what goes may go. */
  setHeld(by: HeldBy): void;
  /** Shows what was held back. */
  release(): void;
  /** Shows the list without these while somebody puts them away; `done` says whether that could be done. */
  putAway(threadIds: readonly string[], done: Promise<boolean>): void;
  /** Asks anew, after a fault. */
  again(): void;
  /** Whether somebody has just brought rows back, and looks for them. */
  isBringing(): boolean;
}

type HeldBy = "pointer" | "keys" | undefined;

/** What is known of a place. It changes whenever something is told. */
interface Kept {
  pages: Map<number, ThreadPage>;
  newest: ThreadPage | undefined;
}

/**
 * What was known at one instant, which is what is drawn: React draws when it likes, and more than once, and forgets effects of a
 * component that shows something else each time.
 */
interface Moment {
  of: Kept;
  pages: ReadonlyMap<number, ThreadPage>;
  newest: ThreadPage | undefined;
  away: ReadonlySet<string>;
  /** Where in the pages those that are put away stand. */
  gone: readonly number[];
  heldBack: number;
}

/** By place: what was there when it was left is there when somebody comes back. */
const left = new Map<string, Kept>();
const mostLeft = 12;

function isLetThrough(
  { by, freeUntilMs }: { by: HeldBy; freeUntilMs: number },
  known: ThreadPage,
  now: ThreadPage,
): boolean {
  if (by === undefined || performance.now() < freeUntilMs || hasOnlyGrown(known, now)) return true;
  return by === "keys" && hasOnlyLost(known, now);
}

/** `first` and `last` are the indexes of the rows that are seen. */
export function usePages(place: Place, first: number, last: number): Pages {
  const today = useToday();
  const [round, setRound] = useState(0);
  const asked = useRef({ today, round });
  const key = placeKey(place);
  // The key says all that the place says.
  const kept = useMemo<Kept>(() => left.get(key) ?? askedEarly(place), [key]);
  const watched = useRef(new Map<number, () => void>());
  const pending = useRef<Pending>(new Map());
  const held = useRef<{ by: HeldBy; freeUntilMs: number }>({ by: undefined, freeUntilMs: 0 });
  const bringingUntilMs = useRef(0);
  const comingUntilMs = useRef(0);
  const away = useRef<Away>(new Map());
  const begun = useMemo(() => momentOf(kept), [kept]);
  const [drawn, setDrawn] = useState({ moment: begun, version: 0 });
  const moment = drawn.moment.of === kept ? drawn.moment : begun;
  const [fault, setFault] = useState<Fault>();
  const begin = Math.max(0, Math.floor(first / pageSize) - around);
  const end = Math.floor(last / pageSize) + around;
  const total = moment.newest?.total;

  const versions = useRef(0);
  const draw = useCallback(() => {
    versions.current++;
    // The same each time React counts up what was told: another would be drawn anew without end while a transition waits.
    setDrawn({ moment: momentOf(kept, pending.current, away.current), version: versions.current });
  }, [kept]);

  const release = useCallback(() => {
    held.current.freeUntilMs = performance.now() + freeMs;
    if (pending.current.size === 0) return;
    for (const [page, value] of pending.current) {
      kept.pages.set(page, value);
      kept.newest = value;
    }
    pending.current.clear();
    draw();
  }, [kept, draw]);

  const setHeld = useCallback(
    (by: HeldBy) => {
      held.current.by = by;
      if (by === undefined) release();
      else held.current.freeUntilMs = comingUntilMs.current;
    },
    [release],
  );

  useEffect(
    () =>
      onListsFollow((what) => {
        release();
        if (what !== "bringsBack") return;
        bringingUntilMs.current = performance.now() + freeMs;
        if (away.current.size === 0) return;
        away.current.clear();
        draw();
      }),
    [release, draw],
  );

  const putAway = useCallback(
    (threadIds: readonly string[], done: Promise<boolean>) => {
      for (const threadId of threadIds) away.current.set(threadId, done);
      draw();
      const showAgain = () => {
        const mine = threadIds.filter((threadId) => away.current.get(threadId) === done);
        for (const threadId of mine) away.current.delete(threadId);
        // What is still there then was not to go, or the list is held still.
        if (placesOf(kept.pages, pageSize, new Set(mine)).length === 0) return;
        release();
        draw();
      };
      void done.then((isDone) => (isDone ? setTimeout(showAgain, toldMs) : showAgain()), showAgain);
    },
    [kept, release, draw],
  );

  // Another place, other pages.
  useEffect(() => {
    const stops = watched.current;
    const waiting = pending.current;
    const gone = away.current;
    // Whoever has just come has not looked at anything yet.
    comingUntilMs.current = performance.now() + freeMs;
    held.current.freeUntilMs = comingUntilMs.current;
    left.delete(key);
    left.set(key, kept);
    for (const old of [...left.keys()].slice(0, -mostLeft)) left.delete(old);
    return () => {
      for (const stop of stops.values()) stop();
      stops.clear();
      waiting.clear();
      gone.clear();
    };
  }, [key, kept]);

  useEffect(() => {
    const stops = watched.current;
    // What is of today is so until midnight, and what has failed is asked for anew.
    if (asked.current.today !== today || asked.current.round !== round) {
      for (const stop of stops.values()) stop();
      stops.clear();
      asked.current = { today, round };
    }
    const most = total === undefined ? 0 : Math.max(0, Math.ceil(total / pageSize) - 1);
    for (const [page, stop] of stops) {
      if (page >= begin && page <= end) continue;
      stop();
      stops.delete(page);
      pending.current.delete(page);
    }
    for (const page of kept.pages.keys()) {
      if (page < begin - aroundKept || page > end + aroundKept) kept.pages.delete(page);
    }
    const take = (page: number, told: ThreadPage) => {
      const known = kept.pages.get(page);
      const value = withSameRows(known, told);
      if (known === undefined || known.rows.length === 0 || isLetThrough(held.current, known, value)) {
        // One that was not here yet is of the order of now, and the others have to be too.
        if (known === undefined) for (const [other, late] of pending.current) kept.pages.set(other, late);
        if (known === undefined) pending.current.clear();
        pending.current.delete(page);
        kept.pages.set(page, value);
        if (pending.current.size === 0) kept.newest = value;
        return;
      }
      pending.current.set(page, value);
      kept.pages.set(page, withNewContent(known, value));
    };
    for (let page = begin; page <= Math.min(end, most); page++) {
      if (stops.has(page)) continue;
      const stop = watch("threads", pageOf(place, page), (told) => {
        const isFirst = !kept.pages.has(page);
        // It was asked for early, and is drawn already.
        if ("value" in told && kept.pages.get(page) === told.value) return;
        if ("fault" in told) setFault(told.fault);
        else {
          take(page, told.value);
          setFault(undefined);
        }
        // What somebody does meanwhile comes first.
        if (isFirst) draw();
        else startTransition(draw);
      });
      stops.set(page, stop);
    }
    // The key says all that the place says.
  }, [key, kept, draw, begin, end, total, today, round]);

  const row = useCallback(
    (index: number) => {
      const place = placeAt(index, moment.gone);
      return moment.pages.get(Math.floor(place / pageSize))?.rows[place % pageSize];
    },
    [moment],
  );
  // What is not watched any more is drawn until it is told anew, and not acted on.
  const watchedPages = useMemo(
    () =>
      [...moment.pages]
        .filter(([page]) => page >= begin && page <= end)
        .sort(([one], [other]) => one - other),
    [moment, begin, end],
  );
  const indexOf = useCallback(
    (threadId: string) => {
      if (moment.away.has(threadId)) return -1;
      for (const [page, { rows }] of watchedPages) {
        const at = rows.findIndex((one) => one.threadId === threadId);
        if (at >= 0) return indexAt(page * pageSize + at, moment.gone);
      }
      return -1;
    },
    [moment, watchedPages],
  );
  const rows = useCallback(
    () => watchedPages.flatMap(([, { rows }]) => rows).filter(({ threadId }) => !moment.away.has(threadId)),
    [moment, watchedPages],
  );
  return {
    total: total === undefined ? undefined : Math.max(0, total - moment.gone.length),
    isWhole: moment.newest?.isWhole ?? false,
    ages: agesWithout(moment.newest?.ages ?? null, moment.gone),
    row,
    indexOf,
    rows,
    fault,
    version: drawn.version,
    heldBack: moment.heldBack,
    setHeld,
    release,
    putAway,
    again: () => setRound((before) => before + 1),
    isBringing: () => performance.now() < bringingUntilMs.current,
  };
}

type Pending = Map<number, ThreadPage>;
type Away = Map<string, Promise<boolean>>;

function momentOf(kept: Kept, pending: Pending = new Map(), away: Away = new Map()): Moment {
  return {
    of: kept,
    pages: new Map(kept.pages),
    newest: kept.newest,
    away: new Set(away.keys()),
    gone: away.size === 0 ? noPlaces : placesOf(kept.pages, pageSize, away),
    heldBack: newAmong(kept.pages.get(0), pending.get(0)),
  };
}

const noPlaces: readonly number[] = [];

function pageOf(place: Place, page: number): ViewInput<"threads"> {
  return { place, from: page * pageSize, to: (page + 1) * pageSize };
}

/** Asks for the beginning of a list before it is drawn. */
export function askFirstPage(place: Place): Early<ThreadPage> {
  return askEarly("threads", pageOf(place, 0));
}

function askedEarly(place: Place): Kept {
  const first = seenEarly("threads", pageOf(place, 0));
  if (first?.state !== "seen") return { pages: new Map(), newest: undefined };
  return { pages: new Map([[0, first.value]]), newest: first.value };
}
