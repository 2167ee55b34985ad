import type { ReactElement } from "react";
import type { Route } from "../routes.ts";
import { openComposer } from "../state/composers.ts";
import { useKeyHint } from "../state/keys.ts";
import { type Place, placeKey, type RolePlace } from "../state/place.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import type { Folder } from "../state/worker/folders.ts";
import { Button } from "../ui/button.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { say } from "../words/words.ts";
import { LabelsSection } from "./labels-section.tsx";
import style from "./sidebar.module.css";
import { SidebarEntry } from "./sidebar-entry.tsx";
import { SidebarFoot } from "./sidebar-foot.tsx";

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
  const hint = useKeyHint("compose");
  const byRole = new Map(
    folders.flatMap((folder) => (folder.role === null ? [] : [[folder.role, folder] as const])),
  );
  const current = route.page === "list" ? placeKey(route.place) : undefined;
  return (
    <nav className={style.sidebar} data-part="sidebar" aria-label={say("shell.mailboxes")}>
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
        {hint !== undefined && <kbd className={style.key}>{hint.shown}</kbd>}
      </Button>
      <ul>
        {order.map((name) => {
          const place: Place =
            name === "starred" || name === "all" ? { kind: name } : { kind: "role", role: name };
          const folder = name === "starred" || name === "all" ? undefined : byRole.get(name);
          return (
            <SidebarEntry
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
      <LabelsSection
        folders={folders}
        current={route.page === "list" && route.place.kind === "label" ? route.place.id : undefined}
        onChosen={onChosen}
      />
      <span className={style.space} />
      <SidebarFoot />
    </nav>
  );
}

function countOf(name: string, folder: Folder | undefined): number {
  if (folder === undefined) return 0;
  if (name === "inbox") return folder.unread;
  return name === "screener" || name === "drafts" || name === "snoozed" ? folder.total : 0;
}
