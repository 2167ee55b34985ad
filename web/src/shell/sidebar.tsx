import type { ReactElement } from "react";
import { go, type Route, writeRoute } from "../routes.ts";
import { openComposer } from "../state/composers.ts";
import { type Place, placeKey, type RolePlace } from "../state/place.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import type { Folder } from "../state/worker/folders.ts";
import { Button } from "../ui/button.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { labelColour } from "../ui/label-colour.ts";
import { say } from "../words/words.ts";
import style from "./sidebar.module.css";

const icons: Readonly<Record<RolePlace, IconName>> = {
  inbox: "inbox",
  screener: "screener",
  snoozed: "clock",
  drafts: "draft",
  sent: "sent",
  archive: "archive",
  junk: "spam",
  trash: "trash",
};

const order: readonly (RolePlace | "starred" | "all")[] = [
  "inbox",
  "screener",
  "snoozed",
  "starred",
  "drafts",
  "sent",
  "archive",
  "all",
  "junk",
  "trash",
];

/** Mailboxes and labels. What is counted is what waits for somebody. */
export function Sidebar({ route, onChosen }: { route: Route; onChosen(): void }): ReactElement {
  const folders = lastSeen(useView("folders", {})) ?? [];
  const byRole = new Map(
    folders.flatMap((folder) => (folder.role === null ? [] : [[folder.role, folder] as const])),
  );
  const labels = folders.filter(({ role }) => role === null);
  const current = route.page === "list" ? placeKey(route.place) : undefined;
  return (
    <nav className={style.sidebar} aria-label={say("shell.mailboxes")}>
      <Button
        look="ink"
        icon="pen"
        className={style.compose ?? ""}
        onClick={() => {
          openComposer({ kind: "new" });
          onChosen();
        }}
      >
        {say("compose.do")}
      </Button>
      <ul>
        {order.map((name) => {
          const place: Place =
            name === "starred" || name === "all" ? { kind: name } : { kind: "role", role: name };
          const folder = name === "starred" || name === "all" ? undefined : byRole.get(name);
          return (
            <Entry
              key={name}
              place={place}
              icon={
                <Icon name={name === "starred" ? "star" : name === "all" ? "all" : icons[name]} size={18} />
              }
              label={say(`place.${name}`)}
              count={countOf(name, folder)}
              isCurrent={current === placeKey(place)}
              onChosen={onChosen}
            />
          );
        })}
      </ul>
      {labels.length > 0 && <h2 className={style.heading}>{say("shell.labels")}</h2>}
      <ul>
        {labels.map((folder) => {
          const place: Place = { kind: "label", id: folder.id };
          return (
            <Entry
              key={folder.id}
              place={place}
              icon={<span className={style.dot} style={{ background: labelColour(folder.name).ink }} />}
              label={folder.name}
              count={folder.unread}
              isCurrent={current === placeKey(place)}
              onChosen={onChosen}
            />
          );
        })}
      </ul>
    </nav>
  );
}

function countOf(name: string, folder: Folder | undefined): number {
  if (folder === undefined) return 0;
  if (name === "inbox") return folder.unread;
  return name === "screener" || name === "drafts" || name === "snoozed" ? folder.total : 0;
}

function Entry({
  place,
  icon,
  label,
  count,
  isCurrent,
  onChosen,
}: {
  place: Place;
  icon: ReactElement;
  label: string;
  count: number;
  isCurrent: boolean;
  onChosen(): void;
}): ReactElement {
  const route: Route = { page: "list", place, threadId: undefined };
  return (
    <li>
      <a
        href={writeRoute(route)}
        className={style.entry}
        aria-current={isCurrent ? "page" : undefined}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          go(route);
          onChosen();
        }}
      >
        {icon}
        <span className={style.name} dir="auto">
          {label}
        </span>
        {count > 0 && <span className={style.count}>{say("count", { count })}</span>}
      </a>
    </li>
  );
}
