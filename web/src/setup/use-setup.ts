import { useEffect, useState } from "react";
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
}

/** How the server stands, looked at again every five seconds for as long as the page is shown. */
export function useSetup(token: string): Setup {
  const [setup, setSetup] = useState<Setup>({ seen: undefined, fault: undefined, lookedAtMs: undefined });
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
    void look();
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void look();
    }, everyMs);
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, [token]);
  return setup;
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
