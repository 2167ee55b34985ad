/** Whether a row is pointed at or gone through by keys: only then what can be pressed in it is drawn, as most rows never are. */
import { useState } from "react";

interface Reach {
  isUnder: boolean;
  /** Something in the row has the focus. */
  hasFocus: boolean;
}

export interface RowReach {
  isReached: boolean;
  /** A pointer stands on it. A finger that was there does not, whatever the browser takes it for. */
  isUnder: boolean;
  /** Keys go into it now: what they go through is drawn by the next frame. */
  enter(): void;
  handlers: {
    onPointerOver(event: React.PointerEvent): void;
    onPointerLeave(): void;
    onFocus(event: React.FocusEvent): void;
    onBlur(event: React.FocusEvent): void;
  };
}

const none: Reach = { isUnder: false, hasFocus: false };

export function useReach(): RowReach {
  const [reach, setReach] = useState(none);
  const change = (to: Partial<Reach>) =>
    setReach((known) => {
      const next = { ...known, ...to };
      return next.isUnder === known.isUnder && next.hasFocus === known.hasFocus ? known : next;
    });
  return {
    isReached: reach.isUnder || reach.hasFocus,
    isUnder: reach.isUnder,
    enter: () => change({ hasFocus: true }),
    handlers: {
      // Not "enter", of which nothing is told where the row before it went away under the pointer.
      onPointerOver({ pointerType }) {
        if (pointerType !== "touch") change({ isUnder: true });
      },
      onPointerLeave: () => change({ isUnder: false }),
      onFocus({ target, currentTarget }) {
        if (target !== currentTarget) change({ hasFocus: true });
      },
      onBlur({ relatedTarget, currentTarget }) {
        const to = relatedTarget ?? document.activeElement;
        // A dialog gives it back, and so does a window that is left.
        const isKept = currentTarget.contains(to) || (to instanceof Element && to.closest("dialog") !== null);
        if (!isKept) change({ hasFocus: false });
      },
    },
  };
}
