import { type ReactElement, type ReactNode, Suspense, useEffect } from "react";
import { go, type Route } from "../routes.ts";
import { useLook } from "../state/look.ts";
import type { Place } from "../state/place.ts";
import { useIsToAsk } from "../state/told-here.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import type { Folder } from "../state/worker/folders.ts";
import type { ThreadView } from "../state/worker/read-thread.ts";
import { Boundary } from "../ui/boundary.tsx";
import { Button } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";
import { part } from "../ui/part.ts";
import { useMedia } from "../ui/use-media.ts";
import { say } from "../words/words.ts";
import style from "./mail-page.module.css";
import { placeTitle } from "./place-title.ts";
import { withoutTurns } from "./text-links.ts";
import { ThreadList } from "./thread-list.tsx";
import { ThreadReader } from "./thread-reader.tsx";
import { UnreadableDrafts } from "./unreadable-drafts.tsx";
import type { RowMarks } from "./use-list-acts.ts";
import { WaitingLetterReader } from "./waiting-letter.tsx";

const ListEdge = part(
  () => import("./list-edge.tsx"),
  ({ ListEdge }) => ListEdge,
);

/** What the search puts into a list. */
export interface SearchParts {
  field(place: Place, folders: readonly Folder[]): ReactNode;
  status(query: string): ReactNode;
  empty(query: string): ReactNode;
}

/** Whoever has no more than so many has just come. */
const fewMails = 20;

/** What the rows of letters that wait on this device are called by. */
const waitingRow = "letter:";

/** Where there is less, a list stands alone anyway. */
const roomForTwo = "(width >= 960px)";

const inboxPlace: Place = { kind: "role", role: "inbox" };

/** A list and, beside it or over it, the conversation that is open. */
export function MailPage({
  route,
  address,
  search,
  screener,
  importCard,
  askToTell,
}: {
  route: Route;
  address: string;
  search: SearchParts;
  /** In place of a list, where first-time senders wait. */
  screener: ReactNode;
  /** In the inbox of somebody who has little mail yet. */
  importCard: ReactNode;
  /** In the inbox of somebody who has mail, until they have said whether they want to be told of it. */
  askToTell: ReactNode;
}): ReactElement {
  const { isListWide } = useLook();
  const isWide = useMedia(roomForTwo) && isListWide;
  const folders = lastSeen(useView("folders", {})) ?? [];
  const isList = route.page === "list";
  const place = isList ? route.place : inboxPlace;
  const title = placeTitle(place, folders);
  const inbox = folders.find(({ role }) => role === "inbox");
  const isInbox = place.kind === "role" && place.role === "inbox";
  const mails = folders.filter(({ role }) => role === "inbox" || role === "archive");
  const isNew = mails.length > 0 && mails.reduce((sum, { total }) => sum + total, 0) <= fewMails;
  const isToAsk = useIsToAsk() && inbox !== undefined && inbox.total > 0;
  const hasMail = lastSeen(useView("hasMailOfOthers", isInbox && isToAsk ? {} : undefined)) === true;
  const threadId = isList ? route.threadId : undefined;
  const waitingId = threadId?.startsWith(waitingRow) ? threadId.slice(waitingRow.length) : undefined;
  const thread = lastSeen(useView("thread", threadId === undefined ? undefined : { threadId }));
  const subject = withoutTurns(thread?.subject ?? "");
  const labelId = place.kind === "label" ? place.id : undefined;
  const now = folders.find(({ formerIds }) => labelId !== undefined && formerIds.includes(labelId))?.id;
  // A label that was just made is called otherwise once the server knows of it.
  useEffect(() => {
    if (now !== undefined)
      go({ page: "list", place: { kind: "label", id: now }, threadId }, { replace: true });
  }, [now, threadId]);
  const isGone = labelId !== undefined && now === undefined && !folders.some(({ id }) => id === labelId);
  const called = isGone && folders.length > 0 ? say("label.gone") : title;
  useEffect(() => {
    const count = isInbox && inbox !== undefined && inbox.unread > 0 && subject === "" ? inbox.unread : 0;
    const place = count > 0 ? `(${count}) ${called}` : called;
    document.title = [subject, place, "Posthorn"].filter((part) => part !== "").join(" – ");
  }, [subject, called, inbox, isInbox]);
  if (isGone && folders.length > 0 && threadId === undefined) return <LabelGone />;
  if (place.kind === "role" && place.role === "screener" && threadId === undefined) return <>{screener}</>;
  return (
    <div
      className={style.page}
      data-open={threadId === undefined ? undefined : ""}
      data-wide={isWide ? "" : undefined}
    >
      <ThreadList
        place={place}
        title={title}
        openId={threadId}
        opened={thread === undefined || thread === null ? undefined : marksOf(thread)}
        folders={folders}
        address={address}
        tools={search.field(place, folders)}
        above={
          place.kind === "search" ? (
            search.status(place.query)
          ) : place.kind === "role" && place.role === "drafts" ? (
            <UnreadableDrafts />
          ) : undefined
        }
        empty={place.kind === "search" ? search.empty(place.query) : undefined}
        below={
          isInbox && (isNew || hasMail) ? (
            <>
              {hasMail && askToTell}
              {isNew && importCard}
            </>
          ) : undefined
        }
      />
      <Suspense>
        <ListEdge />
      </Suspense>
      {threadId === undefined ? (
        <div className={style.nothing}>
          <Empty title={say("reader.none")} sentence={say("reader.noneSentence")} />
        </div>
      ) : (
        <Boundary resetBy={threadId}>
          {waitingId === undefined ? (
            <ThreadReader key={threadId} threadId={threadId} place={place} address={address} />
          ) : (
            <WaitingLetterReader key={waitingId} wireId={waitingId} place={place} />
          )}
        </Boundary>
      )}
    </div>
  );
}

function LabelGone(): ReactElement {
  return (
    <div className={style.nothing} data-part="list">
      <Empty
        title={say("label.gone")}
        sentence={say("label.goneSentence")}
        action={
          <Button onClick={() => go({ page: "list", place: inboxPlace, threadId: undefined })}>
            {say("nowhere.inbox")}
          </Button>
        }
      />
    </div>
  );
}

function marksOf({ threadId, messages }: ThreadView): RowMarks {
  return {
    threadId,
    isStarred: messages.some(({ isStarred }) => isStarred),
    isUnread: messages.some(({ isSeen, isDraft }) => !isSeen && !isDraft),
    isMuted: messages.some(({ isMuted }) => isMuted),
    mailboxIds: [...new Set(messages.flatMap(({ mailboxIds }) => mailboxIds))],
  };
}
