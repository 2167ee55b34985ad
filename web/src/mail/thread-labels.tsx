import type { ReactElement } from "react";
import type { Place } from "../state/place.ts";
import type { Folder } from "../state/worker/folders.ts";
import { IconButton } from "../ui/button.tsx";
import { giveFocus } from "../ui/give-focus.ts";
import { LabelChip } from "../ui/label-chip.tsx";
import { say } from "../words/words.ts";
import { act } from "./act.ts";
import style from "./thread-reader.module.css";

/** The labels of a conversation, each with its cross. */
export function ThreadLabels({
  threadId,
  mailboxIds,
  folders,
  place,
}: {
  threadId: string;
  mailboxIds: ReadonlySet<string>;
  folders: readonly Folder[];
  place: Place;
}): ReactElement | null {
  const labels = folders.filter(({ id, role }) => role === null && mailboxIds.has(id));
  if (labels.length === 0) return null;
  return (
    <ul className={style.labels} aria-label={say("act.label")}>
      {labels.map(({ id, name }) => (
        <li key={id} className={style.label}>
          <LabelChip name={name} />
          <IconButton
            icon="close"
            size={16}
            label={say("reader.removeLabel", { name })}
            onClick={() => {
              giveFocus(document.querySelector("[data-part=reader] h1"));
              void act({ kind: "label", add: [], remove: [id] }, [threadId], place);
            }}
          />
        </li>
      ))}
    </ul>
  );
}
