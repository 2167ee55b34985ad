import { type ReactElement, useState } from "react";
import { undo } from "../state/undo.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { shortTime } from "../words/dates.ts";
import { say } from "../words/words.ts";
import style from "./activity-menu.module.css";

/** What was done last, each to be taken back. */
export function ActivityMenu(): ReactElement {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className={style.opener}
        popoverTarget="activity"
        aria-label={say("activity.open")}
        title={say("activity.open")}
      >
        <Icon name="undo" size={16} />
      </button>
      <div
        id="activity"
        popover="auto"
        className={style.menu}
        role="region"
        aria-label={say("activity.title")}
        onBeforeToggle={({ newState }) => setOpen(newState === "open")}
      >
        <h2>{say("activity.title")}</h2>
        {/* It changes with each key, and is rarely looked at. */}
        {isOpen && <Done />}
      </div>
    </>
  );
}

function Done(): ReactElement {
  const done = lastSeen(useView("activity", {}))?.done ?? [];
  return (
    <>
      {done.length === 0 && <p className={style.none}>{say("activity.none")}</p>}
      <ul>
        {done.map(({ number, label, doneAtMs, isUnsent }) => (
          <li key={number}>
            <span dir="auto">
              {label}
              {isUnsent && <small>{say("row.waiting")}</small>}
            </span>
            <time dateTime={new Date(doneAtMs).toISOString()}>{shortTime(doneAtMs)}</time>
            <Button
              look="link"
              aria-label={say("activity.undoOf", { what: label })}
              onClick={() => void undo(number)}
            >
              {say("activity.undo")}
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}
