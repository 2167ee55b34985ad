import { type ReactElement, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { go } from "../routes.ts";
import { useLook } from "../state/look.ts";
import { type Place, placeKey } from "../state/place.ts";
import type { Folder } from "../state/worker/folders.ts";
import { Button } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";
import { Notice } from "../ui/notice.tsx";
import { Waiting } from "../ui/waiting.tsx";
import { say } from "../words/words.ts";
import { act } from "./act.ts";
import { headingHeight, layOut } from "./list-layout.ts";
import style from "./thread-list.module.css";
import { ThreadRowView } from "./thread-row.tsx";
import { usePages } from "./use-pages.ts";

const overscan = 6;
/** Scroll positions by place, for as long as the page is open. */
const positions = new Map<string, number>();

/** A list of any length: what is seen of it is drawn, and nothing moves under the hand of whoever points at it. */
export function ThreadList({
  place,
  title,
  openId,
  folders,
  address,
}: {
  place: Place;
  title: string;
  openId: string | undefined;
  folders: readonly Folder[];
  address: string;
}): ReactElement {
  const key = placeKey(place);
  const scroller = useRef<HTMLDivElement>(null);
  const { density } = useLook();
  const [view, setView] = useState({ top: positions.get(key) ?? 0, height: 900, row: 64 });
  const [cursor, setCursor] = useState<string>();
  const [above, setAbove] = useState(0);
  const isHeld = useRef(false);
  const anchor = useRef<{ threadId: string; index: number }>(undefined);

  const first = Math.max(0, Math.floor(view.top / view.row) - overscan);
  const last = Math.ceil((view.top + view.height) / view.row) + overscan;
  const pages = usePages(place, first, last);
  const total = pages.total ?? 0;
  const layout = layOut(total, pages.ages, view.row);

  const measure = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    const row = Number.parseFloat(getComputedStyle(element).getPropertyValue("--row")) || 64;
    setView({ top: element.scrollTop, height: element.clientHeight, row });
  }, []);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    element.scrollTop = positions.get(key) ?? 0;
    measure();
    const watcher = new ResizeObserver(measure);
    watcher.observe(element);
    return () => watcher.disconnect();
  }, [key, density, measure]);

  // What comes above what is looked at moves the view along with it.
  useLayoutEffect(() => {
    const element = scroller.current;
    const held = anchor.current;
    if (element === null || held === undefined) return;
    const index = pages.indexOf(held.threadId);
    if (index < 0 || index === held.index) return;
    const isAtTop = element.scrollTop <= 0 && !isHeld.current;
    if (!isAtTop) {
      element.scrollTop += (index - held.index) * view.row;
      if (index > held.index) setAbove((before) => before + index - held.index);
    }
    anchor.current = { threadId: held.threadId, index };
  }, [pages.version, pages.indexOf, view.row]);

  useEffect(() => {
    const row = pages.row(layout.rowAt(view.top));
    anchor.current = row && { threadId: row.threadId, index: layout.rowAt(view.top) };
    if (view.top <= 0) setAbove(0);
  });

  const open = useCallback(
    (threadId: string) => {
      setCursor(threadId);
      go({ page: "list", place, threadId });
    },
    [place],
  );

  const rows: ReactElement[] = [];
  for (let index = first; index <= Math.min(last, total - 1); index++) {
    const row = pages.row(index);
    rows.push(
      <div key={row?.threadId ?? `gap ${index}`} className={style.slot} style={{ top: layout.topOf(index) }}>
        {row !== undefined && (
          <ThreadRowView
            row={row}
            index={index}
            isOpen={row.threadId === openId}
            isCursor={row.threadId === cursor || (cursor === undefined && index === 0)}
            folders={folders}
            address={address}
            onOpen={open}
            onAct={(what) => void act(what, [row.threadId], place)}
          />
        )}
      </div>,
    );
  }

  return (
    <section
      className={style.list}
      aria-label={title}
      onPointerEnter={() => {
        isHeld.current = true;
      }}
      onPointerLeave={() => {
        isHeld.current = false;
      }}
    >
      <header className={style.bar}>
        <h1 className={style.title} dir="auto">
          {title}
        </h1>
        {pages.total !== undefined && total > 0 && (
          <span className={style.total}>{say("list.total", { count: total })}</span>
        )}
      </header>
      {above > 0 && (
        <Button
          look="ink"
          icon="up"
          className={style.pill ?? ""}
          onClick={() => {
            scroller.current?.scrollTo({ top: 0 });
            setAbove(0);
          }}
        >
          {say("list.new", { count: above })}
        </Button>
      )}
      {pages.fault !== undefined && <Notice code={pages.fault.code}>{pages.fault.sentence}</Notice>}
      <div
        ref={scroller}
        className={style.scroller}
        role="grid"
        aria-label={title}
        aria-rowcount={pages.isWhole ? total : -1}
        aria-multiselectable="true"
        onScroll={({ currentTarget }) => {
          positions.set(key, currentTarget.scrollTop);
          measure();
        }}
      >
        {pages.total === undefined && <Waiting />}
        {pages.total === 0 && pages.isWhole && <EmptyPlace place={place} />}
        <div className={style.canvas} style={{ blockSize: layout.height }}>
          {layout.headings.map(({ age, index }) => (
            <div
              key={age}
              className={style.heading}
              style={{ top: layout.topOf(index) - headingHeight }}
              role="presentation"
            >
              {say(`age.${age}`)}
            </div>
          ))}
          {rows}
        </div>
      </div>
    </section>
  );
}

function EmptyPlace({ place }: { place: Place }): ReactElement {
  const name = place.kind === "role" ? place.role : place.kind;
  return (
    <Empty
      title={say(`empty.${name}.title`)}
      sentence={say(`empty.${name}.sentence`)}
      action={
        name === "inbox" ? (
          <Button icon="pen" onClick={() => go({ page: "compose", draft: undefined })}>
            {say("empty.inbox.do")}
          </Button>
        ) : undefined
      }
    />
  );
}
