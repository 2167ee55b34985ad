import type { ReactElement, ReactNode } from "react";
import { say } from "../words/words.ts";
import { Button } from "./button.tsx";
import style from "./confirm.module.css";
import { Dialog } from "./dialog.tsx";

/** Asks before what cannot be taken back. `verb` says what is done, `keep` that it is not; the focus is on that at first. */
export function Confirm({
  title,
  children,
  verb,
  keep = say("confirm.keep"),
  isBusy = false,
  onDo,
  onClose,
}: {
  title: string;
  children: ReactNode;
  verb: string;
  keep?: string;
  isBusy?: boolean;
  onDo(): void;
  onClose(): void;
}): ReactElement {
  return (
    <Dialog title={title} onClose={onClose}>
      <div className={style.confirm}>
        {children}
        <div className={style.does}>
          <Button onClick={onClose} data-first>
            {keep}
          </Button>
          <Button look="danger" isBusy={isBusy} onClick={onDo}>
            {verb}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
