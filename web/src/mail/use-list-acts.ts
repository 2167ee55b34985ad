/** What keys, rows and the bar of the selection do with the conversations of a list. */
import { useCallback, useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { go } from "../routes.ts";
import { useCommands } from "../state/commands.ts";
import { openComposer } from "../state/composers.ts";
import { keptLook, type Look } from "../state/look.ts";
import { type Place, placeKey } from "../state/place.ts";
import { lookAhead } from "../state/use-view.ts";
import type { ThreadAct } from "../state/worker/act-on-threads.ts";
import type { ThreadRow } from "../state/worker/list-threads.ts";
import { afterPaint } from "../ui/after-paint.ts";
import { act } from "./act.ts";
import {
  extendedTo,
  nextAfter,
  nothingSelected,
  type Selection,
  selected,
  stillThere,
  toggled,
} from "./selection.ts";
import type { Pages } from "./use-pages.ts";

/** What is acted on. */
export interface Targets {
  ids: readonly string[];
  /** How many there are in the place, where all of them are meant. */
  all: number | undefined;
}

export type Picker = { kind: "label" | "move" | "snooze" | "more" | "destroy"; targets: Targets };

/** What is to be known of a conversation to say what can be done with it. */
export type RowMarks = Pick<ThreadRow, "threadId" | "isStarred" | "isUnread" | "isMuted" | "mailboxIds">;

export interface ListActs {
  cursor: string | undefined;
  selection: Selection;
  setSelection(selection: Selection): void;
  picker: Picker | undefined;
  closePicker(): void;
  open(threadId: string): void;
  /** A click on its box; `isRange` from the last one to this. */
  toggle(threadId: string, isRange: boolean): void;
  setCursor(threadId: string): void;
  /** Of a row, or of what is chosen where that is left out. */
  doAct(what: ThreadAct, targets?: Targets): void;
  pick(kind: Picker["kind"], targets?: Targets): void;
  /** Of these those that are known here. */
  marksOf(targets: Targets): RowMarks[];
}

interface Setting {
  place: Place;
  pages: Pages;
  openId: string | undefined;
  /** Of the one that is open, which may be none of the list's. */
  opened: RowMarks | undefined;
  /** The index of the first row that is seen. */
  firstSeen(): number;
  /** Shows the row and gives it the focus: at once, or once what is done now is drawn. */
  focusRow(threadId: string, when: "now" | "drawn"): void;
  /** Before rows leave by what somebody does. */
  onLeaving(threadIds: readonly string[]): void;
}

export function useListActs({
  place,
  pages,
  openId,
  opened,
  firstSeen,
  focusRow,
  onLeaving,
}: Setting): ListActs {
  const [cursor, setCursor] = useState<string>();
  const [selection, setSelection] = useState<Selection>(nothingSelected);
  const [picker, setPicker] = useState<Picker>();
  const total = pages.total ?? 0;
  const rowsHere = pages.rows;
  const order = () => pages.rows().map(({ threadId }) => threadId);

  // Each version may have lost some.
  useEffect(() => {
    setSelection((before) => stillThere(before, (threadId) => pages.indexOf(threadId) >= 0));
  }, [pages.version]);

  // Another place is another list.
  const lastAt = useRef(-1);
  const key = placeKey(place);
  const shown = useRef(key);
  useEffect(() => {
    if (shown.current === key) return;
    shown.current = key;
    lastAt.current = -1;
    setSelection(nothingSelected);
    setCursor(openId);
  });

  // When the row that had the focus has gone by itself, the one that took its place has it.
  useEffect(() => {
    if (cursor === undefined) return;
    const at = pages.indexOf(cursor);
    if (at >= 0) {
      lastAt.current = at;
      return;
    }
    const next = pages.row(Math.min(lastAt.current, (pages.total ?? 0) - 1))?.threadId;
    if (next === undefined || lastAt.current < 0) return;
    setCursor(next);
    if (openId === undefined && document.activeElement === document.body) focusRow(next, "now");
  });

  // Who closes a conversation is at its row again.
  const wasOpen = useRef(openId);
  useEffect(() => {
    const before = wasOpen.current;
    wasOpen.current = openId;
    if (openId !== undefined) setCursor(openId);
    else if (before !== undefined && pages.indexOf(before) >= 0) focusRow(before, "now");
  });

  // What keys open next is there when they do.
  const openAt = openId === undefined ? -1 : pages.indexOf(openId);
  const next = openAt < 0 ? undefined : pages.row(openAt + 1)?.threadId;
  const ahead = openId === undefined ? cursor : next;
  useEffect(
    () => afterPaint(() => lookAhead("thread", ahead === undefined ? undefined : { threadId: ahead })),
    [ahead],
  );
  useEffect(() => () => lookAhead("thread", undefined), []);

  const open = useCallback(
    (threadId: string) => {
      setCursor(threadId);
      setSelection(nothingSelected);
      const draft = rowsHere().find((row) => row.threadId === threadId)?.draft ?? null;
      if (draft === null) go({ page: "list", place, threadId });
      else openComposer({ kind: "draft", name: draft });
    },
    [place, rowsHere],
  );

  const moveTo = (threadId: string, when: "now" | "drawn") => {
    setCursor(threadId);
    focusRow(threadId, when);
  };

  const here = openId ?? cursor;
  const targetsNow = (): Targets | undefined => {
    if (selection.ids.size > 0) return { ids: [...selection.ids], all: selection.isAll ? total : undefined };
    // What is open can be acted on wherever it lies.
    if (openId !== undefined) return { ids: [openId], all: undefined };
    return cursor === undefined || pages.indexOf(cursor) < 0 ? undefined : { ids: [cursor], all: undefined };
  };

  const goOn = (gone: readonly string[], wanted: Look["afterArchive"] | undefined) => {
    const isReading = openId !== undefined && gone.includes(openId);
    const after = wanted ?? keptLook().afterArchive;
    const next = nextAfter(order(), new Set(gone), after === "newer");
    setSelection(nothingSelected);
    if (isReading && after === "list") {
      go({ page: "list", place, threadId: undefined }, { replace: true });
      if (next !== undefined) moveTo(next, "drawn");
    } else if (isReading) go({ page: "list", place, threadId: next }, { replace: true });
    else if (next !== undefined) moveTo(next, "drawn");
  };

  const doAct = (what: ThreadAct, targets = targetsNow(), wanted?: Look["afterArchive"]) => {
    if (targets === undefined) return;
    // What is in the trash has nowhere to go: it is asked whether it is to be there no more.
    if (what.kind === "trash" && place.kind === "role" && place.role === "trash") {
      pick("destroy", targets);
      return;
    }
    const { ids, all } = targets;
    const done = act(what, ids, place, all);
    const isLeaving = leaves(what, place);
    // Who has put away what they read is done with it, wherever it still stands.
    const isDone = openId !== undefined && ids.includes(openId) && putsAway(what);
    if (isLeaving || isDone) goOn(ids, wanted);
    if (!isLeaving) return;
    onLeaving(ids);
    if (all === undefined) pages.putAway(ids, done);
  };

  const step = (by: 1 | -1) => {
    const at = here === undefined ? -1 : pages.indexOf(here);
    // Who has scrolled away goes on from what they see.
    const next = pages.row(at < 0 ? firstSeen() : at + by)?.threadId;
    if (next === undefined) return;
    if (openId !== undefined) go({ page: "list", place, threadId: next }, { replace: true });
    else moveTo(next, "now");
  };

  const extend = (by: 1 | -1) => {
    const at = here === undefined ? -1 : pages.indexOf(here);
    const next = pages.row(at + by)?.threadId;
    if (here === undefined || next === undefined) return;
    const from = selection.anchor === undefined ? { ...selection, anchor: here } : selection;
    setSelection(extendedTo(from, next, order()));
    if (openId === undefined) moveTo(next, "now");
  };

  const pick = (kind: Picker["kind"], targets = targetsNow()) => {
    if (targets !== undefined) setPicker({ kind, targets });
  };

  const marksOf = ({ ids }: Targets): RowMarks[] => {
    const known: RowMarks[] = pages.rows().filter(({ threadId }) => ids.includes(threadId));
    const isLacking = opened !== undefined && !known.some(({ threadId }) => threadId === opened.threadId);
    return isLacking && ids.includes(opened.threadId) ? [...known, opened] : known;
  };
  const some = targetsNow();
  const given = (doing: (targets: Targets) => void) => (some === undefined ? undefined : () => doing(some));
  const choose = (is: (row: ReturnType<Pages["row"]> & object) => boolean) => () =>
    setSelection(
      selected(
        pages
          .rows()
          .filter(is)
          .map(({ threadId }) => threadId),
      ),
    );
  const isThere = total > 0;

  useCommands({
    next: isThere ? () => step(1) : undefined,
    previous: isThere ? () => step(-1) : undefined,
    open: openId === undefined && cursor !== undefined ? () => open(cursor) : undefined,
    back:
      openId !== undefined
        ? () => go({ page: "list", place, threadId: undefined })
        : selection.ids.size > 0
          ? () => setSelection(nothingSelected)
          : undefined,
    // The search has its place in the bar that says what is chosen.
    search:
      selection.ids.size > 0
        ? () => {
            flushSync(() => setSelection(nothingSelected));
            document.querySelector<HTMLElement>("search input")?.focus();
          }
        : undefined,
    select: here === undefined ? undefined : () => setSelection(toggled(selection, here)),
    selectNext: isThere ? () => extend(1) : undefined,
    selectPrevious: isThere ? () => extend(-1) : undefined,
    selectAll: isThere ? choose(() => true) : undefined,
    selectNone: selection.ids.size > 0 ? () => setSelection(nothingSelected) : undefined,
    selectRead: isThere ? choose(({ isUnread }) => !isUnread) : undefined,
    selectUnread: isThere ? choose(({ isUnread }) => isUnread) : undefined,
    selectStarred: isThere ? choose(({ isStarred }) => isStarred) : undefined,
    archive: given((targets) => doAct({ kind: "archive" }, targets)),
    archiveNext: given((targets) => doAct({ kind: "archive" }, targets, "older")),
    archivePrevious: given((targets) => doAct({ kind: "archive" }, targets, "newer")),
    trash: given((targets) => doAct({ kind: "trash" }, targets)),
    junk: given((targets) => doAct({ kind: "junk" }, targets)),
    star: given((targets) =>
      doAct({ kind: "star", isStarred: marksOf(targets).some(({ isStarred }) => !isStarred) }, targets),
    ),
    mute: given((targets) =>
      doAct({ kind: "mute", isMuted: marksOf(targets).some(({ isMuted }) => !isMuted) }, targets),
    ),
    markRead: given((targets) => doAct({ kind: "read", isRead: true }, targets)),
    markUnread: given((targets) => doAct({ kind: "read", isRead: false }, targets)),
    snooze: given((targets) => pick("snooze", targets)),
    label: given((targets) => pick("label", targets)),
    move: given((targets) => pick("move", targets)),
    more: given((targets) => pick("more", targets)),
  });

  return {
    cursor,
    selection,
    setSelection,
    picker,
    closePicker: () => setPicker(undefined),
    open,
    toggle(threadId, isRange) {
      setCursor(threadId);
      setSelection(isRange ? extendedTo(selection, threadId, order()) : toggled(selection, threadId));
    },
    setCursor,
    doAct,
    pick,
    marksOf,
  };
}

/** Whether one is done with what one reads. */
function putsAway(what: ThreadAct): boolean {
  return (
    ["archive", "trash", "junk", "destroy"].includes(what.kind) ||
    (what.kind === "snooze" && what.until !== null) ||
    (what.kind === "mute" && what.isMuted)
  );
}

/** Whether what is acted on goes out of the list. */
function leaves(what: ThreadAct, place: Place): boolean {
  const role = place.kind === "role" ? place.role : undefined;
  switch (what.kind) {
    case "archive":
      return role === "inbox";
    case "mute":
      return role === "inbox" && what.isMuted;
    case "trash":
      return role !== "trash";
    case "destroy":
      return role === "trash";
    case "junk":
      return role !== "junk" && role !== "sent";
    case "toInbox":
      return role !== undefined && role !== "inbox";
    case "snooze":
      return what.until === null ? role === "snoozed" : role !== undefined && role !== "snoozed";
    case "moveTo":
      return role !== undefined || (place.kind === "label" && place.id !== what.mailboxId);
    case "label":
      return place.kind === "label" && what.remove.includes(place.id);
    default:
      return false;
  }
}
