import { memo, type ReactElement, useMemo } from "react";
import { flushSync } from "react-dom";
import type { ThreadAct } from "../state/worker/act-on-threads.ts";
import type { ThreadRow } from "../state/worker/list-threads.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Icon } from "../ui/icon.tsx";
import { longTime, shortMoment, shortTime } from "../words/dates.ts";
import { say } from "../words/words.ts";
import { type HomeAct, isAll } from "./home-act.ts";
import { namesOf } from "./person-names.ts";
import { RowActions } from "./row-actions.tsx";
import { Marks } from "./row-marks.tsx";
import { rowName } from "./row-name.ts";
import { useReach } from "./row-reach.ts";
import { useSwipe } from "./row-swipe.ts";
import style from "./thread-row.module.css";
import type { Label } from "./use-labels.ts";

interface Props {
  row: ThreadRow;
  /** Where it stands when it is drawn; of one that moves then the list says it anew. */
  index: number;
  isOpen: boolean;
  /** The one to which Tab leads. */
  isCursor: boolean;
  /** The one that keys act on. */
  isMarked: boolean;
  isSelected: boolean;
  /** The numbers of everybody else in it were compared, and what it says is sealed. */
  isVerified: boolean;
  /** Of the account. */
  labels: readonly Label[];
  address: string;
  /** In Later: until when. */
  isLater: boolean;
  /** When it has begun: by that times are told. */
  today: number;
  /** What a swipe and the first button do, where there is such a thing. */
  home: HomeAct | undefined;
  acts: RowActs;
}

/** What a row can be asked for; the same for all rows, so that a row is drawn anew only when it has changed. */
export interface RowActs {
  open(threadId: string): void;
  toggle(threadId: string, isRange: boolean): void;
  focus(threadId: string): void;
  act(what: ThreadAct, threadId: string): void;
  snooze(threadId: string): void;
  more(threadId: string): void;
  drag(threadId: string, event: React.DragEvent): void;
}

/** Asked once for all rows. */
const [finePointer, coarsePointer] = [matchMedia("(pointer: fine)"), matchMedia("(pointer: coarse)")];

export const ThreadRowView = memo(ThreadRowNow, isDrawnSame);

/** One that has only moved is not drawn anew: the list tells it its place once the others stand in theirs. */
function isDrawnSame(before: Props, now: Props): boolean {
  return Object.entries({ ...before, index: now.index }).every(([key, value]) =>
    Object.is(value, Reflect.get(now, key)),
  );
}

function ThreadRowNow({
  row,
  index,
  isOpen,
  isCursor,
  isMarked,
  isSelected,
  isVerified,
  labels: all,
  address,
  isLater,
  today,
  home,
  acts,
}: Props): ReactElement {
  const { threadId } = row;
  // When a row leaves, those below get another place and say the same.
  const name = useMemo(() => {
    const labels = all.filter(({ id }) => row.mailboxIds.includes(id));
    return rowName(row, { isVerified, labels, address, isLater });
  }, [row, all, isVerified, address, isLater, today]);
  const { isReached, isUnder, enter, handlers } = useReach();
  const swipe = useSwipe({
    onEnd: home === undefined ? undefined : () => acts.act(home.act, threadId),
    onStart: isAll(home) ? undefined : () => acts.snooze(threadId),
    onLongPress: () => acts.toggle(threadId, false),
  });
  return (
    <>
      {coarsePointer.matches && (
        <span className={style.under} aria-hidden="true">
          <span>{home !== undefined && <Icon name={home.icon} />}</span>
          {!isAll(home) && <Icon name="clock" />}
        </span>
      )}
      {/* The keys of a grid's row are those of the grid. */}
      <div
        role="row"
        aria-rowindex={index + 1}
        aria-selected={isSelected}
        aria-current={isOpen ? "true" : undefined}
        aria-label={name}
        tabIndex={isCursor ? 0 : -1}
        className={style.row}
        data-thread={threadId}
        data-unread={row.isUnread ? "" : undefined}
        data-open={isOpen ? "" : undefined}
        data-marked={isMarked ? "" : undefined}
        data-selected={isSelected ? "" : undefined}
        data-under={isUnder ? "" : undefined}
        // A finger that is held on it chooses it.
        draggable={finePointer.matches}
        onDragStart={(event) => acts.drag(threadId, event)}
        {...swipe}
        {...handlers}
        onFocus={(event) => {
          acts.focus(threadId);
          handlers.onFocus(event);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowLeft" || event.key === "ArrowRight") flushSync(enter);
          goThroughCells(event);
        }}
        onClick={({ shiftKey, metaKey, ctrlKey }) => {
          if (shiftKey || metaKey || ctrlKey) acts.toggle(threadId, shiftKey);
          else acts.open(threadId);
        }}
        onContextMenu={(event) => {
          if (event.shiftKey || coarsePointer.matches) return;
          event.preventDefault();
          acts.more(threadId);
        }}
      >
        <Cells
          row={row}
          isSelected={isSelected}
          isVerified={isVerified}
          labels={all}
          address={address}
          isLater={isLater}
          today={today}
          home={home}
          acts={acts}
          isReached={isReached}
        />
      </div>
    </>
  );
}

/** What stands in it, which is the same wherever the row stands. */
const Cells = memo(function Cells({
  row,
  isSelected,
  isVerified,
  labels: all,
  address,
  isLater,
  home,
  acts,
  isReached,
}: Omit<Props, "index" | "isOpen" | "isCursor" | "isMarked"> & { isReached: boolean }): ReactElement {
  const { threadId } = row;
  const labels = all.filter(({ id }) => row.mailboxIds.includes(id));
  const [first] = row.people.filter((person) => person.address !== address);
  const shown = first ?? row.people[0] ?? { address };
  const subject = row.subject || say("row.noSubject");
  return (
    <>
      {row.isUnread && <span role="gridcell" className={style.dot} aria-hidden="true" />}
      <span role="gridcell" className={style.avatar}>
        <button
          type="button"
          role="checkbox"
          data-cell=""
          tabIndex={-1}
          aria-checked={isSelected}
          aria-label={say("row.select", { subject })}
          className={style.box}
          onClick={(event) => {
            event.stopPropagation();
            acts.toggle(threadId, event.shiftKey);
          }}
        >
          <Avatar address={shown.address} name={shown.name} isVerified={isVerified} />
          {(isSelected || isReached) && (
            <span className={style.tick}>{isSelected && <Icon name="check" size={16} />}</span>
          )}
        </button>
      </span>
      <span role="gridcell" className={style.words}>
        <span className={style.top}>
          <span className={style.people}>
            <bdi>{namesOf(row.people, address)}</bdi>
            {row.count > 1 && <span className={style.count}>({row.count})</span>}
            {isVerified && (
              <span className={style.shield} title={say("people.signVerified")}>
                <Icon name="shield" size={16} />
              </span>
            )}
          </span>
          <time dateTime={new Date(row.atMs).toISOString()} title={longTime(row.atMs)} className={style.time}>
            {isLater && row.snoozedUntil !== null
              ? say("row.until", { when: shortMoment(Date.parse(row.snoozedUntil)) })
              : shortTime(row.atMs)}
          </time>
        </span>
        <span className={style.line}>
          {row.trouble === "failed" ? (
            <span className={`${style.said} ${style.trouble}`}>{say("row.failed")}</span>
          ) : row.trouble === "takenBack" ? (
            <span className={`${style.said} ${style.snippet}`}>{say("message.takenBackShort")}</span>
          ) : row.subject === null ? (
            <span className={style.unknown} />
          ) : (
            // The way of the subject is that of the line, whose end is cut off.
            <span className={style.said} dir="auto">
              <span className={style.subject}>
                {row.found === undefined ? (
                  subject
                ) : (
                  <MarkedWords {...row.found.subject} otherwise={subject} />
                )}
              </span>
              <bdi className={style.snippet}>
                {row.found === undefined ? row.snippet : <MarkedWords {...row.found.excerpt} />}
              </bdi>
            </span>
          )}
          <Marks row={row} labels={labels} />
        </span>
      </span>
      {isReached && <RowActions row={row} home={home} acts={acts} />}
    </>
  );
});

/** Arrows to the sides go from the row into what can be pressed in it, and back out. */
function goThroughCells(event: React.KeyboardEvent<HTMLElement>): void {
  const { key, currentTarget: row, target } = event;
  if (key !== "ArrowLeft" && key !== "ArrowRight") return;
  const isForward = (key === "ArrowRight") === (getComputedStyle(row).direction !== "rtl");
  const stops = [row, ...row.querySelectorAll<HTMLElement>("[data-cell]")];
  const at = target instanceof HTMLElement ? stops.indexOf(target) : -1;
  const next = stops[at + (isForward ? 1 : -1)];
  if (next === undefined) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
}

/** A text in which what was searched for is marked. */
function MarkedWords({
  text,
  marks,
  otherwise = "",
}: {
  text: string;
  marks: readonly { start: number; end: number }[];
  otherwise?: string;
}): ReactElement {
  let at = 0;
  const parts = marks.flatMap(({ start, end }) => {
    const before = text.slice(at, start);
    at = end;
    return [before, <mark key={start}>{text.slice(start, end)}</mark>];
  });
  return (
    <>
      {parts}
      {text.slice(at) || (at === 0 ? otherwise : "")}
    </>
  );
}
