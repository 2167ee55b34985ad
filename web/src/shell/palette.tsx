import { type ReactElement, useEffect, useMemo, useState } from "react";
import { go, type Route } from "../routes.ts";
import { type CommandId, isCommandId } from "../state/command-table.ts";
import { possibleCommands, runCommand } from "../state/commands.ts";
import { call } from "../state/desk.ts";
import { keyCap, keysOf } from "../state/keys.ts";
import { labelTree } from "../state/label-tree.ts";
import { rolePlaces } from "../state/place.ts";
import { type SettingsRow, settingsTopics } from "../state/settings-topics.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import { type Choice, Choices } from "../ui/choices.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { labelColour } from "../ui/label-colour.ts";
import { say } from "../words/words.ts";
import { bestFits } from "./fuzzy.ts";
import style from "./palette.module.css";

interface Entry extends Choice {
  /** Undefined for a command, which its key names. */
  to?: Route | undefined;
  /** Found by the worker for just these letters. */
  isFound?: boolean;
}

const mostShown = 12;
const mostRecent = 5;
/** What was chosen last, by its key, for as long as the page is open. */
let recent: string[] = [];
const hidden: ReadonlySet<CommandId> = new Set(["palette", "next", "previous", "open"]);

/** Everything by its name: what can be done now, places, labels, people, and conversations by their words. */
export function Palette({ onClose }: { onClose(): void }): ReactElement {
  const [text, setText] = useState("");
  const [found, setFound] = useState<Entry[]>([]);
  const [commands] = useState(() => possibleCommands().filter((id) => !hidden.has(id)));
  const folders = lastSeen(useView("folders", {}));
  const entries = useMemo(
    () => [
      ...commandEntries(commands),
      ...placeEntries(),
      ...labelEntries(folders ?? []),
      ...settingEntries(),
    ],
    [commands, folders],
  );

  const wanted = text.trim();
  useEffect(() => {
    if (wanted.length < 2) {
      setFound([]);
      return;
    }
    let isLate = false;
    const asked = [findPeople(wanted), findMail(wanted)];
    void Promise.all(asked).then((parts) => {
      if (!isLate) setFound(parts.flat());
    });
    return () => {
      isLate = true;
    };
  }, [wanted]);

  const fits = bestFits(wanted, entries, ({ words }) => words, mostShown);
  const latest =
    wanted !== "" ? [] : recent.flatMap((key) => entries.find((entry) => entry.key === key) ?? []);
  const choices: Entry[] = [
    ...latest.map((entry) => ({ ...entry, group: say("palette.group.recent") })),
    ...inGroups(fits.filter((entry) => !latest.includes(entry))),
    ...found,
  ];
  if (wanted !== "")
    choices.push({
      key: "search",
      words: say("palette.search", { text: wanted }),
      sign: <Icon name="search" size={16} />,
      to: { page: "list", place: { kind: "search", query: wanted }, threadId: undefined },
    });

  const choose = (entry: Entry) => {
    if (entry.isFound !== true && entry.key !== "search")
      recent = [entry.key, ...recent.filter((key) => key !== entry.key)].slice(0, mostRecent);
    onClose();
    // When the dialog has gone, and the focus is where it was.
    setTimeout(() => {
      if (entry.to !== undefined) go(entry.to);
      else if (isCommandId(entry.key)) runCommand(entry.key);
    });
  };

  return (
    <Dialog title={say("palette.title")} onClose={onClose} width="wide" isBare>
      <Choices
        label={say("palette.field")}
        text={text}
        onText={setText}
        choices={choices}
        onChoose={({ key }) => {
          const entry = choices.find((one) => one.key === key);
          if (entry !== undefined) choose(entry);
        }}
        empty={say("palette.none")}
        isWide
      />
    </Dialog>
  );
}

/** Each kind together, in the order of its best. */
function inGroups(entries: readonly Entry[]): Entry[] {
  const groups = [...new Set(entries.map(({ group }) => group))];
  return groups.flatMap((group) => entries.filter((entry) => entry.group === group));
}

function commandEntries(commands: readonly CommandId[]): Entry[] {
  return commands.map((id) => {
    const [first] = keysOf(id);
    return {
      key: id,
      words: say(`command.${id}`),
      hint: first === undefined ? undefined : keyCap(first),
      sign: <span className={style.sign} />,
      group: say("palette.group.commands"),
    };
  });
}

function placeEntries(): Entry[] {
  const places = [
    ...rolePlaces.map((role) => ({ kind: "role", role }) as const),
    { kind: "starred" } as const,
    { kind: "all" } as const,
  ];
  return places.map((place): Entry => {
    const name = place.kind === "role" ? place.role : place.kind;
    return {
      key: `place ${name}`,
      words: say(`place.${name}`),
      group: say("palette.group.places"),
      to: { page: "list", place, threadId: undefined },
    };
  });
}

function labelEntries(folders: Parameters<typeof labelTree>[0]): Entry[] {
  return labelTree(folders).map(({ folder, path }) => ({
    key: `label ${folder.id}`,
    words: path,
    group: say("palette.group.labels"),
    sign: <span className={style.dot} style={{ background: labelColour(folder.name).ink }} />,
    to: { page: "list", place: { kind: "label", id: folder.id }, threadId: undefined },
  }));
}

function settingEntries(): Entry[] {
  return settingsTopics.flatMap(({ id, icon, rows }) =>
    rows.map(
      (row: SettingsRow): Entry => ({
        key: `setting ${row}`,
        words: say(`settings.row.${row}`),
        hint: say(`settings.${id}`),
        group: say("area.settings"),
        sign: <Icon name={icon} size={16} />,
        to: { page: "settings", topic: id },
      }),
    ),
  );
}

async function findPeople(text: string): Promise<Entry[]> {
  const people = await call("suggestPeople", { text, without: [] }).catch(() => []);
  return people.slice(0, 4).map(({ address, name }) => ({
    key: `person ${address}`,
    words: name ?? address,
    hint: name === undefined ? undefined : address,
    group: say("palette.group.people"),
    sign: <Icon name="person" size={16} />,
    to: { page: "people", address },
    isFound: true,
  }));
}

async function findMail(text: string): Promise<Entry[]> {
  const threads = await call("findThreads", { text, limit: 5 }).catch(() => []);
  return threads.map(({ threadId, subject, who }) => ({
    key: `thread ${threadId}`,
    words: subject || say("row.noSubject"),
    hint: who,
    group: say("palette.group.mail"),
    sign: <Icon name="envelope" size={16} />,
    to: { page: "list", place: { kind: "all" }, threadId },
    isFound: true,
  }));
}
