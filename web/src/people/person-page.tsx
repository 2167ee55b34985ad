import type { ReactElement } from "react";
import { wholeName } from "../mail/person-names.ts";
import { go, writeRoute } from "../routes.ts";
import { openComposer } from "../state/composers.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import type { PersonThread } from "../state/worker/people.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Breakable } from "../ui/breakable.tsx";
import { Button, IconButton } from "../ui/button.tsx";
import { ViewFault } from "../ui/view-fault.tsx";
import { shortTime } from "../words/dates.ts";
import { say } from "../words/words.ts";
import { NameRow } from "./name-row.tsx";
import style from "./people.module.css";
import { StandingRow } from "./standing-row.tsx";
import { TrustPanel } from "./trust-panel.tsx";

/** Somebody: whether their keys are theirs, whether their mail is taken, and what was written. */
export function PersonPage({ address }: { address: string }): ReactElement {
  const seen = useView("person", { address });
  const person = lastSeen(seen);
  const trust = lastSeen(useView("trust", { address }));
  const name = person?.name;
  const isVerified = trust?.kind === "sealed" && trust.comparedAtMs !== null;
  const isSelf = trust?.kind === "self";
  return (
    <article className={style.reader} aria-label={name ?? address} data-part="reader">
      <header className={style.bar}>
        <IconButton
          icon="back"
          label={say("people.back")}
          className={style.back}
          onClick={() => go({ page: "people", address: undefined })}
        />
        <span className={style.space} />
        {!isSelf && (
          <Button look="ink" icon="pen" onClick={() => openComposer({ kind: "new", to: [address] })}>
            {say("people.write")}
          </Button>
        )}
      </header>
      <div className={style.scroll}>
        <div className={style.measure}>
          <div className={style.head}>
            <Avatar address={address} name={name} size={56} isVerified={isVerified} />
            <div className={style.who}>
              <h2 className={style.title}>
                <bdi>{name ?? <Breakable address={address} />}</bdi>
              </h2>
              {name !== undefined && <bdi className={style.meta}>{address}</bdi>}
              {person?.saidName !== undefined && (
                <p className={style.meta}>{say("people.saysName", { name: person.saidName })}</p>
              )}
            </div>
          </div>
          {!isSelf && person?.mayName === true && <NameRow person={person} />}
          <TrustPanel address={address} name={wholeName(person ?? { address })} trust={trust} />
          {!isSelf && <StandingRow address={address} />}
          <ViewFault seen={seen} />
          {person !== undefined && <Threads address={address} threads={person.threads} />}
        </div>
      </div>
    </article>
  );
}

function Threads({ address, threads }: { address: string; threads: readonly PersonThread[] }): ReactElement {
  const query = `from:${address} OR to:${address}`;
  const all = {
    page: "list",
    place: { kind: "search", query },
    threadId: undefined,
  } as const;
  return (
    <section className={style.part} aria-label={say("people.threads")}>
      <div className={style.partHead}>
        <h3>{say("people.threads")}</h3>
        {threads.length > 0 && (
          <a
            href={writeRoute(all)}
            onClick={(event) => {
              event.preventDefault();
              go(all);
            }}
          >
            {say("people.all")}
          </a>
        )}
      </div>
      {threads.length === 0 && <p className={style.meta}>{say("people.noThreads")}</p>}
      <ul>
        {threads.map(({ threadId, atMs, subject, snippet }) => {
          const route = { page: "list", place: { kind: "all" }, threadId } as const;
          return (
            <li key={threadId}>
              <a
                href={writeRoute(route)}
                className={style.thread}
                onClick={(event) => {
                  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                  event.preventDefault();
                  go(route);
                }}
              >
                <span className={style.subject} dir="auto">
                  {subject === null ? "…" : subject || say("row.noSubject")}
                </span>
                <time className={style.meta}>{shortTime(atMs)}</time>
                <span className={style.snippet} dir="auto">
                  {snippet}
                </span>
              </a>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
