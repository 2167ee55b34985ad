import { type ReactElement, Suspense, useCallback, useEffect, useId, useMemo, useRef, useState } from "react";
import { go } from "../routes.ts";
import { openComposer } from "../state/composers.ts";
import { call } from "../state/desk.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import { codeOf } from "../state/use-work.ts";
import type { Fault } from "../state/worker/fault.ts";
import type { Person } from "../state/worker/persons.ts";
import type { Invitation, MessageBody } from "../state/worker/read-body.ts";
import type { ThreadMessage } from "../state/worker/read-thread.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Breakable } from "../ui/breakable.tsx";
import { Button, IconButton } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { Notice } from "../ui/notice.tsx";
import { part } from "../ui/part.ts";
import { Waiting } from "../ui/waiting.tsx";
import { longTime, shortMoment, shortTime } from "../words/dates.ts";
import { faultWords } from "../words/fault-words.ts";
import { withoutMarks } from "../words/without-marks.ts";
import { say } from "../words/words.ts";
import { DeliveryList } from "./delivery-list.tsx";
import { FileTiles } from "./file-tiles.tsx";
import { HeldLine } from "./held-line.tsx";
import { MessageWords } from "./message-body.tsx";
import style from "./message-card.module.css";
import { answerWords, shortName, wholeName } from "./person-names.ts";
import { PictureContext } from "./picture-context.ts";
import { pictureStore } from "./picture-store.ts";
import { ScreenedWords } from "./screened.tsx";
import { splitQuotes } from "./split-quotes.ts";
import { TrustLine, TrustSign } from "./trust-line.tsx";

const MessageDetails = part(
  () => import("./message-details.tsx"),
  ({ MessageDetails }) => MessageDetails,
);
const MessageFrame = part(
  () => import("./message-frame.tsx"),
  ({ MessageFrame }) => MessageFrame,
);

/** One message of a conversation: a line when it is folded, all of it when it is not. */
export function MessageCard({
  message,
  address,
  isOpen,
  isScreened,
  onToggle,
}: {
  message: ThreadMessage;
  address: string;
  isOpen: boolean;
  /** Nobody has decided yet whether its sender may write. */
  isScreened: boolean;
  onToggle(): void;
}): ReactElement {
  const [hasDetails, setDetails] = useState(false);
  const bodyId = useId();
  const { body } = message;
  const sender: Person = message.from[0] ?? { address };
  const name = message.isOwn ? say("row.me") : wholeName(sender);
  return (
    <li className={style.card} data-open={isOpen ? "" : undefined} data-message={message.id}>
      <div className={style.head}>
        <button
          type="button"
          className={style.fold}
          aria-expanded={isOpen}
          aria-controls={bodyId}
          data-fold=""
          onClick={onToggle}
        >
          <Avatar
            address={sender.address}
            name={sender.name}
            isVerified={body.kind === "opened" && body.trust === "verified"}
          />
          <span className={style.who}>
            <span className={style.name}>
              <bdi className={style.called}>{isOpen && !message.isOwn ? (sender.name ?? name) : name}</bdi>
              {isOpen && (message.isOwn || sender.name !== undefined) && (
                <bdi className={style.mail}>
                  <Breakable address={sender.address} />
                </bdi>
              )}
            </span>
            <bdi className={style.to}>{isOpen ? recipients(message, address) : firstWords(body)}</bdi>
          </span>
          {body.kind === "opened" && body.files.length > 0 && !isOpen && <Icon name="clip" size={16} />}
          {body.kind === "opened" && <TrustSign trust={body.trust} />}
          <time
            className={style.time}
            dateTime={new Date(message.atMs).toISOString()}
            title={longTime(message.atMs)}
          >
            {shortTime(message.atMs)}
          </time>
        </button>
        {isOpen && (
          <span className={style.acts}>
            <IconButton
              icon="reply"
              size={16}
              label={answerWords(message, address)}
              onClick={() => openComposer({ kind: "reply", messageId: message.id })}
            />
            {message.to.length + message.cc.length > 1 && (
              <IconButton
                icon="replyAll"
                size={16}
                label={say("reply.all")}
                onClick={() => openComposer({ kind: "replyAll", messageId: message.id })}
              />
            )}
            <IconButton
              icon="forwardMail"
              size={16}
              label={say("reply.forward")}
              onClick={() => openComposer({ kind: "forward", messageId: message.id })}
            />
            <IconButton icon="more" size={16} label={say("details.title")} onClick={() => setDetails(true)} />
          </span>
        )}
      </div>
      <div id={bodyId} className={style.inside} hidden={!isOpen}>
        {isOpen && <Inside message={message} sender={sender} name={name} isScreened={isScreened} />}
      </div>
      {hasDetails && (
        <Suspense>
          <MessageDetails message={message} onClose={() => setDetails(false)} />
        </Suspense>
      )}
    </li>
  );
}

function Inside({
  message,
  sender,
  name,
  isScreened,
}: {
  message: ThreadMessage;
  sender: Person;
  name: string;
  isScreened: boolean;
}): ReactElement {
  const { body } = message;
  if (body.kind === "opening") return <Waiting words={say("message.opening")} />;
  if (body.kind === "failed") return <FailedMessage fault={body.fault} />;
  if (body.kind === "takenBack") {
    return (
      <p className={style.gone} title={longTime(body.atMs)}>
        <Icon name="undo" size={16} />
        {say("message.takenBack", { name, time: shortMoment(body.atMs) })}
      </p>
    );
  }
  if (isScreened) return <ScreenedWords body={body} />;
  return (
    <>
      {!message.isOwn && (
        <TrustLine trust={body.trust} doubt={body.doubt} address={sender.address} name={name} />
      )}
      {body.invitation !== null && <InvitationCard invitation={body.invitation} />}
      <WordsAndFiles messageId={message.id} body={body} sender={sender.address} />
      {message.isOwn && <HeldLine messageId={message.id} />}
      {message.isOwn && message.delivery.length > 0 && <DeliveryList deliveries={message.delivery} />}
    </>
  );
}

/** A picture that stands among the words is not shown again below. */
function WordsAndFiles({
  messageId,
  body,
  sender,
}: {
  messageId: string;
  body: Extract<MessageBody, { kind: "opened" }>;
  sender: string;
}): ReactElement {
  const { files, html } = body;
  const [standing, setStanding] = useState<readonly number[]>([]);
  const onStands = useCallback((place: number, isShown: boolean) => {
    setStanding((before) => {
      const others = before.filter((one) => one !== place);
      return isShown ? [...others, place] : others;
    });
  }, []);
  const store = useMemo(() => pictureStore(messageId), [messageId]);
  useEffect(() => () => store.close(), [store]);
  const pictures = useMemo(() => ({ files, store, onStands }), [files, store, onStands]);
  return (
    <>
      {html === null ? (
        <PictureContext value={pictures}>
          <MessageWords body={body} />
        </PictureContext>
      ) : (
        <Suspense fallback={<Waiting />}>
          <MessageFrame
            messageId={messageId}
            html={html}
            files={files}
            sender={sender}
            onPlaced={setStanding}
          />
        </Suspense>
      )}
      <FileTiles messageId={messageId} files={files.filter(({ place }) => !standing.includes(place))} />
    </>
  );
}

/** After so long it is tried again by itself. */
const againMs = 60_000;

/** Why it cannot be shown, and what helps. What may pass is tried again when the server is there again, and now and then. */
function FailedMessage({ fault }: { fault: Fault }): ReactElement {
  const status = lastSeen(useView("status", {}));
  const isLive = status?.state === "live";
  const wasLive = useRef(isLive);
  const mayPass = fault.code === "unavailable" || fault.code === "unreachable";
  const isOfBefore = lastSeen(useView("lostMail", {})) === true && fault.code === "notOpened";
  useEffect(() => {
    if (isLive && !wasLive.current && mayPass) void call("openAgain", {});
    wasLive.current = isLive;
  }, [isLive, mayPass]);
  useEffect(() => {
    if (!mayPass) return;
    const timer = setTimeout(() => void call("openAgain", {}), againMs);
    return () => clearTimeout(timer);
  }, [mayPass]);
  if (isOfBefore) {
    return (
      <Notice
        look="warn"
        code={codeOf(fault)}
        action={
          <Button onClick={() => go({ page: "settings", topic: "recovery" })}>
            {say("message.oldPhrase")}
          </Button>
        }
      >
        {say("message.beforeReset")}
      </Notice>
    );
  }
  return (
    <Notice
      look={mayPass ? "warn" : "bad"}
      code={codeOf(fault)}
      action={<Button onClick={() => void call("openAgain", {})}>{say("message.again")}</Button>}
    >
      {faultWords(fault)}
    </Notice>
  );
}

function InvitationCard({
  invitation: { kind, title, startTime },
}: {
  invitation: Invitation;
}): ReactElement {
  const startMs = Date.parse(startTime);
  return (
    <section className={style.invitation} aria-label={say(`invite.${kind}`)}>
      <Icon name="clock" />
      <div>
        <p className={style.title} dir="auto">
          {title || say("invite.noTitle")}
        </p>
        <p className={style.to}>
          {say(`invite.${kind}`)}
          {Number.isNaN(startMs) ? "" : ` · ${longTime(startMs)}`}
        </p>
        <p className={style.to}>{say("invite.later")}</p>
      </div>
    </section>
  );
}

function recipients({ to, cc }: ThreadMessage, address: string): string {
  const names = [...to, ...cc].map((person) =>
    person.address === address ? say("row.you") : shortName(person),
  );
  return names.length === 0 ? "" : say("reader.to", { names: names.join(", ") });
}

function firstWords(body: MessageBody): string {
  if (body.kind === "failed") return body.fault.sentence;
  if (body.kind === "takenBack") return say("message.takenBackShort");
  if (body.kind === "opening") return "";
  const said = splitQuotes(body.text.slice(0, 2_000)).find(({ kind }) => kind === "said");
  const first = (said?.text ?? body.text).slice(0, 400);
  const words = body.format === "markdown" ? withoutMarks(first) : first;
  return words.slice(0, 160).replaceAll(/\s+/g, " ");
}
