import { type RefObject, useEffect, useState } from "react";

/**
 * Whether the focus is within. The browser itself tells it: React hears nothing while it draws, and so not of the focus that a
 * dialog gives back as it goes.
 */
export function useHasFocus(element: RefObject<HTMLElement | null>): boolean {
  const [hasFocus, setFocus] = useState(false);
  useEffect(() => {
    const within = element.current;
    if (within === null) return;
    setFocus(within.contains(document.activeElement));
    const onIn = () => setFocus(true);
    const onOut = ({ relatedTarget }: FocusEvent) => {
      if (!(relatedTarget instanceof Node && within.contains(relatedTarget))) setFocus(false);
    };
    within.addEventListener("focusin", onIn);
    within.addEventListener("focusout", onOut);
    return () => {
      within.removeEventListener("focusin", onIn);
      within.removeEventListener("focusout", onOut);
    };
  }, [element]);
  return hasFocus;
}
