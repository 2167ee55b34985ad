import { type ReactElement, useEffect } from "react";
import type { Route } from "../routes.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import { Empty } from "../ui/empty.tsx";
import { say } from "../words/words.ts";
import style from "./mail-page.module.css";
import { placeTitle } from "./place-title.ts";
import { ThreadList } from "./thread-list.tsx";
import { ThreadReader } from "./thread-reader.tsx";

/** A list and, beside it or over it, the conversation that is open. */
export function MailPage({ route, address }: { route: Route; address: string }): ReactElement {
  const folders = lastSeen(useView("folders", {})) ?? [];
  const isList = route.page === "list";
  const place = isList ? route.place : ({ kind: "role", role: "inbox" } as const);
  const title = placeTitle(place, folders);
  const inbox = folders.find(({ role }) => role === "inbox");
  useEffect(() => {
    const count = inbox !== undefined && inbox.unread > 0 ? `(${inbox.unread}) ` : "";
    document.title = `${count}${title} – Posthorn`;
  }, [title, inbox]);
  const threadId = isList ? route.threadId : undefined;
  return (
    <div className={style.page} data-open={threadId === undefined ? undefined : ""}>
      <ThreadList place={place} title={title} openId={threadId} folders={folders} address={address} />
      {threadId === undefined ? (
        <div className={style.nothing}>
          <Empty title={say("reader.none")} sentence={say("reader.noneSentence")} />
        </div>
      ) : (
        <ThreadReader key={threadId} threadId={threadId} place={place} address={address} />
      )}
    </div>
  );
}
