import { type Dispatch, type ReactElement, type SetStateAction, useEffect, useState } from "react";
import { acceptAlias, type Decision, decide } from "../mail/decide.ts";
import { go } from "../routes.ts";
import { onUndone } from "../state/undo.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import type { Stranger } from "../state/worker/screener.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Button, IconButton } from "../ui/button.tsx";
import { type Choice, Choices } from "../ui/choices.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Empty } from "../ui/empty.tsx";
import { giveFocus } from "../ui/give-focus.ts";
import { Waiting } from "../ui/waiting.tsx";
import { longTime, shortTime } from "../words/dates.ts";
import { say } from "../words/words.ts";
import style from "./screener-page.module.css";

/** Whom nobody has decided of for so long was left: they are out of the way, and nothing of theirs is lost. */
const leftAfterMs = 14 * 86_400_000;

/** `whom` are those whose cards go: an address, all of a server, or all who have written to an address of one's own. */
type OnDecide = (whom: string, work: () => Promise<number | null | false>) => Promise<void>;

/** First-time senders, one card each. To leave somebody here is an answer too. */
export function ScreenerPage(): ReactElement {
  const strangers = lastSeen(useView("screener", {}));
  const [decided, setDecided] = useDecided(strangers);
  const waiting = strangers?.filter((stranger) => !names(stranger).some((one) => decided.has(one)));
  const decideHere: OnDecide = async (whom, work) => {
    // The card goes, and with it the button that has the focus.
    const card = document.activeElement?.closest("li");
    const other = card?.nextElementSibling ?? card?.previousElementSibling;
    setDecided((before) => new Map(before).set(whom, null));
    giveFocus(other?.querySelector("button") ?? undefined);
    const number = await work();
    setDecided((before) => {
      if (number === false) return new Map([...before].filter(([one]) => one !== whom));
      // Their card may have gone by itself already, and can come back by itself.
      return before.has(whom) ? new Map(before).set(whom, number) : before;
    });
  };
  const [sinceMs] = useState(() => Date.now() - leftAfterMs);
  const fresh = waiting?.filter(({ atMs }) => atMs >= sinceMs) ?? [];
  const left = waiting?.filter(({ atMs }) => atMs < sinceMs) ?? [];
  return (
    <section className={style.page} aria-label={say("place.screener")} data-part="list">
      <header className={style.bar}>
        <h1 tabIndex={-1}>{say("place.screener")}</h1>
      </header>
      <div className={style.scroll}>
        {waiting === undefined ? (
          <Waiting />
        ) : waiting.length === 0 ? (
          <Empty title={say("empty.screener.title")} sentence={say("empty.screener.sentence")} />
        ) : (
          <div className={style.measure}>
            <p className={style.sentence}>{say("screener.sentence")}</p>
            <Cards strangers={fresh} onDecide={decideHere} />
            {left.length > 0 && (
              <details className={style.left}>
                <summary>{say("screener.left", { count: left.length })}</summary>
                <Cards strangers={left} onDecide={decideHere} />
              </details>
            )}
          </div>
        )}
      </div>
    </section>
  );
}

/** By whom of these is decided: the number by which that is taken back, null while it is not known. Their cards go before the server has moved what waits. */
type Decided = ReadonlyMap<string, number | null>;

function useDecided(
  strangers: readonly Stranger[] | undefined,
): [Decided, Dispatch<SetStateAction<Decided>>] {
  const [decided, setDecided] = useState<Decided>(new Map());
  useEffect(
    () =>
      onUndone((number) => setDecided((before) => new Map([...before].filter(([, one]) => one !== number)))),
    [],
  );
  // Whose card was gone by itself waits again when it is back, whoever has brought it.
  useEffect(() => {
    if (strangers === undefined) return;
    const there = new Set(strangers.flatMap(names));
    setDecided((before) => new Map([...before].filter(([one]) => there.has(one))));
  }, [strangers]);
  return [decided, setDecided];
}

/** By what somebody can be decided of. */
function names({ address, host, alias }: Stranger): string[] {
  return [address, `*@${host}`, ...(alias === undefined ? [] : [alias])];
}

function Cards({
  strangers,
  onDecide,
}: {
  strangers: readonly Stranger[];
  onDecide: OnDecide;
}): ReactElement {
  return (
    <ul className={style.cards}>
      {strangers.map((stranger) => (
        <StrangerCard key={stranger.address} stranger={stranger} onDecide={onDecide} />
      ))}
    </ul>
  );
}

function StrangerCard({ stranger, onDecide }: { stranger: Stranger; onDecide: OnDecide }): ReactElement {
  const { address, name, host, alias, subject, snippet, count, atMs, threadId } = stranger;
  const [isOpen, setOpen] = useState(false);
  const decideOf = (sender: string, state: Decision) => void onDecide(sender, () => decide(sender, state));
  return (
    <li className={style.card}>
      <div className={style.head}>
        <Avatar address={address} name={name} />
        <div className={style.who}>
          {/* Nobody knows them yet: their address says no less than the name that they give themselves. */}
          {name !== undefined && <bdi className={style.name}>{name}</bdi>}
          <bdi className={style.name}>{address}</bdi>
          {name === undefined && <bdi className={style.server}>{say("screener.server", { host })}</bdi>}
          {alias !== undefined && <span className={style.server}>{say("screener.alias", { alias })}</span>}
        </div>
        <time dateTime={new Date(atMs).toISOString()} title={longTime(atMs)} className={style.time}>
          {shortTime(atMs)}
        </time>
      </div>
      <div className={style.preview}>
        <p className={style.subject} dir="auto">
          {subject === null ? "…" : subject || say("row.noSubject")}
        </p>
        {/* Words alone: nothing in it can be pressed, and nothing is fetched for it. */}
        <p className={style.snippet} dir="auto">
          {snippet}
        </p>
        {count > 1 && <p className={style.time}>{say("screener.more", { count: count - 1 })}</p>}
      </div>
      <div className={style.does}>
        <Button look="ink" icon="check" onClick={() => decideOf(address, "accepted")}>
          {say("screener.accept")}
        </Button>
        <Button icon="close" onClick={() => decideOf(address, "blocked")}>
          {say("screener.block")}
        </Button>
        <Button
          icon="server"
          aria-label={say("screener.blockHost", { host })}
          onClick={() => decideOf(`*@${host}`, "blocked")}
        >
          {say("screener.blockServer")}
        </Button>
        <Button onClick={() => go({ page: "list", place: { kind: "role", role: "screener" }, threadId })}>
          {say("screener.read")}
        </Button>
        <span className={style.space} />
        <IconButton
          icon="more"
          label={say("screener.choices", { who: address })}
          onClick={() => setOpen(true)}
        />
      </div>
      {isOpen && (
        <MoreChoices
          stranger={stranger}
          onClose={() => setOpen(false)}
          onHost={() => decideOf(`*@${host}`, "accepted")}
          onAlias={(whole) => void onDecide(whole, () => acceptAlias(whole))}
        />
      )}
    </li>
  );
}

/** What is accepted beyond this person: a whole server, or whatever is written to an address of one's own. */
function MoreChoices({
  stranger: { address, host, alias },
  onClose,
  onHost,
  onAlias,
}: {
  stranger: Stranger;
  onClose(): void;
  onHost(): void;
  onAlias(alias: string): void;
}): ReactElement {
  const [text, setText] = useState("");
  const choices: Choice[] = [
    { key: "host", words: say("screener.acceptHost", { host }) },
    ...(alias === undefined ? [] : [{ key: "alias", words: say("screener.acceptAlias", { alias }) }]),
  ];
  return (
    <Dialog title={say("screener.choices", { who: address })} onClose={onClose} width="narrow">
      <Choices
        label={say("act.moreFilter")}
        text={text}
        onText={setText}
        choices={choices.filter(({ words }) => words.toLowerCase().includes(text.toLowerCase()))}
        onChoose={({ key }) => {
          onClose();
          if (key === "host") onHost();
          else if (alias !== undefined) onAlias(alias);
        }}
      />
    </Dialog>
  );
}
