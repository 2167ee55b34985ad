import { type ReactElement, useEffect } from "react";
import { go } from "../routes.ts";
import { openComposer } from "../state/composers.ts";
import type { Place } from "../state/place.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import type { WaitingLetter } from "../state/worker/waiting-letter.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { Notice } from "../ui/notice.tsx";
import { Waiting } from "../ui/waiting.tsx";
import { longTime, shortMoment } from "../words/dates.ts";
import { faultWords } from "../words/fault-words.ts";
import { say } from "../words/words.ts";
import text from "./message-text.module.css";
import { wholeName } from "./person-names.ts";
import { PlainText } from "./plain-text.tsx";
import style from "./thread-reader.module.css";

function whatIsNext({ why: fault, againAtMs }: WaitingLetter): string {
  if (fault === null) return say("held.waits");
  const why = faultWords(fault);
  return againAtMs === null
    ? say("held.again", { why })
    : say("held.next", { why, time: shortMoment(againAtMs) });
}

/** A letter that was sent and has not left this device: to be looked at, and it goes all the same. */
export function WaitingLetterReader({ wireId, place }: { wireId: string; place: Place }): ReactElement {
  const letter = lastSeen(useView("waitingLetter", { wireId }));
  const leave = () => go({ page: "list", place, threadId: undefined }, { replace: true });
  const isGone = letter === null;
  useEffect(() => {
    if (isGone) leave();
  }, [isGone]);
  if (letter === undefined || letter === null) {
    return (
      <article className={style.reader}>
        <Waiting />
      </article>
    );
  }
  const names = letter.to.map(wholeName).join(", ");
  return (
    <article className={style.reader} aria-label={letter.subject} data-part="reader">
      <header className={style.bar}>
        <IconButton icon="back" label={say("reader.back")} onClick={leave} className={style.back ?? ""} />
      </header>
      <div className={style.scroll}>
        <div className={style.measure}>
          <div className={style.top}>
            <h1 tabIndex={-1} className={style.subject} dir="auto">
              {letter.subject || say("row.noSubject")}
            </h1>
          </div>
          <div className={style.about}>
            <p className={style.count}>
              {say("reader.to", { names })} · {longTime(letter.atMs)}
            </p>
          </div>
          <div className={style.inset}>
            <Notice
              look="plain"
              action={
                <Button onClick={() => openComposer({ kind: "letter", wireId })}>{say("held.edit")}</Button>
              }
            >
              {whatIsNext(letter)}
            </Notice>
          </div>
          <div className={`${text.words} ${style.waiting}`}>
            {/* As it was written: what would draw it may not be here without a network. */}
            <PlainText text={letter.text} />
          </div>
          {letter.fileNames.length > 0 && (
            <ul
              className={style.waiting}
              aria-label={say("reader.files", { count: letter.fileNames.length })}
            >
              {letter.fileNames.map((name) => (
                <li key={name}>
                  <Icon name="clip" size={16} /> <bdi>{name}</bdi>
                </li>
              ))}
            </ul>
          )}
        </div>
      </div>
    </article>
  );
}
