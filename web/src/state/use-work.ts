import { useRef, useState } from "react";
import { CallFailed } from "./desk.ts";
import type { Fault } from "./worker/fault.ts";

export interface Work {
  isBusy: boolean;
  /** Why the last try failed; gone with the next. */
  fault: Fault | undefined;
  /** The last try was stopped before it was done. */
  isStopped: boolean;
  /** True when it was done. What heeds the signal can be stopped. */
  run(work: (signal: AbortSignal) => Promise<unknown>): Promise<boolean>;
  stop(): void;
}

/** Something that is asked of the server once at a time. */
export function useWork(): Work {
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault>();
  const [isStopped, setStopped] = useState(false);
  const stopping = useRef<AbortController>(undefined);
  return {
    isBusy,
    fault,
    isStopped,
    stop: () => stopping.current?.abort(),
    async run(work) {
      setBusy(true);
      setFault(undefined);
      setStopped(false);
      stopping.current = new AbortController();
      try {
        await work(stopping.current.signal);
        return true;
      } catch (error) {
        if (!(error instanceof CallFailed)) throw error;
        if (error.fault.code === "stopped") setStopped(true);
        else setFault(error.fault);
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
}

/** What a fault is called where somebody asks for help. */
export function codeOf({ code, instance }: Fault): string {
  return instance === undefined ? code : `${code} · ${instance}`;
}

/** Whether a link of the server's leads nowhere any more, or never did; everything else may be otherwise the next time. */
export function isUsedUp({ code }: Fault): boolean {
  return code === "gone" || code === "notFound" || code === "badRequest";
}

/** What a fault says of one field: `signs` are its pointers, or codes that can be of that field alone. */
export function problemAt(fault: Fault | undefined, ...signs: readonly string[]): string | undefined {
  if (fault === undefined) return undefined;
  return signs.includes(fault.pointer ?? fault.code) ? fault.sentence : undefined;
}
