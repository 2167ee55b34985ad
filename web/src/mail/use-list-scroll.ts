/** What of a list is seen, and that it stays in sight when something comes above it. */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { ListLayout } from "./list-layout.ts";
import type { Pages } from "./use-pages.ts";

/** Scroll positions by place, for as long as the tab is open. */
const keptAt = "posthorn.positions";
const positions = new Map<string, number>(keptPositions());

function keptPositions(): [string, number][] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(keptAt) ?? "{}");
    if (typeof kept !== "object" || kept === null) return [];
    return Object.entries(kept).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  } catch {
    // Nothing may be kept.
    return [];
  }
}

addEventListener("pagehide", () => {
  try {
    sessionStorage.setItem(keptAt, JSON.stringify(Object.fromEntries(positions)));
  } catch {
    // Each list begins at its top then.
  }
});

export interface ListView {
  top: number;
  height: number;
  row: number;
  /** Where it goes to: 1 down, -1 up. */
  way: 1 | -1;
  isMoving: boolean;
}

/** So long after it was last scrolled it stands still. */
const stillAfterMs = 300;

export interface ListScroll {
  view: ListView;
  onScroll(): void;
  /** To where it was left, as far as the list goes that is here, unless somebody has moved it since. */
  restore(): void;
  /** So that the row is seen whole. */
  show(layout: ListLayout, index: number): void;
}

/** `key` is of the place, `rowLook` of all by which rows are as high as they are. */
export function useListView(
  scroller: RefObject<HTMLDivElement | null>,
  key: string,
  rowLook: string,
): ListScroll {
  const [view, setView] = useState<ListView>({
    top: positions.get(key) ?? 0,
    height: 900,
    row: 64,
    way: 1,
    isMoving: false,
  });
  const look = useCallback(
    (isMoving: boolean, rowNow?: number) => {
      const element = scroller.current;
      if (element === null) return;
      const [top, height] = [element.scrollTop, element.clientHeight];
      setView((before) => {
        const row = rowNow ?? before.row;
        const isSame = before.top === top && before.height === height && before.row === row;
        if (isSame && before.isMoving === isMoving) return before;
        const way = top === before.top ? before.way : top > before.top ? 1 : -1;
        return { top, height, row, way, isMoving };
      });
    },
    [scroller],
  );
  const measure = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    look(false, Number.parseFloat(getComputedStyle(element).getPropertyValue("--row")) || 64);
  }, [scroller, look]);

  // Another look has other rows.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    element.scrollTop = positions.get(key) ?? 0;
    measure();
    const watcher = new ResizeObserver(measure);
    watcher.observe(element);
    return () => watcher.disconnect();
  }, [key, rowLook, measure, scroller]);

  /** Where it was put by nobody's hand: while not all of it is here it may end before where it was left. */
  const put = useRef<{ key: string; at: number | "moved" }>(undefined);
  const restore = useCallback(() => {
    const element = scroller.current;
    const at = put.current?.key === key ? put.current.at : undefined;
    if (element === null || (at !== undefined && at !== element.scrollTop)) return;
    element.scrollTop = positions.get(key) ?? 0;
    put.current = { key, at: element.scrollTop };
  }, [key, scroller]);

  const rest = useRef<number>(undefined);
  useEffect(() => () => clearTimeout(rest.current), []);
  const onScroll = useCallback(() => {
    const top = scroller.current?.scrollTop ?? 0;
    clearTimeout(rest.current);
    // Where it was put nothing moves, and its rows are drawn.
    if (put.current?.key === key && put.current.at === top) return look(false);
    positions.set(key, top);
    put.current = { key, at: "moved" };
    rest.current = window.setTimeout(() => look(false), stillAfterMs);
    // In the frame that shows it, or a place would be empty for as long as one frame lasts.
    flushSync(() => look(true));
  }, [key, look, scroller]);

  const show = useCallback(
    (layout: ListLayout, index: number) => {
      const element = scroller.current;
      if (element === null) return;
      const top = layout.topOf(index);
      const { row } = view;
      if (top < element.scrollTop + row / 2) element.scrollTop = Math.max(0, top - row);
      else if (top + row > element.scrollTop + element.clientHeight)
        element.scrollTop = top + row * 1.5 - element.clientHeight;
    },
    [scroller, view],
  );
  return { view, onScroll, show, restore };
}

/** What comes above what is looked at moves the view along with it. Gives how many have come unseen. */
export function useAnchor(
  scroller: RefObject<HTMLDivElement | null>,
  {
    pages,
    layout,
    view,
    isHeld,
  }: { pages: Pages; layout: ListLayout; view: ListView; isHeld: RefObject<boolean> },
): { above: number; forget(): void } {
  const anchor = useRef<{ threadId: string; index: number; top: number }>(undefined);
  const [above, setAbove] = useState(0);
  const now = useRef({ pages, layout });
  now.current = { pages, layout };

  // Each version may have moved what is looked at.
  useLayoutEffect(() => {
    const element = scroller.current;
    const held = anchor.current;
    if (element === null || held === undefined) return;
    const index = now.current.pages.indexOf(held.threadId);
    if (index < 0) return;
    const top = now.current.layout.topOf(index);
    const by = top - held.top;
    if (by === 0) return;
    // Who brings something back wants to see it.
    const isBrought = by > 0 && now.current.pages.isBringing();
    if (!isBrought && (element.scrollTop > 0 || isHeld.current)) {
      element.scrollTop += by;
      if (index > held.index) setAbove((before) => before + index - held.index);
    }
    anchor.current = { threadId: held.threadId, index, top };
  }, [pages.version, scroller, isHeld]);

  useEffect(() => {
    const index = layout.rowAt(view.top);
    const row = pages.row(index);
    anchor.current = row && { threadId: row.threadId, index, top: layout.topOf(index) };
    if (view.top <= 0 && above > 0) setAbove(0);
  });

  return { above, forget: () => setAbove(0) };
}
