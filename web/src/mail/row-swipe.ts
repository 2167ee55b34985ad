/** A finger on a row: far to one side archives, to the other snoozes, and held still it chooses. */
import { useRef } from "react";

const threshold = 0.35;
const longPressMs = 500;
/** So far it is no swipe yet, and no press any more. */
const slackPx = 10;

export interface SwipeEnds {
  /** Towards the end of the line: right where one reads from left to right. Undefined where nothing lies on that side. */
  onEnd: (() => void) | undefined;
  onStart: (() => void) | undefined;
  onLongPress(): void;
}

interface Touch {
  id: number;
  x: number;
  y: number;
  isSwipe: boolean;
  timer: number;
}

export interface SwipeHandlers {
  onPointerDown(event: React.PointerEvent<HTMLElement>): void;
  onPointerMove(event: React.PointerEvent<HTMLElement>): void;
  onPointerUp(event: React.PointerEvent<HTMLElement>): void;
  onPointerCancel(event: React.PointerEvent<HTMLElement>): void;
}

/** Moves the element itself; nothing is drawn anew on the way. */
export function useSwipe(ends: SwipeEnds): SwipeHandlers {
  const touch = useRef<Touch>(undefined);

  const settle = (element: HTMLElement, by: number) => {
    element.style.transform = "";
    delete element.dataset.swipe;
    if (Math.abs(by) < slackPx || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    element.animate([{ transform: `translateX(${by}px)` }, { transform: "none" }], {
      duration: 140,
      easing: "cubic-bezier(0.2, 0.8, 0.2, 1)",
    });
  };

  const end = (element: HTMLElement, x: number, isTaken: boolean) => {
    const known = touch.current;
    if (known === undefined) return;
    clearTimeout(known.timer);
    touch.current = undefined;
    if (!known.isSwipe) return;
    const by = x - known.x;
    const isEnd = by > 0 === (getComputedStyle(element).direction !== "rtl");
    const does = isEnd ? ends.onEnd : ends.onStart;
    settle(element, does === undefined ? 0 : by);
    if (does === undefined || !isTaken || Math.abs(by) < element.clientWidth * threshold) return;
    navigator.vibrate?.(10);
    does();
  };

  return {
    onPointerDown({ pointerType, pointerId, clientX, clientY }) {
      if (pointerType === "mouse") return;
      const timer = window.setTimeout(() => {
        if (touch.current === undefined || touch.current.isSwipe) return;
        touch.current = undefined;
        swallowClick();
        navigator.vibrate?.(10);
        ends.onLongPress();
      }, longPressMs);
      touch.current = { id: pointerId, x: clientX, y: clientY, isSwipe: false, timer };
    },
    onPointerMove({ pointerId, clientX, clientY, currentTarget }) {
      const known = touch.current;
      if (known === undefined || known.id !== pointerId) return;
      const [by, down] = [clientX - known.x, Math.abs(clientY - known.y)];
      if (!known.isSwipe) {
        if (down > slackPx || Math.abs(by) > slackPx) clearTimeout(known.timer);
        if (Math.abs(by) < slackPx || down > Math.abs(by)) return;
        known.isSwipe = true;
        swallowClick();
        currentTarget.setPointerCapture(pointerId);
      }
      const side = by > 0 === (getComputedStyle(currentTarget).direction !== "rtl") ? "end" : "start";
      if ((side === "end" ? ends.onEnd : ends.onStart) === undefined) return;
      currentTarget.style.transform = `translateX(${by}px)`;
      const isFar = Math.abs(by) >= currentTarget.clientWidth * threshold;
      currentTarget.dataset.swipe = isFar ? `${side} far` : side;
    },
    onPointerUp: ({ clientX, currentTarget }) => end(currentTarget, clientX, true),
    onPointerCancel: ({ clientX, currentTarget }) => end(currentTarget, clientX, false),
  };
}

/** The click that ends a gesture opens nothing, whatever has come under the finger meanwhile. */
function swallowClick(): void {
  const over = new AbortController();
  const { signal } = over;
  const swallow = (event: MouseEvent) => {
    // A key's click is no end of a gesture.
    if (event.detail === 0) return;
    over.abort();
    event.stopPropagation();
    event.preventDefault();
  };
  addEventListener("click", swallow, { capture: true, signal });
  addEventListener("pointerdown", () => over.abort(), { capture: true, signal });
}
