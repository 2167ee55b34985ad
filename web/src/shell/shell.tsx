/** What stands around every page of somebody who is signed in: areas, mailboxes, and how it stands with the server. */
import { type ReactElement, type ReactNode, useState } from "react";
import { go, type Route } from "../routes.ts";
import { call } from "../state/desk.ts";
import { forgetViews, lastSeen, useView } from "../state/use-view.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Button, IconButton } from "../ui/button.tsx";
import { Mark } from "../ui/mark.tsx";
import { Toaster } from "../ui/toaster.tsx";
import { say } from "../words/words.ts";
import style from "./shell.module.css";
import { Sidebar } from "./sidebar.tsx";

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
  const signOut = async () => {
    await call("signOut", {});
    forgetViews();
    go({ page: "signIn" }, { replace: true });
  };
  return (
    <div className={style.shell} data-sidebar={isOpen ? "open" : undefined}>
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
          icon="settings"
          label={say("area.settings")}
          aria-current={route.page === "settings" ? "page" : undefined}
          onClick={() => go({ page: "settings", topic: "profile" })}
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
          <Button onClick={() => void signOut()}>{say("shell.signOut")}</Button>
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
      <main id="content" className={style.content} tabIndex={-1}>
        <StatusBar />
        {children}
      </main>
      <Toaster />
    </div>
  );
}

/** Nothing while all is well. */
function StatusBar(): ReactElement | null {
  const status = lastSeen(useView("status", {}));
  if (status === undefined) return null;
  const { state, sentence } = status;
  if (state === "waiting" && sentence !== null) {
    return (
      <p className={style.status} role="status">
        {say("status.waiting", { why: sentence })}
      </p>
    );
  }
  if (state === "signedOut") {
    return (
      <p className={`${style.status} ${style.bad}`} role="alert">
        {say("status.signedOut")}{" "}
        <Button look="link" onClick={() => go({ page: "signIn" })}>
          {say("signIn.do")}
        </Button>
      </p>
    );
  }
  if (state === "stopped") {
    return (
      <p className={`${style.status} ${style.bad}`} role="alert">
        {sentence}
      </p>
    );
  }
  return null;
}
