import { type ReactElement, useState } from "react";
import { go, writeRoute } from "../routes.ts";
import { IconButton } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { say } from "../words/words.ts";
import style from "./transfer.module.css";

const page = { page: "settings", topic: "import" } as const;
/** That somebody wants it no more, on this device. */
const goneAt = "posthorn.importCard";

/** In the inbox of a new account: mail can be brought. It stays until somebody sends it away. */
export function ImportCard(): ReactElement | null {
  const [isGone, setGone] = useState(wasSentAway);
  if (isGone) return null;
  return (
    <div className={style.offer}>
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
      <IconButton
        icon="close"
        size={16}
        label={say("import.cardClose")}
        onClick={() => {
          sendAway();
          setGone(true);
        }}
      />
    </div>
  );
}

function wasSentAway(): boolean {
  try {
    return localStorage.getItem(goneAt) !== null;
  } catch {
    // Nothing may be kept.
    return false;
  }
}

function sendAway(): void {
  try {
    localStorage.setItem(goneAt, "gone");
  } catch {
    // It comes back with the next page then.
  }
}
