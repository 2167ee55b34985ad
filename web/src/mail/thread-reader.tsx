import { type ReactElement, useEffect, useRef, useState } from "react";
import { go } from "../routes.ts";
import type { CommandId } from "../state/command-table.ts";
import { runCommand, useCommands } from "../state/commands.ts";
import { openComposer } from "../state/composers.ts";
import { useKeyHint } from "../state/keys.ts";
import type { Place } from "../state/place.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import type { Trust } from "../state/worker/read-body.ts";
import type { ThreadMessage } from "../state/worker/read-thread.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { Notice } from "../ui/notice.tsx";
import { useIsPageSeen } from "../ui/use-is-page-seen.ts";
import { Waiting } from "../ui/waiting.tsx";
import { say } from "../words/words.ts";
import { act } from "./act.ts";
import { homeAct, isAll } from "./home-act.ts";
import { MessageCard } from "./message-card.tsx";
import "./print.css";
import { MuteSign } from "./mute-sign.tsx";
import { answerWords } from "./person-names.ts";
import { ScreenedBar } from "./screened.tsx";
import { ThreadLabels } from "./thread-labels.tsx";
import style from "./thread-reader.module.css";
import { TrustSign } from "./trust-line.tsx";

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
  const folders = lastSeen(useView("folders", {})) ?? [];
  const thread = lastSeen(seen);
  const heading = useRef<HTMLHeadingElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const wasShown = useRef(false);
  /** Once read by being shown: who marks one as unread after that means it. */
  const wereRead = useRef(new Set<string>());
  const messages = thread?.messages ?? [];
  const isThere = messages.length > 0;
  const folds = useFolds(messages);
  const last = messages.findLast(({ isDraft }) => !isDraft);
  const isSeenByAnybody = useIsPageSeen();

  useEffect(() => {
    if (!isThere || wasShown.current) return;
    wasShown.current = true;
    // To scroll lays it out, to focus does not: in this order that is done once.
    showFirstOpen(list.current);
    heading.current?.focus({ preventScroll: true });
  }, [isThere]);
  useEffect(() => {
    const { current: known } = wereRead;
    // What could not be opened nobody has read.
    const unread = messages.filter(
      ({ id, isSeen, isDraft, body }) =>
        !isSeen && !isDraft && !known.has(id) && (body.kind === "opened" || body.kind === "takenBack"),
    );
    if (unread.length === 0 || !isSeenByAnybody) return;
    for (const { id } of unread) known.add(id);
    const of = unread.map(({ id }) => id);
    void act({ kind: "read", isRead: true, isByItself: true, of }, [threadId], place);
  }, [messages, threadId, place, isSeenByAnybody]);

  const answer = (kind: "reply" | "replyAll" | "forward", { id } = last ?? { id: undefined }) =>
    id === undefined ? undefined : () => void openComposer({ kind, messageId: id });
  /** Keys answer the message that has the focus, as `n` and `p` bring it to one. */
  const answerHere = (kind: "reply" | "replyAll" | "forward") =>
    last === undefined ? undefined : () => answer(kind, focusedOf(messages) ?? last)?.();
  useCommands({
    nextMessage: isThere ? () => jump(list.current, 1) : undefined,
    previousMessage: isThere ? () => jump(list.current, -1) : undefined,
    expandAll: isThere ? () => folds.setAll(true) : undefined,
    collapseAll: isThere ? () => folds.setAll(false) : undefined,
    reply: answerHere("reply"),
    replyAll: answerHere("replyAll"),
    forward: answerHere("forward"),
  });

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
  if (!isThere) return <NotHere place={place} />;
  const screener = folders.find(({ role }) => role === "screener")?.id;
  const isScreened = ({ mailboxIds }: ThreadMessage) =>
    screener !== undefined && mailboxIds.includes(screener);
  const stranger = messages.find(isScreened)?.from[0];
  const isStarred = messages.some((message) => message.isStarred);
  const trust = leastTrust(messages);
  const isShut = messages.every(({ body }) => body.kind === "failed");
  const home = homeAct(place);
  const areAllOpen = messages.every(({ id }) => folds.isOpen(id));
  return (
    <article className={style.reader} aria-label={thread.subject} data-part="reader">
      <header className={style.bar}>
        <IconButton
          icon="back"
          label={say("reader.back")}
          onClick={() => go({ page: "list", place, threadId: undefined })}
          className={style.back ?? ""}
        />
        {home !== undefined && !isAll(home) && (
          <Act command={home.command} icon={home.icon} label={say(home.words)} />
        )}
        <Act command="trash" icon="trash" label={say("act.trash")} />
        <span className={style.wide}>
          <Act command="snooze" icon="clock" label={say("act.snooze")} />
          <Act command="label" icon="label" label={say("act.label")} />
          <Act command="markUnread" icon="envelope" label={say("act.unread")} />
        </span>
        <Act
          command="star"
          icon="star"
          label={isStarred ? say("act.unstar") : say("act.star")}
          isPressed={isStarred}
        />
        <Act command="more" icon="more" label={say("act.more")} />
        <span className={style.space} />
        <IconButton
          icon="print"
          label={say("reader.print")}
          onClick={() => print()}
          className={style.print ?? ""}
        />
        {messages.length > 1 && (
          <IconButton
            icon={areAllOpen ? "collapse" : "expand"}
            label={say(areAllOpen ? "reader.collapseAll" : "reader.expandAll")}
            onClick={() => folds.setAll(!areAllOpen)}
          />
        )}
      </header>
      <div className={style.scroll} data-scroll="">
        <div className={style.measure}>
          <div className={style.top}>
            <h1 ref={heading} tabIndex={-1} className={style.subject} dir="auto">
              {thread.subject || say(isShut ? "row.failed" : "row.noSubject")}
            </h1>
            {trust !== undefined && <TrustSign trust={trust} />}
          </div>
          <div className={style.about}>
            {messages.length > 1 && (
              <p className={style.count}>{say("reader.count", { count: messages.length })}</p>
            )}
            <ThreadLabels
              threadId={threadId}
              mailboxIds={new Set(messages.flatMap(({ mailboxIds }) => mailboxIds))}
              folders={folders}
              place={place}
            />
            {messages.some(({ isMuted }) => isMuted) && <MuteSign threadId={threadId} place={place} />}
          </div>
          {stranger !== undefined && <ScreenedBar sender={stranger} />}
          <ol className={style.messages} ref={list}>
            {messages.map((message) => (
              <MessageCard
                key={message.id}
                message={message}
                address={address}
                isOpen={folds.isOpen(message.id)}
                isScreened={isScreened(message)}
                onToggle={() => folds.toggle(message.id)}
              />
            ))}
          </ol>
          {last !== undefined && stranger === undefined && (
            <Answers last={last} address={address} onAnswer={(kind) => answer(kind)?.()} />
          )}
        </div>
      </div>
    </article>
  );
}

/** The one that has the focus, unless it is a draft. */
function focusedOf(messages: readonly ThreadMessage[]): ThreadMessage | undefined {
  const card = document.activeElement?.closest<HTMLElement>("[data-message]");
  return messages.find(({ id, isDraft }) => id === card?.dataset.message && !isDraft);
}

/** A conversation that is not on this device: it may still be coming, or is gone. */
function NotHere({ place }: { place: Place }): ReactElement {
  const status = lastSeen(useView("status", {}));
  const mayCome = status !== undefined && status.state !== "live";
  return (
    <article className={style.reader} data-part="reader">
      <Empty
        title={say("reader.notHere")}
        sentence={say(mayCome ? "reader.mayCome" : "reader.gone")}
        action={
          <Button icon="back" onClick={() => go({ page: "list", place, threadId: undefined })}>
            {say("reader.back")}
          </Button>
        }
      />
    </article>
  );
}

/** What is done with the last message, where one has read to. */
function Answers({
  last,
  address,
  onAnswer,
}: {
  last: ThreadMessage;
  address: string;
  onAnswer(kind: "reply" | "replyAll" | "forward"): void;
}): ReactElement {
  const key = useKeyHint("reply");
  return (
    <div className={style.answers}>
      <button type="button" className={style.answer} onClick={() => onAnswer("reply")}>
        <Icon name="reply" size={16} />
        <span className={style.answerWords}>{answerWords(last, address)}</span>
        {key !== undefined && <kbd>{key.shown}</kbd>}
      </button>
      {last.to.length + last.cc.length > 1 && (
        <Button icon="replyAll" onClick={() => onAnswer("replyAll")}>
          {say("reply.all")}
        </Button>
      )}
      <Button icon="forwardMail" onClick={() => onAnswer("forward")}>
        {say("reply.forward")}
      </Button>
    </div>
  );
}

const lessFirst: readonly Trust[] = [
  "unexpected",
  "formerKey",
  "changed",
  "open",
  "sealed",
  "self",
  "verified",
];

/** Of all messages the one that is to be believed least. */
function leastTrust(messages: readonly ThreadMessage[]): Trust | undefined {
  const there = new Set(messages.flatMap(({ body }) => (body.kind === "opened" ? [body.trust] : [])));
  // What one has written oneself says nothing of the other.
  if (there.has("verified")) there.delete("self");
  return lessFirst.find((trust) => there.has(trust));
}

/** What keys do too, for who points. */
function Act({
  command,
  icon,
  label,
  isPressed,
}: {
  command: CommandId;
  icon: IconName;
  label: string;
  isPressed?: boolean;
}): ReactElement {
  const key = useKeyHint(command);
  return (
    <IconButton
      icon={icon}
      label={label}
      {...(key === undefined ? {} : { keys: key.spoken })}
      aria-pressed={isPressed}
      onClick={() => runCommand(command)}
    />
  );
}

interface Folds {
  isOpen(id: string): boolean;
  toggle(id: string): void;
  setAll(isOpen: boolean): void;
}

/** Open is what was unread when it was first seen, the last, and what somebody has opened. */
function useFolds(messages: readonly ThreadMessage[]): Folds {
  const [chosen, setChosen] = useState<ReadonlyMap<string, boolean>>(new Map());
  const wereUnread = useRef(new Map<string, boolean>());
  const lastId = messages.findLast(({ isDraft }) => !isDraft)?.id;
  for (const { id, isSeen, isOwn, isDraft } of messages) {
    if (!wereUnread.current.has(id)) wereUnread.current.set(id, !isSeen && !isOwn && !isDraft);
  }
  const isOpen = (id: string) => chosen.get(id) ?? (id === lastId || wereUnread.current.get(id) === true);
  return {
    isOpen,
    toggle: (id) => setChosen((before) => new Map(before).set(id, !isOpen(id))),
    setAll: (open) => setChosen(new Map(messages.map(({ id }) => [id, open] as const))),
  };
}

/** From the message that has the focus to the one after or before it. */
function jump(list: HTMLElement | null, by: 1 | -1): void {
  const heads = [...(list?.querySelectorAll<HTMLElement>("[data-fold]") ?? [])];
  const card = document.activeElement?.closest("[data-message]");
  const at = heads.findIndex((head) => head.closest("[data-message]") === card);
  const next = at < 0 ? (by === 1 ? 0 : heads.length - 1) : Math.min(Math.max(at + by, 0), heads.length - 1);
  const head = heads[next];
  head?.focus({ preventScroll: true });
  head?.closest("[data-message]")?.scrollIntoView({ block: "start" });
}

/** What was read before is above it and can be scrolled to; nothing moves where all of it is seen as it is. */
function showFirstOpen(list: HTMLElement | null): void {
  const open = list?.querySelector("[data-message][data-open]");
  if (list == null || open == null || open === list.firstElementChild) return;
  const page = list.closest("[data-scroll]");
  const isSeen = page !== null && open.getBoundingClientRect().bottom <= page.getBoundingClientRect().bottom;
  if (!isSeen) open.scrollIntoView({ block: "start" });
}
