import type { ReactElement } from "react";
import { CopyButton } from "./copy-button.tsx";
import style from "./copy-text.module.css";

const mostRows = 10;

/** Text that is to be pasted somewhere else, with a button that takes it along. `label` says what it is. */
export function CopyText({ label, text }: { label: string; text: string }): ReactElement {
  return (
    <div className={style.copy}>
      <textarea
        className={style.text}
        translate="no"
        aria-label={label}
        readOnly
        rows={Math.min(mostRows, text.split("\n").length)}
        value={text}
        onFocus={({ currentTarget }) => currentTarget.select()}
      />
      <CopyButton text={text} what={label} />
    </div>
  );
}
