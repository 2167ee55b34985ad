import { type ReactElement, useEffect, useState } from "react";
import { say } from "../words/words.ts";
import { Button } from "./button.tsx";
import style from "./copy-text.module.css";

const shownMs = 2_500;
const mostRows = 10;

/** Text that is to be pasted somewhere else, with a button that takes it along. `label` says what it is. */
export function CopyText({ label, text }: { label: string; text: string }): ReactElement {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), shownMs);
    return () => clearTimeout(timer);
  }, [isCopied]);
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
      <Button
        icon={isCopied ? "check" : "copy"}
        aria-label={isCopied ? undefined : say("copy.what", { what: label })}
        onClick={() => {
          void navigator.clipboard.writeText(text).then(() => setCopied(true));
        }}
      >
        {isCopied ? say("copy.done") : say("copy.do")}
      </Button>
    </div>
  );
}
