/** What has just been done, with the way back, and what has happened meanwhile. One at a time; it stays while somebody points at it. */
import {
  type CSSProperties,
  type ReactElement,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { useKeyHint } from "../state/keys.ts";
import { say } from "../words/words.ts";
import { Button, IconButton } from "./button.tsx";
import { giveFocus } from "./give-focus.ts";
import style from "./toaster.module.css";
import { type Toast, toasts } from "./toasts.ts";

const usualMs = 6_000;
const queue = toasts();

/** At once, but for what must be seen, which waits while something can be taken back. */
export function showToast(toast: Toast): void {
  queue.show(toast);
}

export function Toaster(): ReactElement {
  const shown = useSyncExternalStore(queue.subscribe, queue.now);
  return (
    <div className={style.toaster}>
      {shown !== undefined && <OneToast key={shown.number} toast={shown.toast} />}
      <SaidLater words={shown?.toast.words} number={shown?.number} />
    </div>
  );
}

const saidAfterMs = 500;

/** For screen readers, when they have said where the focus is now. */
function SaidLater({
  words = "",
  number = 0,
}: {
  words?: string | undefined;
  number?: number | undefined;
}): ReactElement {
  const [said, setSaid] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSaid(words), saidAfterMs);
    return () => {
      clearTimeout(timer);
      // So that the same words are news when they are said again.
      setSaid("");
    };
  }, [words, number]);
  return (
    <p className="aside" role="status" aria-live="polite">
      {said}
    </p>
  );
}

function OneToast({ toast }: { toast: Toast }): ReactElement {
  const [isHeld, setHeld] = useState(false);
  const element = useRef<HTMLDivElement>(null);
  const cameFrom = useRef<Element>(null);
  const forMs = toast.forMs ?? usualMs;
  const isOpenEnded = toast.until !== undefined;
  const hint = useKeyHint(toast.action?.command);
  const act = () => {
    queue.next();
    toast.action?.run();
  };
  // Whoever was in it is back where they came from.
  useLayoutEffect(
    () => () => {
      if (element.current?.contains(document.activeElement)) giveFocus(cameFrom.current);
    },
    [],
  );
  useEffect(() => {
    if (isHeld || isOpenEnded) return;
    const timer = setTimeout(queue.next, forMs);
    return () => clearTimeout(timer);
  }, [isHeld, isOpenEnded, forMs]);
  return (
    <div
      ref={element}
      role="group"
      className={style.toast}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={({ relatedTarget }) => {
        setHeld(true);
        if (!(relatedTarget instanceof Element) || element.current?.contains(relatedTarget)) return;
        cameFrom.current = relatedTarget;
      }}
      onBlur={() => setHeld(false)}
    >
      <span>{toast.words}</span>
      {toast.action !== undefined && (
        <Button look="link" onClick={act}>
          {toast.action.words}
          {hint !== undefined && <kbd>{hint.shown}</kbd>}
        </Button>
      )}
      <IconButton icon="close" size={16} label={say("toast.close")} onClick={queue.next} />
      {toast.action !== undefined && !isHeld && !isOpenEnded && <TimeLeft forMs={forMs} />}
    </div>
  );
}

/** How long it can still be taken back, as a line that grows shorter. */
function TimeLeft({ forMs }: { forMs: number }): ReactElement {
  const time: CSSProperties = { animationDuration: `${forMs}ms` };
  return <span className={style.time} style={time} aria-hidden="true" />;
}
