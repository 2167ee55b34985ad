import { type ReactElement, type ReactNode, useRef, useState } from "react";
import { Button } from "../ui/button.tsx";
import form from "../ui/form.module.css";
import { Icon } from "../ui/icon.tsx";
import { say } from "../words/words.ts";
import style from "./transfer.module.css";

const accepted = ".mbox,.eml,.zip,.mbx,message/rfc822,application/mbox,application/zip";

/** Where files are dropped, or chosen. */
export function ChooseFiles({
  onChosen,
  isBusy = false,
  children,
}: {
  onChosen(files: File[]): void;
  isBusy?: boolean;
  children?: ReactNode;
}): ReactElement {
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const choose = (list: FileList | null) => {
    const files = [...(list ?? [])];
    if (files.length > 0) onChosen(files);
  };
  return (
    <section
      aria-label={say("import.choose")}
      className={style.drop}
      data-over={isOver ? "" : undefined}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        choose(event.dataTransfer.files);
      }}
    >
      <Icon name="download" size={28} />
      <Button look="ink" isBusy={isBusy} onClick={() => input.current?.click()}>
        {say("import.choose")}
      </Button>
      <p className={`${form.help} ${style.or}`}>{say("import.drop")}</p>
      {children}
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={accepted}
        aria-label={say("import.choose")}
        onChange={({ target }) => {
          choose(target.files);
          target.value = "";
        }}
      />
    </section>
  );
}
