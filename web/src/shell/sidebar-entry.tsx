import type { DragEvent, ReactElement, ReactNode } from "react";
import { go, type Route, writeRoute } from "../routes.ts";
import type { Place } from "../state/place.ts";
import { say } from "../words/words.ts";
import style from "./sidebar.module.css";

/** A place, with what waits in it. */
export function SidebarEntry({
  place,
  icon,
  label,
  title,
  count,
  depth = 0,
  isCurrent,
  isOver = false,
  onChosen,
  action,
  ...drags
}: {
  place: Place;
  icon: ReactElement;
  label: string;
  title?: string;
  count: number;
  depth?: number;
  isCurrent: boolean;
  /** Something is dragged over it that it takes. */
  isOver?: boolean;
  onChosen(): void;
  /** At its end, seen when one points at it. */
  action?: ReactNode;
  onDragOver?(event: DragEvent): void;
  onDragLeave?(event: DragEvent): void;
  onDrop?(event: DragEvent): void;
}): ReactElement {
  const route: Route = { page: "list", place, threadId: undefined };
  return (
    <li className={style.item} data-over={isOver ? "" : undefined} {...drags}>
      <a
        href={writeRoute(route)}
        className={style.entry}
        title={title}
        style={depth === 0 ? undefined : { paddingInlineStart: 10 + depth * 16 }}
        aria-current={isCurrent ? "page" : undefined}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          go(route);
          onChosen();
        }}
      >
        {icon}
        <span className={style.name} dir="auto">
          {label}
        </span>
        {count > 0 && <span className={style.count}>{say("count", { count })}</span>}
      </a>
      {action}
    </li>
  );
}
