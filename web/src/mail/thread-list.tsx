import {
  type ReactElement,
  type ReactNode,
  Suspense,
  startTransition,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { useCommands } from "../state/commands.ts";
import { tellDrawn } from "../state/desk.ts";
import { dragThreads } from "../state/dragged.ts";
import { useLook } from "../state/look.ts";
import { type Place, placeKey } from "../state/place.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import type { Folder } from "../state/worker/folders.ts";
import type { ThreadRow } from "../state/worker/list-threads.ts";
import type { Person } from "../state/worker/persons.ts";
import { afterPaint } from "../ui/after-paint.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { part } from "../ui/part.ts";
import { useToday } from "../ui/use-today.ts";
import { Waiting } from "../ui/waiting.tsx";
import { faultWords } from "../words/fault-words.ts";
import { say } from "../words/words.ts";
import { homeAct } from "./home-act.ts";
import { headingHeight, layOut } from "./list-layout.ts";
import { EmptyPlace, Gap } from "./list-parts.tsx";
import { letLeave, letRise, standing } from "./row-motion.ts";
import { SelectionBar } from "./selection-bar.tsx";
import style from "./thread-list.module.css";
import { type RowActs, ThreadRowView } from "./thread-row.tsx";
import { useLabels } from "./use-labels.ts";
import { type RowMarks, useListActs } from "./use-list-acts.ts";
import { useAnchor, useListView } from "./use-list-scroll.ts";
import { usePages } from "./use-pages.ts";

const Pickers = part(
  () => import("./pickers.tsx"),
  ({ Pickers }) => Pickers,
);

/** Rows that are drawn beyond what is seen: where it is going to, or was while it stands still, and where it comes from. */
const ahead = 14;
const aheadStill = 10;
const behind = 4;

/** A list of any length: what is seen of it is drawn, and nothing moves under the hand of whoever points at it. */
export function ThreadList({
  place,
  title,
  openId,
  opened,
  folders,
  address,
  tools,
  above,
  empty,
  below,
}: {
  place: Place;
  title: string;
  openId: string | undefined;
  opened: RowMarks | undefined;
  folders: readonly Folder[];
  address: string;
  /** At the end of its bar. */
  tools?: ReactNode;
  /** Between its bar and its rows. */
  above?: ReactNode;
  /** Where nothing is in it, in place of what is usually said. */
  empty?: ReactNode;
  /** Below its rows, where what comes late moves none of them; or below that it is empty. */
  below?: ReactNode;
}): ReactElement {
  const key = placeKey(place);
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLDivElement>(null);
  const labels = useLabels(folders);
  const { density, isListWide } = useLook();
  const compared = lastSeen(useView("compared", {})) ?? [];
  const isCompared = (person: Person) =>
    compared.some((one) => one.address === person.address && !one.isChanged);
  // All of them; and what came open, or by another key, is not theirs for sure.
  const isVerified = ({ people, subject, trouble }: ThreadRow) => {
    const others = people.filter((person) => person.address !== address);
    return others.length > 0 && subject !== null && trouble === null && others.every(isCompared);
  };
  const { view, onScroll, show, restore } = useListView(scroller, key, `${density} ${isListWide}`);
  const isHeld = useRef(false);
  const wanted = useRef<string>(undefined);
  const stood = useRef<ReadonlyMap<string, number>>(undefined);

  // What is seen comes first, and what lies beyond it in a frame after.
  const [readyFor, setReadyFor] = useState<string>();
  const isReady = view.isMoving || readyFor === key;
  const [there, back] = isReady ? [view.isMoving ? ahead : aheadStill, behind] : [0, 0];
  const [up, down] = view.way === 1 ? [back, there] : [there, back];
  // On a phone the list is not seen beside what is open, and is led along with it all the same.
  const [openAt, setOpenAt] = useState(-1);
  const isUnseen = view.height === 0 && openAt >= 0;
  const first = isUnseen ? openAt : Math.max(0, Math.floor(view.top / view.row) - up);
  const last = isUnseen ? openAt : Math.ceil((view.top + view.height) / view.row) + down;
  const pages = usePages(place, first, last);
  const openIndex = openId === undefined ? -1 : pages.indexOf(openId);
  if (openIndex >= 0 && openIndex !== openAt) setOpenAt(openIndex);
  const isKnown = pages.total !== undefined;
  // And again when all of it is here.
  useLayoutEffect(() => {
    if (isKnown) restore();
  }, [isKnown, pages.isWhole, restore]);
  useEffect(() => {
    if (!isKnown) return;
    return afterPaint(() => {
      tellDrawn();
      startTransition(() => setReadyFor(key));
    });
  }, [isKnown, key]);
  // Each version may have moved some.
  useEffect(() => afterPaint(() => numberRows(canvas.current, pages.indexOf)), [pages.version]);
  const total = pages.total ?? 0;
  const isNothing = pages.total === 0 && pages.isWhole;
  const layout = layOut(total, pages.ages, view.row);
  const { above: passed, forget } = useAnchor(scroller, { pages, layout, view, isHeld });

  const acts = useListActs({
    place,
    pages,
    openId,
    opened,
    firstSeen: () => layout.rowAt((scroller.current?.scrollTop ?? view.top) + view.row / 2),
    focusRow(threadId, when) {
      const index = pages.indexOf(threadId);
      if (index >= 0) show(layout, index);
      wanted.current = threadId;
      // What leaves has to be drawn anyway, and what has the focus is looked at but once.
      if (when === "drawn") return;
      const row = findRow(scroller.current, threadId);
      row?.focus({ preventScroll: true });
      // Who has it already wants it no more, or it would be taken from what gets it next.
      if (row !== null && document.activeElement === row) wanted.current = undefined;
    },
    onLeaving(threadIds) {
      stood.current = threadIds.length > 3 ? undefined : standing(canvas.current);
      letLeave(canvas.current, threadIds);
    },
  });

  // A row that was to have the focus may be drawn only now; and those below one that has left rise.
  useLayoutEffect(() => {
    const threadId = wanted.current;
    const row = threadId === undefined ? null : findRow(scroller.current, threadId);
    if (row !== null) {
      wanted.current = undefined;
      if (document.activeElement !== row) row.focus({ preventScroll: true });
    }
  });
  // Each version may be the one without the row.
  useLayoutEffect(() => {
    const before = stood.current;
    if (before === undefined) return;
    const now = standing(canvas.current);
    if ([...before.keys()].every((threadId) => now.has(threadId))) return;
    stood.current = undefined;
    letRise(canvas.current, before, { top: view.top, height: view.height });
  }, [pages.version]);

  const { setHeld } = pages;
  const hold = useRef({ isPointed: false, hasFocus: false });
  const holdNow = useCallback(
    (change: Partial<(typeof hold)["current"]>) => {
      Object.assign(hold.current, change);
      const { isPointed, hasFocus } = hold.current;
      isHeld.current = isPointed || hasFocus;
      setHeld(isPointed ? "pointer" : hasFocus ? "keys" : undefined);
    },
    [setHeld],
  );
  useEffect(() => () => setHeld(undefined), [setHeld]);
  // A row that had the focus is gone with the place that it was in, and tells of no blur.
  useEffect(() => {
    holdNow({ hasFocus: scroller.current?.contains(document.activeElement) === true });
  }, [key, holdNow]);

  const latest = useRef(acts);
  latest.current = acts;
  const rowActs = useRef<RowActs>({
    open: (threadId) => latest.current.open(threadId),
    toggle: (threadId, isRange) => latest.current.toggle(threadId, isRange),
    focus: (threadId) => latest.current.setCursor(threadId),
    act: (what, threadId) => latest.current.doAct(what, { ids: [threadId], all: undefined }),
    snooze: (threadId) => latest.current.pick("snooze", { ids: [threadId], all: undefined }),
    more: (threadId) => latest.current.pick("more", { ids: [threadId], all: undefined }),
    drag(threadId, { dataTransfer }) {
      const chosen = latest.current.selection.ids;
      const ids = chosen.has(threadId) ? [...chosen] : [threadId];
      dragThreads(dataTransfer, ids.length, (label) =>
        latest.current.doAct({ kind: "label", add: [label], remove: [] }, { ids, all: undefined }),
      );
    },
  });

  // What is read is seen in the list too, and what is near to it is here.
  useEffect(() => {
    if (openIndex >= 0) show(layout, openIndex);
  }, [openId, openIndex >= 0]);

  const cursorIndex = acts.cursor === undefined ? -1 : pages.indexOf(acts.cursor);
  const home = homeAct(place);
  const isAnyMeant = openId !== undefined || acts.selection.ids.size > 0 || cursorIndex >= 0;
  useCommands({
    toInbox: home?.command === "toInbox" && isAnyMeant ? () => acts.doAct(home.act) : undefined,
  });
  const isTrash = place.kind === "role" && place.role === "trash";
  const today = useToday();
  const isLater = place.kind === "role" && place.role === "snoozed";
  const rows: ReactElement[] = [];
  for (let index = first; index <= Math.min(last, total - 1); index++) {
    const row = pages.row(index);
    rows.push(
      <div
        key={row?.threadId ?? `gap ${index}`}
        className={style.slot}
        style={{ top: layout.topOf(index) }}
        data-slot={row?.threadId}
        role="presentation"
      >
        {row === undefined ? (
          <Gap />
        ) : (
          <ThreadRowView
            row={withWhy(row)}
            index={index}
            isOpen={row.threadId === openId}
            isCursor={cursorIndex < 0 ? index === layout.rowAt(view.top) : index === cursorIndex}
            isMarked={openId === undefined && index === cursorIndex}
            isSelected={acts.selection.isAll || acts.selection.ids.has(row.threadId)}
            isVerified={isVerified(row)}
            labels={labels}
            address={address}
            isLater={isLater}
            today={today}
            home={home}
            acts={rowActs.current}
          />
        )}
      </div>,
    );
  }
  const unseen = pages.heldBack > 0 ? pages.heldBack : passed;

  return (
    <>
      <section
        className={style.list}
        aria-label={title}
        data-part="list"
        data-nothing={isNothing ? "" : undefined}
        onPointerEnter={({ pointerType }) => holdNow({ isPointed: pointerType === "mouse" })}
        onPointerLeave={() => holdNow({ isPointed: false })}
        onFocus={({ target }) => holdNow({ hasFocus: target.closest("[role=grid]") !== null })}
        onBlur={({ relatedTarget, currentTarget }) => {
          if (!currentTarget.contains(relatedTarget)) holdNow({ hasFocus: false });
        }}
      >
        {acts.selection.ids.size > 0 ? (
          <SelectionBar acts={acts} place={place} title={title} here={pages.rows().length} total={total} />
        ) : (
          <header className={style.bar}>
            <h1 className={place.kind === "search" ? "aside" : style.title} dir="auto" tabIndex={-1}>
              {title}
            </h1>
            {place.kind !== "search" && total > 0 && (
              <span className={style.total}>{say("list.total", { count: total })}</span>
            )}
            {place.kind !== "search" && <span className={style.space} />}
            {isTrash && total > 0 && (
              <Button onClick={() => acts.pick("destroy", { ids: [], all: total })}>
                {say("destroy.all")}
              </Button>
            )}
            {tools}
          </header>
        )}
        {above}
        {unseen > 0 && (
          <Button
            look="ink"
            icon="up"
            className={style.pill ?? ""}
            onClick={() => {
              pages.release();
              forget();
              requestAnimationFrame(() => scroller.current?.scrollTo({ top: 0 }));
            }}
          >
            {say("list.new", { count: unseen })}
          </Button>
        )}
        {pages.fault !== undefined && (
          <Notice
            code={pages.fault.code}
            action={<Button onClick={pages.again}>{say("message.again")}</Button>}
          >
            {pages.fault.sentence}
          </Notice>
        )}
        <div
          ref={scroller}
          className={style.scroller}
          // Without a row it would be a table of nothing.
          {...(total > 0 && {
            role: "grid",
            "aria-label": title,
            "aria-rowcount": pages.isWhole ? total : -1,
            "aria-multiselectable": true,
          })}
          onScroll={onScroll}
        >
          {pages.total === undefined && pages.fault === undefined && <Waiting />}
          {isNothing && (
            <>
              <div className={style.empty} data-over={below === undefined ? undefined : ""}>
                {empty ?? <EmptyPlace place={place} />}
              </div>
              {below !== undefined && <div className={style.under}>{below}</div>}
            </>
          )}
          <div ref={canvas} className={style.canvas} style={{ blockSize: layout.height }} role="presentation">
            {layout.headings.map(({ age, index }) => (
              <div
                key={age}
                className={style.heading}
                data-slot={age}
                style={{ top: layout.topOf(index) - headingHeight }}
                role="presentation"
              >
                {say(`age.${age}`)}
              </div>
            ))}
            {rows}
          </div>
        </div>
        {total > 0 && below !== undefined && <div className={style.below}>{below}</div>}
      </section>
      {/* Beside it: what is asked is asked of what is read, too, when the list is not shown. */}
      {acts.picker !== undefined && (
        <Suspense>
          <Pickers acts={acts} picker={acts.picker} place={place} folders={folders} />
        </Suspense>
      )}
    </>
  );
}

/** Tells rows their places that have only moved: to draw them all anew for that would keep whoever moves them waiting. */
function numberRows(canvas: HTMLElement | null, indexOf: (threadId: string) => number): void {
  for (const row of canvas?.querySelectorAll<HTMLElement>("[role=row][data-thread]") ?? []) {
    const index = indexOf(row.dataset.thread ?? "");
    const number = String(index + 1);
    if (index >= 0 && row.ariaRowIndex !== number) row.ariaRowIndex = number;
  }
}

function findRow(scroller: HTMLElement | null, threadId: string): HTMLElement | null {
  return scroller?.querySelector<HTMLElement>(`[data-thread="${CSS.escape(threadId)}"]`) ?? null;
}

/** What keeps a letter here is read before what it says. */
function withWhy(row: ThreadRow): ThreadRow {
  if (row.why == null) return row;
  const snippet =
    row.draft === null
      ? say("held.short", { why: faultWords(row.why) })
      : say("draft.short", { why: faultWords(row.why, "draft") });
  return { ...row, snippet };
}
