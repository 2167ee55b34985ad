import type { ReactElement } from "react";
import { go, writeRoute } from "../routes.ts";
import { Icon } from "../ui/icon.tsx";
import { say } from "../words/words.ts";
import style from "./transfer.module.css";

const page = { page: "settings", topic: "import" } as const;

/** In an inbox that is empty: mail can be brought. */
export function ImportCard(): ReactElement {
  return (
    <a
      className={style.card}
      href={writeRoute(page)}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        go(page);
      }}
    >
      <Icon name="download" size={20} />
      <strong>{say("import.card")}</strong>
      <span>{say("import.cardSentence")}</span>
    </a>
  );
}
