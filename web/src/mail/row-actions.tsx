import type { ReactElement } from "react";
import type { ThreadRow } from "../state/worker/list-threads.ts";
import { IconButton } from "../ui/button.tsx";
import { say } from "../words/words.ts";
import { type HomeAct, isAll } from "./home-act.ts";
import style from "./thread-row.module.css";
import type { RowActs } from "./thread-row.tsx";

/** What can be done with a row at once, over its end. */
export function RowActions({
  row,
  home,
  acts,
}: {
  row: ThreadRow;
  home: HomeAct | undefined;
  acts: RowActs;
}): ReactElement {
  return (
    <span role="gridcell" className={style.actions} onClick={(event) => event.stopPropagation()}>
      {home !== undefined && (!isAll(home) || row.draft !== null) && (
        <IconButton
          icon={home.icon}
          tabIndex={-1}
          data-cell=""
          label={say(home.words)}
          command={home.command}
          onClick={() => acts.act(home.act, row.threadId)}
        />
      )}
      {!isAll(home) && (
        <>
          <IconButton
            icon="trash"
            tabIndex={-1}
            data-cell=""
            label={say("act.trash")}
            command="trash"
            onClick={() => acts.act({ kind: "trash" }, row.threadId)}
          />
          <IconButton
            icon="clock"
            tabIndex={-1}
            data-cell=""
            label={say("act.snooze")}
            command="snooze"
            onClick={() => acts.snooze(row.threadId)}
          />
          <IconButton
            icon={row.isUnread ? "opened" : "envelope"}
            tabIndex={-1}
            data-cell=""
            label={row.isUnread ? say("act.read") : say("act.unread")}
            command={row.isUnread ? "markRead" : "markUnread"}
            onClick={() => acts.act({ kind: "read", isRead: row.isUnread }, row.threadId)}
          />
        </>
      )}
    </span>
  );
}
