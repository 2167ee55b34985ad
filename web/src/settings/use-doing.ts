import { useEffect, useRef, useState } from "react";
import { useWork, type Work } from "../state/use-work.ts";

export interface Doing extends Work {
  /** For a moment after it was done. */
  isDone: boolean;
}

const shownMs = 2_500;

/** Something that is set at once, and says so. */
export function useDoing(): Doing {
  const work = useWork();
  const [isDone, setDone] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return {
    ...work,
    isDone,
    async run(wanted) {
      clearTimeout(timer.current);
      setDone(false);
      const isOver = await work.run(wanted);
      if (isOver) {
        setDone(true);
        timer.current = setTimeout(() => setDone(false), shownMs);
      }
      return isOver;
    },
  };
}
