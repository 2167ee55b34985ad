import type { ReactElement } from "react";
import type { Place } from "../state/place.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { say } from "../words/words.ts";
import { homeAct, isAll } from "./home-act.ts";
import { nothingSelected } from "./selection.ts";
import style from "./selection-bar.module.css";
import type { ListActs } from "./use-list-acts.ts";

/** How many are chosen and what can be done with them; a second step takes all of the place. */
export function SelectionBar({
  acts,
  place,
  title,
  here,
  total,
}: {
  acts: ListActs;
  place: Place;
  title: string;
  /** Rows that are here, of `total`. */
  here: number;
  total: number;
}): ReactElement {
  const { selection, setSelection, doAct, pick } = acts;
  const count = selection.isAll ? total : selection.ids.size;
  const hasAllHere = !selection.isAll && selection.ids.size >= Math.min(here, total) && total > here;
  const home = homeAct(place);
  return (
    <div className={style.bar} role="toolbar" aria-label={say("select.bar")}>
      <IconButton
        icon="close"
        label={say("select.none")}
        command="selectNone"
        onClick={() => setSelection(nothingSelected)}
      />
      <span className={style.count} role="status">
        {say("select.count", { count })}
      </span>
      {hasAllHere && (
        <Button look="link" onClick={() => setSelection({ ...selection, isAll: true })}>
          {say("select.all", { count: total, place: title })}
        </Button>
      )}
      <span className={style.space} />
      {home !== undefined && (
        <IconButton
          icon={home.icon}
          label={say(home.words)}
          command={home.command}
          onClick={() => doAct(home.act)}
        />
      )}
      {!isAll(home) && (
        <>
          <IconButton
            icon="clock"
            label={say("act.snooze")}
            command="snooze"
            onClick={() => pick("snooze")}
          />
          <IconButton icon="label" label={say("act.label")} command="label" onClick={() => pick("label")} />
          <IconButton
            icon="opened"
            label={say("act.read")}
            command="markRead"
            onClick={() => doAct({ kind: "read", isRead: true })}
          />
          <IconButton
            icon="trash"
            label={say("act.trash")}
            command="trash"
            onClick={() => doAct({ kind: "trash" })}
          />
          <IconButton icon="more" label={say("act.more")} command="more" onClick={() => pick("more")} />
        </>
      )}
    </div>
  );
}
