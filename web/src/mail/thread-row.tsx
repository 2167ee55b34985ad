import { memo, type ReactElement } from "react";
import type { ThreadAct } from "../state/worker/act-on-threads.ts";
import type { Folder } from "../state/worker/folders.ts";
import type { Person, ThreadRow } from "../state/worker/list-threads.ts";
import { Avatar } from "../ui/avatar.tsx";
import { IconButton } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { LabelChip } from "../ui/label-chip.tsx";
import { longTime, shortTime } from "../words/dates.ts";
import { say } from "../words/words.ts";
import style from "./thread-row.module.css";

interface Props {
  row: ThreadRow;
  index: number;
  isOpen: boolean;
  /** The one that keys act on. */
  isCursor: boolean;
  folders: readonly Folder[];
  address: string;
  onOpen(threadId: string): void;
  onAct(what: ThreadAct): void;
}

const mostLabels = 2;

export const ThreadRowView = memo(function ThreadRowView({
  row,
  index,
  isOpen,
  isCursor,
  folders,
  address,
  onOpen,
  onAct,
}: Props): ReactElement {
  const labels = folders.filter(({ id, role }) => role === null && row.mailboxIds.includes(id));
  const [first] = row.people.filter((person) => person.address !== address);
  const shown = first ?? row.people[0] ?? { address };
  return (
    // The keys of a grid's row are those of the grid.
    <div
      role="row"
      aria-rowindex={index + 1}
      aria-selected={isOpen}
      aria-label={nameOf(row, labels, address)}
      tabIndex={isCursor ? 0 : -1}
      className={style.row}
      data-thread={row.threadId}
      data-unread={row.isUnread ? "" : undefined}
      data-open={isOpen ? "" : undefined}
      onClick={() => onOpen(row.threadId)}
      onKeyDown={(event) => {
        if (event.key === "Enter" && event.target === event.currentTarget) onOpen(row.threadId);
      }}
    >
      <span role="gridcell" className={style.dot} aria-hidden="true" />
      <span role="gridcell" className={style.avatar}>
        <Avatar address={shown.address} name={shown.name} />
      </span>
      <span role="gridcell" className={style.words}>
        <span className={style.people}>
          <bdi>{namesOf(row.people, address)}</bdi>
          {row.count > 1 && <span className={style.count}>({row.count})</span>}
        </span>
        <span className={style.line}>
          {row.trouble === "failed" ? (
            <span className={style.trouble}>{say("row.failed")}</span>
          ) : row.subject === null ? (
            <span className={style.unknown} />
          ) : (
            <>
              <bdi className={style.subject}>{row.subject || say("row.noSubject")}</bdi>
              <bdi className={style.snippet}>{row.snippet}</bdi>
            </>
          )}
        </span>
      </span>
      <span role="gridcell" className={style.side}>
        <time dateTime={new Date(row.atMs).toISOString()} title={longTime(row.atMs)} className={style.time}>
          {shortTime(row.atMs)}
        </time>
        <span className={style.marks}>
          {labels.slice(0, mostLabels).map(({ id, name }) => (
            <LabelChip key={id} name={name} />
          ))}
          {labels.length > mostLabels && <span className={style.time}>+{labels.length - mostLabels}</span>}
          {row.trouble === "doubtful" && <Icon name="warning" size={16} />}
          {row.hasFiles && <Icon name="clip" size={16} />}
          {row.isStarred && (
            <span className={style.star}>
              <Icon name="star" size={16} />
            </span>
          )}
        </span>
      </span>
      <span role="gridcell" className={style.actions} onClick={(event) => event.stopPropagation()}>
        <IconButton
          icon="archive"
          tabIndex={-1}
          label={say("act.archive")}
          keys="e"
          onClick={() => onAct({ kind: "archive" })}
        />
        <IconButton
          icon="trash"
          tabIndex={-1}
          label={say("act.trash")}
          keys="#"
          onClick={() => onAct({ kind: "trash" })}
        />
        <IconButton
          icon={row.isUnread ? "opened" : "envelope"}
          tabIndex={-1}
          label={row.isUnread ? say("act.read") : say("act.unread")}
          onClick={() => onAct({ kind: "read", isRead: row.isUnread })}
        />
      </span>
    </div>
  );
});

/** Who has written, shortly: `Ana, Bo, me`. */
function namesOf(people: readonly Person[], address: string): string {
  if (people.length === 0) return say("row.nobody");
  const names = people.map((person) => (person.address === address ? say("row.me") : shortName(person)));
  return names.length <= 1 ? (people[0]?.name ?? names[0] ?? "") : names.join(", ");
}

/** The first of their names, or what stands before the `@`. */
export function shortName({ name, address }: Person): string {
  const first = name?.trim().split(/\s+/)[0];
  return first || address.split("@")[0] || address;
}

/** What a screen reader says of a row. */
function nameOf(row: ThreadRow, labels: readonly Folder[], address: string): string {
  const parts = [
    row.isUnread ? say("row.unread") : "",
    namesOf(row.people, address),
    row.subject ?? "",
    row.snippet,
    row.hasFiles ? say("row.files") : "",
    row.isStarred ? say("row.starred") : "",
    shortTime(row.atMs),
    ...labels.map(({ name }) => say("row.label", { name })),
  ];
  return parts.filter((part) => part !== "").join(". ");
}
