import { useEffect, useRef, useState } from "react";
import { CallFailed } from "../state/desk.ts";
import type { Fault } from "../state/worker/fault.ts";

export interface Doing {
  isBusy: boolean;
  /** For a moment after it was done. */
  isDone: boolean;
  fault: Fault | undefined;
  /** True when it was done; what was refused is in `fault`. */
  run(work: () => Promise<unknown> | undefined): Promise<boolean>;
  /** What was refused is not spoken of any more. */
  forget(): void;
}

const shownMs = 2_500;

/** Something that is done at the server, with how it stands. */
export function useDoing(): Doing {
  const [state, setState] = useState<"idle" | "busy" | "done">("idle");
  const [fault, setFault] = useState<Fault>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return {
    isBusy: state === "busy",
    isDone: state === "done",
    fault,
    async run(work) {
      clearTimeout(timer.current);
      setState("busy");
      setFault(undefined);
      try {
        await work();
        setState("done");
        timer.current = setTimeout(() => setState("idle"), shownMs);
        return true;
      } catch (error) {
        setState("idle");
        if (!(error instanceof CallFailed)) throw error;
        setFault(error.fault);
        return false;
      }
    },
    forget: () => setFault(undefined),
  };
}
