import { useState } from "react";
import { CallFailed } from "../state/desk.ts";
import type { Fault } from "../state/worker/fault.ts";

/** Something that is asked of the worker, with what was refused of it. */
export function useAsking(): {
  isBusy: boolean;
  fault: Fault | undefined;
  ask(work: () => Promise<unknown>): void;
} {
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault>();
  const run = async (work: () => Promise<unknown>) => {
    setBusy(true);
    setFault(undefined);
    try {
      await work();
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      setFault(error.fault);
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, fault, ask: (work) => void run(work) };
}
