import { type ReactElement, useEffect, useState } from "react";
import { go, writeRoute } from "../routes.ts";
import { hasWords } from "../state/label-tree.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import type { KnownPerson } from "../state/worker/people.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Empty } from "../ui/empty.tsx";
import { Icon } from "../ui/icon.tsx";
import { SearchBox } from "../ui/search-box.tsx";
import { ViewFault } from "../ui/view-fault.tsx";
import { Waiting } from "../ui/waiting.tsx";
import { shortTime } from "../words/dates.ts";
import { say } from "../words/words.ts";
import style from "./people.module.css";
import { PersonPage } from "./person-page.tsx";

/** People one has written with, and beside them the one who is open. */
export function PeoplePage({ address }: { address: string | undefined }): ReactElement {
  const [text, setText] = useState("");
  const seen = useView("people", {});
  const people = lastSeen(seen);
  // A tag is of the address, not of the person.
  const wanted = address?.toLowerCase().replace(/\+[^@]*(?=@)/, "");
  useEffect(() => {
    const person = people?.find((one) => one.address === wanted);
    const name = wanted === undefined ? "" : `${person?.name ?? wanted} – `;
    document.title = `${name}${say("area.people")} – Posthorn`;
  }, [people, wanted]);
  const found = people?.filter(({ address: one, name }) => hasWords(`${name ?? ""} ${one}`, text));
  return (
    <div className={style.page} data-open={wanted === undefined ? undefined : ""}>
      <section className={style.list} aria-label={say("area.people")} data-part="list">
        <header className={style.bar}>
          <h1 tabIndex={-1}>{say("area.people")}</h1>
        </header>
        <div className={style.search}>
          <SearchBox label={say("people.find")} text={text} onText={setText} />
        </div>
        <ViewFault seen={seen} />
        {found === undefined ? (
          seen.state === "waiting" && <Waiting />
        ) : found.length === 0 && text === "" ? (
          <p className={style.none}>{say("people.none")}</p>
        ) : (
          <PersonList people={found} text={text} current={wanted} />
        )}
      </section>
      {wanted === undefined ? (
        <div className={style.nothing}>
          <Empty title={say("people.choose")} sentence={say("people.chooseSentence")} />
        </div>
      ) : (
        <PersonPage key={wanted} address={wanted} />
      )}
    </div>
  );
}

const mostShown = 300;

function PersonList({
  people,
  text,
  current,
}: {
  people: readonly KnownPerson[];
  text: string;
  current: string | undefined;
}): ReactElement {
  const all = lastSeen(useView("compared", {})) ?? [];
  const compared = new Map(all.map((one) => [one.address, one] as const));
  const typed = text.trim().toLowerCase();
  const isOther = /^[^\s@]+@[^\s@]+$/.test(typed) && !people.some(({ address }) => address === typed);
  return (
    <ul className={style.people}>
      {isOther && (
        <li>
          <PersonLink address={typed} isCurrent={false}>
            <Icon name="plus" />
            <span className={style.who}>{say("people.other", { address: typed })}</span>
          </PersonLink>
        </li>
      )}
      {people.length === 0 && !isOther && <li className={style.none}>{say("people.nothing", { text })}</li>}
      {people.slice(0, mostShown).map(({ address, name, lastAtMs }) => (
        <li key={address}>
          <PersonLink address={address} isCurrent={address === current}>
            <Avatar
              address={address}
              name={name}
              size={32}
              isVerified={compared.get(address)?.isChanged === false}
            />
            <span className={style.who}>
              <bdi className={style.name}>{name ?? address}</bdi>
              {name !== undefined && <bdi className={style.meta}>{address}</bdi>}
            </span>
            <TrustSign compared={compared.get(address)} />
            <time className={style.meta}>{shortTime(lastAtMs)}</time>
          </PersonLink>
        </li>
      ))}
    </ul>
  );
}

function TrustSign({ compared }: { compared: { isChanged: boolean } | undefined }): ReactElement | null {
  if (compared === undefined) return null;
  const { isChanged } = compared;
  const words = say(isChanged ? "people.signChanged" : "people.signVerified");
  return (
    <span className={style.sign} data-look={isChanged ? "warn" : "ok"} title={words}>
      <Icon name={isChanged ? "warning" : "shield"} size={16} />
      <span className="aside">{words}</span>
    </span>
  );
}

function PersonLink({
  address,
  isCurrent,
  children,
}: {
  address: string;
  isCurrent: boolean;
  children: React.ReactNode;
}): ReactElement {
  const route = { page: "people", address } as const;
  return (
    <a
      href={writeRoute(route)}
      className={style.person}
      aria-current={isCurrent ? "page" : undefined}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        go(route);
      }}
    >
      {children}
    </a>
  );
}
