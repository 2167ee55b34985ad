import { useCallback, useEffect, useRef, useState } from "react";
import { CallFailed, call } from "../state/desk.ts";
import type { Fault } from "../state/worker/fault.ts";
import type { SetupState } from "../state/worker/set-up.ts";

const everyMs = 5_000;

export interface Setup {
  seen: SetupState | undefined;
  /** Why it could not be looked at now; what was seen before stays. */
  fault: Fault | undefined;
  /** When it was looked at last. */
  lookedAtMs: number | undefined;
  /** Looks now. */
  look(): void;
}

/** How the server stands, looked at again every five seconds for as long as the page is shown. */
export function useSetup(token: string): Setup {
  const [setup, setSetup] = useState<Omit<Setup, "look">>({
    seen: undefined,
    fault: undefined,
    lookedAtMs: undefined,
  });
  const lookNow = useRef<() => Promise<void>>(undefined);
  useEffect(() => {
    let isOver = false;
    const look = async () => {
      try {
        const seen = await call("readSetup", { token });
        if (!isOver) setSetup({ seen, fault: undefined, lookedAtMs: Date.now() });
      } catch (error) {
        if (!(error instanceof CallFailed)) throw error;
        if (!isOver) setSetup((before) => ({ ...before, fault: error.fault }));
      }
    };
    lookNow.current = look;
    void look();
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void look();
    }, everyMs);
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, [token]);
  const look = useCallback(() => void lookNow.current?.(), []);
  return { ...setup, look };
}

/** The time, told again every second. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
