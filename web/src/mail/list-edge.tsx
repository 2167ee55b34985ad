import { type KeyboardEvent, type PointerEvent, type ReactElement, useRef } from "react";
import { changeLook, listWidths, useLook } from "../state/look.ts";
import { say } from "../words/words.ts";
import style from "./list-edge.module.css";

const { least, usual, most } = listWidths;
const step = 16;

/** The border between the list and what is read, which can be moved: by the hand, by arrows, and back where it was by a double click. */
export function ListEdge(): ReactElement {
  const { listWidth } = useLook();
  const edge = useRef<HTMLDivElement>(null);
  /** While it is moved: where the hand and the border were at first, and how many pixels of the screen one of the page has. */
  const held = useRef<{ fromX: number; width: number; scale: number }>(undefined);
  const isLeftward = () => edge.current !== null && getComputedStyle(edge.current).direction === "rtl";
  /** Without drawing anything anew before it is let go. */
  const show = (width: number) => {
    document.documentElement.style.setProperty("--list", `${width}px`);
    edge.current?.setAttribute("aria-valuenow", String(width));
  };
  const widthAt = (clientX: number): number => {
    if (held.current === undefined) return listWidth;
    const { fromX, width, scale } = held.current;
    return fitting(width + ((clientX - fromX) / scale) * (isLeftward() ? -1 : 1));
  };
  const letGo = ({ clientX }: PointerEvent) => {
    if (held.current === undefined) return;
    const width = widthAt(clientX);
    held.current = undefined;
    if (width !== listWidth) changeLook({ listWidth: width });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const width = widthBy(event.key, listWidth, isLeftward());
    if (width === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    changeLook({ listWidth: width });
  };
  return (
    <div
      ref={edge}
      role="separator"
      aria-orientation="vertical"
      aria-label={say("list.width")}
      aria-valuemin={least}
      aria-valuemax={most}
      aria-valuenow={listWidth}
      tabIndex={0}
      className={style.edge}
      title={say("list.widthHint")}
      onKeyDown={onKeyDown}
      onDoubleClick={() => changeLook({ listWidth: usual })}
      onPointerDown={({ button, clientX, pointerId, currentTarget }) => {
        const list = currentTarget.parentElement?.firstElementChild;
        if (button !== 0 || !(list instanceof HTMLElement)) return;
        currentTarget.setPointerCapture(pointerId);
        const shown = list.getBoundingClientRect().width;
        // It may have less room than it was given.
        held.current = { fromX: clientX, width: list.offsetWidth, scale: shown / list.offsetWidth };
      }}
      onPointerMove={({ clientX }) => {
        if (held.current !== undefined) show(widthAt(clientX));
      }}
      onPointerUp={letGo}
      onPointerCancel={() => {
        held.current = undefined;
        show(listWidth);
      }}
    />
  );
}

function fitting(width: number): number {
  return Math.min(most, Math.max(least, Math.round(width)));
}

function widthBy(key: string, width: number, isLeftward: boolean): number | undefined {
  const towards = isLeftward ? -step : step;
  switch (key) {
    case "ArrowRight":
      return fitting(width + towards);
    case "ArrowLeft":
      return fitting(width - towards);
    case "Home":
      return least;
    case "End":
      return most;
    case "Enter":
      return usual;
    default:
      return undefined;
  }
}
