import { type ReactElement, type ReactNode, useEffect, useRef, useState } from "react";
import { hasWords } from "../state/label-tree.ts";
import { findTopic, type SettingsRow, type SettingsTopic, settingsTopics } from "../state/settings-topics.ts";
import { Icon } from "../ui/icon.tsx";
import { SearchBox } from "../ui/search-box.tsx";
import { TopicLink, TopicPage, Topics } from "../ui/topic-page.tsx";
import { say } from "../words/words.ts";
import { About } from "./about.tsx";
import { Appearance } from "./appearance.tsx";
import { Away } from "./away.tsx";
import { DeleteAccount } from "./delete-account.tsx";
import { Developer } from "./developer.tsx";
import { Devices } from "./devices.tsx";
import { Identities } from "./identities.tsx";
import { Labels } from "./labels.tsx";
import { Notifications } from "./notifications.tsx";
import { Privacy } from "./privacy.tsx";
import { Profile } from "./profile.tsx";
import { Recovery } from "./recovery.tsx";
import { Row } from "./row.tsx";
import { Rules } from "./rules.tsx";
import { ScreenerSettings } from "./screener-settings.tsx";
import style from "./settings.module.css";
import { StorageSettings } from "./storage-settings.tsx";
import { Templates } from "./templates.tsx";

/** What other parts of the client have to set. */
export interface SettingsParts {
  keys: ReactNode;
  import: ReactNode;
  export: ReactNode;
}

/** One page per topic, with all topics beside it. */
export function SettingsPage({
  topic,
  address,
  parts,
}: {
  topic: string;
  address: string;
  parts: SettingsParts;
}): ReactElement {
  const [text, setText] = useState("");
  // Another each time one is chosen, so that it is gone to again.
  const [wanted, setWanted] = useState<{ row: SettingsRow | undefined }>({ row: undefined });
  const content = useRef<HTMLDivElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const isList = topic === "";
  const now = findTopic(topic) ?? "profile";
  const title = say(`settings.${now}`);

  useEffect(() => {
    document.title = `${title} – ${say("area.settings")} – Posthorn`;
  }, [title]);

  // Whoever has chosen a topic begins to read it; whoever has found a row begins there.
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    const { row } = wanted;
    if (row !== undefined && goToRow(content.current, row)) return;
    content.current?.scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
    if (row === undefined || content.current === null) return;
    // What it shows has yet to come; whoever does something else meanwhile is left alone.
    const observer = new MutationObserver(() => {
      const isElsewhere = document.activeElement !== heading.current;
      if (isElsewhere || goToRow(content.current, row)) observer.disconnect();
    });
    observer.observe(content.current, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, [now, wanted]);

  return (
    <TopicPage
      area={say("area.settings")}
      navLabel={say("settings.topics")}
      above={<SearchBox label={say("settings.find")} text={text} onText={setText} />}
      topics={<TopicList text={text} now={now} onChosen={(row) => setWanted({ row })} />}
      narrow={isList ? "list" : "topic"}
      back={{ page: "settings", topic: "" }}
      title={title}
      contentRef={content}
      titleRef={heading}
    >
      <Topic topic={now} address={address} parts={parts} />
    </TopicPage>
  );
}

/** False while it is not there. */
function goToRow(content: HTMLElement | null, row: SettingsRow): boolean {
  const element = content?.querySelector<HTMLElement>(`[data-row=${row}]`);
  if (element == null) return false;
  element.scrollIntoView({ block: "start" });
  const control = element.querySelector<HTMLElement>("button, input, select, textarea, a");
  control?.focus({ preventScroll: true });
  return true;
}

function TopicList({
  text,
  now,
  onChosen,
}: {
  text: string;
  now: SettingsTopic;
  onChosen(row: SettingsRow | undefined): void;
}): ReactElement {
  const found = settingsTopics.flatMap(({ id, icon, rows }) => {
    const all: readonly SettingsRow[] = rows;
    const fitting = text.trim() === "" ? [] : all.filter((row) => hasWords(say(`settings.row.${row}`), text));
    const isFound = text.trim() === "" || fitting.length > 0 || hasWords(say(`settings.${id}`), text);
    return isFound ? [{ id, icon, rows: fitting }] : [];
  });
  if (found.length === 0) return <p className={style.none}>{say("settings.nothing", { text })}</p>;
  return (
    <Topics>
      {found.map(({ id, icon, rows }) => (
        <li key={id}>
          <TopicLink
            route={{ page: "settings", topic: id }}
            isNow={id === now}
            onChosen={() => onChosen(undefined)}
          >
            <Icon name={icon} size={18} />
            {say(`settings.${id}`)}
          </TopicLink>
          {rows.map((row) => (
            <TopicLink
              key={row}
              route={{ page: "settings", topic: id }}
              isWithin
              onChosen={() => onChosen(row)}
            >
              {say(`settings.row.${row}`)}
            </TopicLink>
          ))}
        </li>
      ))}
    </Topics>
  );
}

function Topic({
  topic,
  address,
  parts,
}: {
  topic: SettingsTopic;
  address: string;
  parts: SettingsParts;
}): ReactElement {
  switch (topic) {
    case "profile":
      return <Profile address={address} />;
    case "appearance":
      return <Appearance />;
    case "keyboard":
      return (
        <Row row="keys" help={say("settings.keysHelp")} isWide>
          {() => parts.keys}
        </Row>
      );
    case "notifications":
      return <Notifications address={address} />;
    case "identities":
      return <Identities address={address} />;
    case "templates":
      return <Templates />;
    case "labels":
      return <Labels />;
    case "rules":
      return <Rules />;
    case "away":
      return <Away />;
    case "screener":
      return <ScreenerSettings />;
    case "privacy":
      return <Privacy />;
    case "devices":
      return <Devices />;
    case "recovery":
      return <Recovery address={address} />;
    case "import":
    case "export":
      return <>{parts[topic]}</>;
    case "storage":
      return <StorageSettings address={address} />;
    case "developer":
      return <Developer />;
    case "deletion":
      return <DeleteAccount address={address} />;
    case "about":
      return <About />;
  }
}
