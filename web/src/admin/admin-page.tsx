/** What whoever runs the server sees of it and does with it. */

import { type ReactElement, useEffect, useRef } from "react";
import { type AdminTopic, adminTopics, findAdminTopic } from "../state/admin-topics.ts";
import { call } from "../state/desk.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import { Empty } from "../ui/empty.tsx";
import { Icon } from "../ui/icon.tsx";
import { TopicLink, TopicPage, Topics } from "../ui/topic-page.tsx";
import { Waiting } from "../ui/waiting.tsx";
import { say } from "../words/words.ts";
import style from "./admin.module.css";
import { Overview } from "./overview.tsx";
import { Peers } from "./peers.tsx";
import { PolicyPage } from "./policy-page.tsx";
import { QueuePage } from "./queue-page.tsx";
import { UsersPage } from "./users-page.tsx";

const everyMs = 5_000;

export function AdminPage({ topic }: { topic: string }): ReactElement {
  const isOperator = lastSeen(useView("isOperator", {}));
  const now = findAdminTopic(topic) ?? "overview";
  const title = say(`admin.${now}`);
  const heading = useRef<HTMLHeadingElement>(null);
  const nav = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${title} – ${say("area.admin")} – Posthorn`;
  }, [title]);
  useEffect(() => {
    if (!isFirst.current) heading.current?.focus({ preventScroll: true });
    isFirst.current = false;
  }, [now]);
  // On a phone the topics are a line that is longer than the screen.
  useEffect(() => {
    nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [now, isOperator]);
  useLiveServer(isOperator === true);
  if (isOperator === undefined) return <Waiting words={say("admin.wait")} />;
  if (!isOperator) return <Empty title={say("admin.notYours")} sentence={say("admin.notYoursHelp")} />;
  return (
    <TopicPage
      area={say("area.admin")}
      navLabel={say("area.admin")}
      topics={
        <Topics>
          {adminTopics.map(({ id, icon }) => (
            <li key={id}>
              <TopicLink route={{ page: "admin", topic: id }} isNow={id === now}>
                <Icon name={icon} size={18} />
                {say(`admin.${id}`)}
              </TopicLink>
            </li>
          ))}
        </Topics>
      }
      narrow="line"
      title={title}
      sentence={say(`admin.${now}Sentence`)}
      navRef={nav}
      titleRef={heading}
    >
      <div className={style.topic}>
        <Topic topic={now} />
      </div>
    </TopicPage>
  );
}

/** What is shown is asked for again every few seconds while somebody looks at it. */
function useLiveServer(isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void call("lookAtServer", {});
    }, everyMs);
    return () => clearInterval(timer);
  }, [isOn]);
}

function Topic({ topic }: { topic: AdminTopic }): ReactElement {
  switch (topic) {
    case "overview":
      return <Overview />;
    case "users":
      return <UsersPage />;
    case "queue":
      return <QueuePage />;
    case "peers":
      return <Peers />;
    case "policy":
      return <PolicyPage />;
  }
}
