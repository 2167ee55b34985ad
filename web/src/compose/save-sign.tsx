import type { ReactElement } from "react";
import { say } from "../words/words.ts";
import style from "./composer.module.css";
import type { SaveState } from "./use-letter.ts";

/** Where a letter is kept. It is read out where something is wrong, and else only to who asks for it. */
export function SaveSign({ saved }: { saved: SaveState }): ReactElement {
  if (typeof saved === "object") {
    return (
      <span className={style.unsaved} role="alert" title={saved.fault.sentence}>
        {say("saved.not")}
      </span>
    );
  }
  return <span className={style.saved}>{saved === "untouched" ? "" : say(`saved.${saved}`)}</span>;
}
