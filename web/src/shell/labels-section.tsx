import { type ReactElement, Suspense, useState } from "react";
import { dropThreads, isDraggingThreads } from "../state/dragged.ts";
import { labelTree, type NamedLabel } from "../state/label-tree.ts";
import type { Place } from "../state/place.ts";
import type { Folder } from "../state/worker/folders.ts";
import { IconButton } from "../ui/button.tsx";
import { labelColour } from "../ui/label-colour.ts";
import { part } from "../ui/part.ts";
import { say } from "../words/words.ts";
import type { LabelAsk } from "./label-dialog.tsx";
import style from "./sidebar.module.css";
import { SidebarEntry } from "./sidebar-entry.tsx";

const LabelDialog = part(
  () => import("./label-dialog.tsx"),
  ({ LabelDialog }) => LabelDialog,
);

/** The labels, each in the one it belongs to; conversations are dragged onto them. */
export function LabelsSection({
  folders,
  current,
  onChosen,
}: {
  folders: readonly Folder[];
  /** The id of the label that is looked at. */
  current: string | undefined;
  onChosen(): void;
}): ReactElement {
  const [asked, setAsked] = useState<LabelAsk>();
  return (
    <section aria-label={say("shell.labels")} className={style.labels}>
      <header className={style.headingLine}>
        <h2 className={style.heading}>{say("shell.labels")}</h2>
        <IconButton
          icon="plus"
          size={16}
          label={say("label.new")}
          onClick={() => setAsked({ kind: "new", parentId: null })}
        />
      </header>
      <ul>
        {labelTree(folders).map((label) => (
          <LabelEntry
            key={label.folder.id}
            label={label}
            isCurrent={label.folder.id === current}
            onChosen={onChosen}
            onAsk={setAsked}
          />
        ))}
      </ul>
      {asked !== undefined && (
        <Suspense>
          <LabelDialog asked={asked} folders={folders} onAsk={setAsked} />
        </Suspense>
      )}
    </section>
  );
}

function LabelEntry({
  label: { folder, path, depth },
  isCurrent,
  onChosen,
  onAsk,
}: {
  label: NamedLabel;
  isCurrent: boolean;
  onChosen(): void;
  onAsk(asked: LabelAsk): void;
}): ReactElement {
  const [isOver, setOver] = useState(false);
  const place: Place = { kind: "label", id: folder.id };
  return (
    <SidebarEntry
      place={place}
      icon={<span className={style.dot} style={{ background: labelColour(folder.name).ink }} />}
      label={folder.name}
      title={path}
      count={folder.unread}
      depth={depth}
      isCurrent={isCurrent}
      isOver={isOver}
      onChosen={onChosen}
      onDragOver={(event) => {
        if (!isDraggingThreads(event.dataTransfer)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        dropThreads(folder.id);
      }}
      action={
        <IconButton
          icon="more"
          size={16}
          className={style.more}
          label={say("label.menu", { name: path })}
          onClick={() => onAsk({ kind: "menu", id: folder.id })}
        />
      }
    />
  );
}
