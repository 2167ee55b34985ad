/** What has just been done, with the way back. One at a time; it stays while somebody points at it. */
import { type ReactElement, useEffect, useState, useSyncExternalStore } from "react";
import { say } from "../words/words.ts";
import { Button, IconButton } from "./button.tsx";
import style from "./toaster.module.css";

export interface Toast {
  words: string;
  action?: { words: string; keys?: string; run(): void } | undefined;
  /** How long it stays. */
  forMs?: number;
}

const usualMs = 6_000;
let now: { toast: Toast; number: number } | undefined;
let next: Toast[] = [];
let number = 0;
const listeners = new Set<() => void>();

export function showToast(toast: Toast): void {
  // What was done last is what one wants to take back.
  next = [];
  now = { toast, number: ++number };
  for (const listener of listeners) listener();
}

function hideToast(): void {
  const [first, ...others] = next;
  next = others;
  now = first === undefined ? undefined : { toast: first, number: ++number };
  for (const listener of listeners) listener();
}

export function Toaster(): ReactElement {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => now,
  );
  return (
    <div className={style.toaster}>
      {shown !== undefined && <OneToast key={shown.number} toast={shown.toast} />}
      <SaidLater words={shown?.toast.words} />
    </div>
  );
}

const saidAfterMs = 500;

/** For screen readers, when they have said where the focus is now. */
function SaidLater({ words = "" }: { words?: string | undefined }): ReactElement {
  const [said, setSaid] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSaid(words), saidAfterMs);
    return () => clearTimeout(timer);
  }, [words]);
  return (
    <p className="aside" role="status" aria-live="polite">
      {said}
    </p>
  );
}

function OneToast({ toast }: { toast: Toast }): ReactElement {
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(hideToast, toast.forMs ?? usualMs);
    return () => clearTimeout(timer);
  }, [isHeld, toast]);
  return (
    <div
      role="group"
      className={style.toast}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span>{toast.words}</span>
      {toast.action !== undefined && (
        <Button
          look="link"
          onClick={() => {
            hideToast();
            toast.action?.run();
          }}
        >
          {toast.action.words}
          {toast.action.keys !== undefined && <kbd>{toast.action.keys}</kbd>}
        </Button>
      )}
      <IconButton icon="close" size={16} label={say("toast.close")} onClick={hideToast} />
    </div>
  );
}
