import {
  createContext,
  type ReactElement,
  type ReactNode,
  use,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { say } from "../words/words.ts";
import { Button, IconButton } from "./button.tsx";
import style from "./dialog.module.css";
import { Notice } from "./notice.tsx";

/**
 * Before the page, with the focus on what is marked `data-first`, until it is left by Esc, its cross, or a click beside it. The
 * focus goes back to where it was. `once` says what is lost by leaving, where it is shown this once: those three ask then, and
 * so does a `LeaveButton`.
 */
export function Dialog({
  title,
  onClose,
  width = "usual",
  isBare = false,
  once,
  children,
}: {
  title: string;
  onClose(): void;
  width?: "narrow" | "usual" | "wide";
  /** Its title is for screen readers alone. */
  isBare?: boolean;
  once?: string | undefined;
  children: ReactNode;
}): ReactElement {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [isAsking, setAsking] = useState(false);
  /** A text that is selected from within may end beside it. */
  const isPressedBeside = useRef(false);
  const leave = () => {
    if (once === undefined) element.current?.close();
    else setAsking(true);
  };
  // Closed while it is still there: by that alone the browser gives the focus back.
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>("[data-first]")?.focus();
    return () => dialog?.close();
  }, []);
  return (
    // Esc closes it, as the browser has it; the click is for those who point.
    <dialog
      ref={element}
      className={style.dialog}
      aria-labelledby={id}
      data-width={width}
      onClose={onClose}
      onCancel={(event) => {
        if (once === undefined || event.target !== event.currentTarget) return;
        event.preventDefault();
        setAsking(true);
      }}
      onPointerDown={({ target, currentTarget }) => {
        isPressedBeside.current = target === currentTarget;
      }}
      onClick={({ target, currentTarget }) => {
        if (target === currentTarget && isPressedBeside.current) leave();
      }}
    >
      <div className={style.inside}>
        <header className={isBare ? "aside" : style.head}>
          <h2 id={id} className={style.title}>
            {title}
          </h2>
          {!isBare && <IconButton icon="close" size={16} label={say("dialog.close")} onClick={leave} />}
        </header>
        <Leaving value={leave}>{children}</Leaving>
        {isAsking && once !== undefined && (
          <Notice
            look="warn"
            action={
              <span className={style.asks}>
                <Button onClick={() => setAsking(false)}>{say("dialog.stay")}</Button>
                <Button look="danger" onClick={() => element.current?.close()}>
                  {say("dialog.leave")}
                </Button>
              </span>
            }
          >
            {once}
          </Notice>
        )}
      </div>
    </dialog>
  );
}

const Leaving = createContext<() => void>(() => undefined);

/** Leaves the dialog it stands in, as its cross does. */
export function LeaveButton({ children }: { children: ReactNode }): ReactElement {
  return <Button onClick={use(Leaving)}>{children}</Button>;
}
