import { type ReactElement, type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { say } from "../words/words.ts";
import { IconButton } from "./button.tsx";
import style from "./dialog.module.css";

/** Before the page, with the focus on what is marked `data-first`, until it is left by Esc, its cross, or a click beside it. The focus goes back to where it was. */
export function Dialog({
  title,
  onClose,
  width = "usual",
  isBare = false,
  children,
}: {
  title: string;
  onClose(): void;
  width?: "narrow" | "usual" | "wide";
  /** Its title is for screen readers alone. */
  isBare?: boolean;
  children: ReactNode;
}): ReactElement {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
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
      onClick={({ target, currentTarget }) => {
        if (target === currentTarget) currentTarget.close();
      }}
    >
      <div className={style.inside}>
        <header className={isBare ? "aside" : style.head}>
          <h2 id={id} className={style.title}>
            {title}
          </h2>
          {!isBare && (
            <IconButton
              icon="close"
              size={16}
              label={say("dialog.close")}
              onClick={() => element.current?.close()}
            />
          )}
        </header>
        {children}
      </div>
    </dialog>
  );
}
