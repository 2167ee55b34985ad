/** What can be done from everywhere. */
import { useEffect } from "react";
import { go } from "../routes.ts";
import { useCommands } from "../state/commands.ts";
import { openComposer } from "../state/composers.ts";
import { listenToKeys } from "../state/keys.ts";
import type { RolePlace } from "../state/place.ts";
import { undo } from "../state/undo.ts";

function goTo(role: RolePlace): void {
  go({ page: "list", place: { kind: "role", role }, threadId: undefined });
}

/** And listens to the keys by which it is done. */
export function useShellCommands({
  onPalette,
  onHelp,
  onSidebar,
}: {
  onPalette(): void;
  onHelp(): void;
  onSidebar(): void;
}): void {
  useEffect(listenToKeys, []);
  useCommands(
    {
      palette: onPalette,
      help: onHelp,
      sidebar: onSidebar,
      undo: () => void undo(),
      compose: () => openComposer({ kind: "new" }),
      composePage: () => go({ page: "compose", draft: undefined }),
      goInbox: () => goTo("inbox"),
      goStarred: () => go({ page: "list", place: { kind: "starred" }, threadId: undefined }),
      goDrafts: () => goTo("drafts"),
      goSent: () => goTo("sent"),
      goAll: () => go({ page: "list", place: { kind: "all" }, threadId: undefined }),
      goScreener: () => goTo("screener"),
      goLater: () => goTo("snoozed"),
      goPeople: () => go({ page: "people", address: undefined }),
      goSettings: () => go({ page: "settings", topic: "" }),
      search: () => {
        go({ page: "list", place: { kind: "search", query: "" }, threadId: undefined });
        requestAnimationFrame(() => document.querySelector<HTMLElement>("search input")?.focus());
      },
      nextPart: () => goToPart(1),
      previousPart: () => goToPart(-1),
    },
    "everywhere",
  );
}

/** The parts of the page one after another: mailboxes, list, reader, letters. */
function goToPart(by: 1 | -1): void {
  const parts = [...document.querySelectorAll<HTMLElement>("[data-part], [data-keys=compose]")].filter(
    (part) => part.checkVisibility({ visibilityProperty: true }),
  );
  const { activeElement } = document;
  const at = parts.findIndex((part) => part.contains(activeElement));
  const next = parts[(at + by + parts.length) % parts.length];
  const within = next?.querySelector<HTMLElement>(
    "[role=row][tabindex='0'], a[aria-current], h1[tabindex], [autofocus], input, textarea, a[href], button",
  );
  (within ?? next)?.focus();
}
