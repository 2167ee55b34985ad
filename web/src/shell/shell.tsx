/** What stands around every page of somebody who is signed in: areas, mailboxes, and how it stands with the server. */
import {
  type ReactElement,
  type ReactNode,
  type RefObject,
  Suspense,
  useEffect,
  useRef,
  useState,
} from "react";
import { SignOutDialog } from "../login/sign-out-dialog.tsx";
import { go, type Route, writeRoute } from "../routes.ts";
import { useCommands } from "../state/commands.ts";
import { openComposer } from "../state/composers.ts";
import { changeLook, useLook } from "../state/look.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Boundary } from "../ui/boundary.tsx";
import { Button, IconButton } from "../ui/button.tsx";
import { Mark } from "../ui/mark.tsx";
import { NewerLine } from "../ui/newer-line.tsx";
import { part } from "../ui/part.ts";
import { Toaster } from "../ui/toaster.tsx";
import { say } from "../words/words.ts";
import { AskFirst } from "./ask-first.tsx";
import { ClosingBanner } from "./closing-banner.tsx";
import { PhraseBanner } from "./phrase-banner.tsx";
import style from "./shell.module.css";
import { Sidebar } from "./sidebar.tsx";
import { Refused, StatusBar } from "./status-bar.tsx";
import { TrialBanner } from "./trial-banner.tsx";
import { useShellCommands } from "./use-shell-commands.ts";
import { WhichKey } from "./which-key.tsx";

const Palette = part(
  () => import("./palette.tsx"),
  ({ Palette }) => Palette,
);
const KeySheet = part(
  () => import("./key-sheet.tsx"),
  ({ KeySheet }) => KeySheet,
);

export function Shell({
  address,
  route,
  children,
}: {
  address: string;
  route: Route;
  children: ReactNode;
}): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const { isSidebarFolded: isFolded } = useLook();
  const overlay = useOverlay(isOpen, setOpen);
  const [dialog, setDialog] = useState<"palette" | "help" | "signOut">();
  const close = () => setDialog(undefined);
  useShellCommands({
    onPalette: () => setDialog("palette"),
    onHelp: () => setDialog("help"),
    onSidebar: () =>
      matchMedia("(width < 1200px)").matches ? setOpen(!isOpen) : changeLook({ isSidebarFolded: !isFolded }),
  });
  return (
    <div
      className={style.shell}
      data-reading={readingOf(route)}
      data-sidebar={isOpen ? "open" : isFolded ? "folded" : undefined}
    >
      <a className={style.skip} href="#content">
        {say("shell.skip")}
      </a>
      <nav className={style.rail} aria-label={say("shell.areas")}>
        <span className={style.brand}>
          <Mark size={28} />
        </span>
        <IconButton
          icon="menu"
          label={say("shell.menu")}
          ref={overlay}
          className={style.menu}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        />
        <IconButton
          icon="envelope"
          label={say("area.mail")}
          aria-current={route.page === "list" ? "page" : undefined}
          onClick={() => go({ page: "list", place: { kind: "role", role: "inbox" }, threadId: undefined })}
        />
        <IconButton
          icon="people"
          label={say("area.people")}
          aria-current={route.page === "people" ? "page" : undefined}
          onClick={() => go({ page: "people", address: undefined })}
        />
        <span className={style.space} />
        <IconButton
          icon="keyboard"
          label={say("palette.title")}
          className={style.palette}
          command="palette"
          onClick={() => setDialog("palette")}
        />
        <AdminButton isCurrent={route.page === "admin"} />
        <IconButton
          icon="settings"
          label={say("area.settings")}
          aria-current={route.page === "settings" ? "page" : undefined}
          onClick={() => go({ page: "settings", topic: "" })}
        />
        <button
          type="button"
          className={style.me}
          popoverTarget="account-menu"
          aria-label={say("shell.account", { address })}
        >
          <Avatar address={address} size={32} />
        </button>
        <div id="account-menu" popover="auto" className={style.account}>
          <p>
            <bdi>{address}</bdi>
          </p>
          <Button onClick={() => setDialog("signOut")}>{say("shell.signOut")}</Button>
        </div>
      </nav>
      <Sidebar route={route} onChosen={() => setOpen(false)} />
      <button
        type="button"
        className={style.veil}
        aria-label={say("shell.closeMenu")}
        tabIndex={-1}
        onClick={() => setOpen(false)}
      />
      <main id="content" className={style.content} tabIndex={-1} inert={isOpen}>
        <TrialBanner />
        <Boundary resetBy={writeRoute(route)}>{children}</Boundary>
        {/* What comes and goes by itself stands below the page: above it, all would move under the hand that points. */}
        <div className={style.lines}>
          <Refused />
          <ClosingBanner />
          <PhraseBanner address={address} />
          <NewerLine />
          <StatusBar />
        </div>
      </main>
      {route.page === "list" && route.threadId === undefined && (
        <IconButton
          icon="pen"
          label={say("compose.do")}
          className={style.write}
          onClick={() => openComposer({ kind: "new" })}
        />
      )}
      <AskFirst />
      <Toaster />
      <WhichKey />
      <Boundary isOver resetBy={dialog ?? ""}>
        <Suspense>
          {dialog === "palette" && <Palette onClose={close} />}
          {dialog === "help" && <KeySheet onClose={close} />}
        </Suspense>
      </Boundary>
      {dialog === "signOut" && <SignOutDialog address={address} onClose={close} />}
    </div>
  );
}

/** The mailboxes over the page, where there is no room beside it: Esc leaves them, and the focus goes in and back. */
function useOverlay(
  isOpen: boolean,
  setOpen: (isOpen: boolean) => void,
): RefObject<HTMLButtonElement | null> {
  const menu = useRef<HTMLButtonElement>(null);
  useCommands({ back: isOpen ? () => setOpen(false) : undefined });
  useEffect(() => {
    if (!isOpen) return;
    document.querySelector<HTMLElement>("[data-part=sidebar] :is(a[aria-current], a, button)")?.focus();
    const room = matchMedia("(width >= 1200px)");
    const close = () => setOpen(false);
    room.addEventListener("change", close);
    return () => {
      room.removeEventListener("change", close);
      if (
        document.activeElement?.closest("[data-part=sidebar]") !== null ||
        document.activeElement === document.body
      )
        menu.current?.focus();
    };
  }, [isOpen, setOpen]);
  return menu;
}

/** One letter has the whole of a phone. */
function readingOf(route: Route): "letter" | "conversation" | undefined {
  if (route.page === "compose") return "letter";
  return route.page === "list" && route.threadId !== undefined ? "conversation" : undefined;
}

/** For whoever runs the server. */
function AdminButton({ isCurrent }: { isCurrent: boolean }): ReactElement | null {
  const isOperator = lastSeen(useView("isOperator", {}));
  if (isOperator !== true) return null;
  return (
    <IconButton
      icon="server"
      label={say("area.admin")}
      aria-current={isCurrent ? "page" : undefined}
      onClick={() => go({ page: "admin", topic: "overview" })}
    />
  );
}
