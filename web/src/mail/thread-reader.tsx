import { type ReactElement, useEffect, useRef, useState } from "react";
import { go } from "../routes.ts";
import type { Place } from "../state/place.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import type { ThreadMessage, Trust } from "../state/worker/read-thread.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Button, IconButton } from "../ui/button.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { Notice } from "../ui/notice.tsx";
import { Waiting } from "../ui/waiting.tsx";
import { longTime, shortTime } from "../words/dates.ts";
import { say } from "../words/words.ts";
import { act } from "./act.ts";
import style from "./thread-reader.module.css";
import { shortName } from "./thread-row.tsx";

/** A conversation: one scroll of all its messages, those that were read folded. */
export function ThreadReader({
  threadId,
  place,
  address,
}: {
  threadId: string;
  place: Place;
  address: string;
}): ReactElement {
  const seen = useView("thread", { threadId });
  const thread = lastSeen(seen);
  const heading = useRef<HTMLHeadingElement>(null);
  const wasRead = useRef(false);
  const messages = thread?.messages ?? [];
  const isThere = messages.length > 0;

  useEffect(() => {
    if (!isThere || wasRead.current) return;
    wasRead.current = true;
    heading.current?.focus({ preventScroll: true });
    if (messages.some(({ isSeen, isDraft }) => !isSeen && !isDraft)) {
      void act({ kind: "read", isRead: true }, [threadId], place);
    }
  }, [isThere, messages, threadId, place]);

  const close = () => go({ page: "list", place, threadId: undefined });
  const doThenClose = (what: Parameters<typeof act>[0]) => {
    void act(what, [threadId], place);
    close();
  };
  if (thread === undefined || thread === null) {
    return (
      <article className={style.reader}>
        {seen.state === "failed" ? (
          <Notice code={seen.fault.code}>{seen.fault.sentence}</Notice>
        ) : (
          <Waiting />
        )}
      </article>
    );
  }
  const isStarred = messages.some((message) => message.isStarred);
  return (
    <article className={style.reader} aria-label={thread.subject}>
      <header className={style.bar}>
        <IconButton
          icon="back"
          label={say("reader.back")}
          keys="u"
          onClick={close}
          className={style.back ?? ""}
        />
        <IconButton
          icon="archive"
          label={say("act.archive")}
          keys="e"
          onClick={() => doThenClose({ kind: "archive" })}
        />
        <IconButton
          icon="trash"
          label={say("act.trash")}
          keys="#"
          onClick={() => doThenClose({ kind: "trash" })}
        />
        <IconButton
          icon="envelope"
          label={say("act.unread")}
          keys="Shift+U"
          onClick={() => doThenClose({ kind: "read", isRead: false })}
        />
        <IconButton
          icon="star"
          label={isStarred ? say("act.unstar") : say("act.star")}
          keys="s"
          aria-pressed={isStarred}
          onClick={() => void act({ kind: "star", isStarred: !isStarred }, [threadId], place)}
        />
      </header>
      <div className={style.scroll}>
        <div className={style.measure}>
          <h1 ref={heading} tabIndex={-1} className={style.subject} dir="auto">
            {thread.subject || say("row.noSubject")}
          </h1>
          <ol className={style.messages}>
            {messages.map((message, at) => (
              <MessageCard
                key={message.id}
                message={message}
                address={address}
                isLast={at === messages.length - 1}
              />
            ))}
          </ol>
        </div>
      </div>
    </article>
  );
}

function MessageCard({
  message,
  address,
  isLast,
}: {
  message: ThreadMessage;
  address: string;
  isLast: boolean;
}): ReactElement {
  const [isOpen, setOpen] = useState(isLast || !message.isSeen);
  const [from] = message.from;
  const sender = from ?? { address };
  const { body } = message;
  return (
    <li className={style.card} data-open={isOpen ? "" : undefined}>
      <button type="button" className={style.head} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Avatar
          address={sender.address}
          name={sender.name}
          isVerified={body.kind === "opened" && body.trust === "verified"}
        />
        <span className={style.who}>
          <bdi className={style.name}>{sender.name ?? sender.address}</bdi>
          <span className={style.to}>{isOpen ? recipients(message, address) : firstWords(message)}</span>
        </span>
        {body.kind === "opened" && <TrustSign trust={body.trust} />}
        <time
          className={style.time}
          dateTime={new Date(message.atMs).toISOString()}
          title={longTime(message.atMs)}
        >
          {shortTime(message.atMs)}
        </time>
      </button>
      {isOpen &&
        (body.kind === "failed" ? (
          <Notice code={body.fault.code}>{body.fault.sentence}</Notice>
        ) : (
          <>
            <div className={style.body} dir="auto">
              {body.text}
            </div>
            {body.files.length > 0 && (
              <ul className={style.files} aria-label={say("reader.files", { count: body.files.length })}>
                {body.files.map((file) => (
                  <li key={file.place}>
                    <Button icon="file">
                      <bdi>{file.name || say("reader.noName")}</bdi>
                    </Button>
                  </li>
                ))}
              </ul>
            )}
          </>
        ))}
    </li>
  );
}

const signs: Readonly<Record<Trust, IconName>> = {
  self: "lock",
  sealed: "lock",
  verified: "shield",
  changed: "warning",
  formerKey: "warning",
  open: "unlocked",
  unexpected: "warning",
};

function TrustSign({ trust }: { trust: Trust }): ReactElement {
  const words = say(`trust.${trust}`);
  return (
    <span className={style.trust} data-trust={trust} title={words}>
      <Icon name={signs[trust]} size={16} />
      <span className="aside">{words}</span>
    </span>
  );
}

function recipients({ to, cc }: ThreadMessage, address: string): string {
  const names = [...to, ...cc].map((person) =>
    person.address === address ? say("row.you") : shortName(person),
  );
  return say("reader.to", { names: names.join(", ") });
}

function firstWords({ body }: ThreadMessage): string {
  return body.kind === "opened" ? body.text.slice(0, 120).replaceAll(/\s+/g, " ") : body.fault.sentence;
}
