/** The part of a long list that is looked at, page by page, kept current. */
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { watch } from "../state/desk.ts";
import type { Place } from "../state/place.ts";
import { placeKey } from "../state/place.ts";
import type { Fault } from "../state/worker/fault.ts";
import type { ThreadPage, ThreadRow } from "../state/worker/list-threads.ts";

const pageSize = 50;
/** Pages around those that are seen, so that a quick hand finds no gaps. */
const around = 2;

export interface Pages {
  /** Undefined while nothing is known yet. */
  total: number | undefined;
  isWhole: boolean;
  ages: ThreadPage["ages"];
  row(index: number): ThreadRow | undefined;
  /** Where a thread is among those that are here, -1 when it is not. */
  indexOf(threadId: string): number;
  fault: Fault | undefined;
  /** Counts up with each change. */
  version: number;
}

interface Kept {
  pages: Map<number, ThreadPage>;
  newest: ThreadPage | undefined;
}

/** By place: what was there when it was left is there when somebody comes back. */
const left = new Map<string, Kept>();
const mostLeft = 12;

/** `first` and `last` are the indexes of the rows that are seen. */
export function usePages(place: Place, first: number, last: number): Pages {
  const key = placeKey(place);
  const kept = useMemo<Kept>(() => left.get(key) ?? { pages: new Map(), newest: undefined }, [key]);
  const watched = useRef(new Map<number, () => void>());
  const [version, setVersion] = useState(0);
  const [fault, setFault] = useState<Fault>();
  const begin = Math.max(0, Math.floor(first / pageSize) - around);
  const end = Math.floor(last / pageSize) + around;
  const total = kept.newest?.total;

  // Another place, other pages.
  useEffect(() => {
    const stops = watched.current;
    left.delete(key);
    left.set(key, kept);
    for (const old of [...left.keys()].slice(0, -mostLeft)) left.delete(old);
    return () => {
      for (const stop of stops.values()) stop();
      stops.clear();
    };
  }, [key, kept]);

  useEffect(() => {
    const stops = watched.current;
    const most = total === undefined ? 0 : Math.max(0, Math.ceil(total / pageSize) - 1);
    for (const [page, stop] of stops) {
      if (page >= begin && page <= end) continue;
      stop();
      stops.delete(page);
    }
    for (let page = begin; page <= Math.min(end, most); page++) {
      if (stops.has(page)) continue;
      const input = { place, from: page * pageSize, to: (page + 1) * pageSize };
      const stop = watch("threads", input, (told) => {
        if ("fault" in told) setFault(told.fault);
        else {
          kept.pages.set(page, told.value);
          kept.newest = told.value;
          setFault(undefined);
        }
        setVersion((before) => before + 1);
      });
      stops.set(page, stop);
    }
    // The key says all that the place says.
  }, [key, kept, begin, end, total]);

  const row = useCallback(
    (index: number) => kept.pages.get(Math.floor(index / pageSize))?.rows[index % pageSize],
    [kept],
  );
  const indexOf = useCallback(
    (threadId: string) => {
      for (const [page, { rows }] of kept.pages) {
        const at = rows.findIndex((one) => one.threadId === threadId);
        if (at >= 0) return page * pageSize + at;
      }
      return -1;
    },
    [kept],
  );
  return {
    total,
    isWhole: kept.newest?.isWhole ?? false,
    ages: kept.newest?.ages ?? { today: 0, yesterday: 0, week: 0 },
    row,
    indexOf,
    fault,
    version,
  };
}
