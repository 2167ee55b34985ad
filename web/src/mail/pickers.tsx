/** What one chooses for conversations: labels, a place, a time. */
import { type ReactElement, useState } from "react";
import { CallFailed, call } from "../state/desk.ts";
import { hasWords, labelTree } from "../state/label-tree.ts";
import type { Place } from "../state/place.ts";
import type { Folder } from "../state/worker/folders.ts";
import { Button } from "../ui/button.tsx";
import { type Choice, Choices } from "../ui/choices.tsx";
import { Confirm } from "../ui/confirm.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { labelColour } from "../ui/label-colour.ts";
import { showToast } from "../ui/toaster.tsx";
import { say } from "../words/words.ts";
import { MoreMenu } from "./more-menu.tsx";
import style from "./pickers.module.css";
import { SnoozePicker } from "./snooze-picker.tsx";
import type { ListActs, Picker } from "./use-list-acts.ts";

interface Props {
  acts: ListActs;
  picker: Picker;
  place: Place;
  folders: readonly Folder[];
}

export function Pickers(props: Props): ReactElement {
  switch (props.picker.kind) {
    case "label":
      return <LabelPicker {...props} />;
    case "move":
      return <MovePicker {...props} />;
    case "snooze":
      return <SnoozePicker acts={props.acts} targets={props.picker.targets} />;
    case "destroy":
      return <DestroyAsk {...props} />;
    case "more":
      return <MoreMenu acts={props.acts} targets={props.picker.targets} place={props.place} />;
  }
}

function countOf({ targets }: Picker): number {
  return targets.all ?? targets.ids.length;
}

/** Nothing brings it back, so it is asked. */
function DestroyAsk({ acts, picker }: Props): ReactElement {
  const count = countOf(picker);
  return (
    <Confirm
      title={say("destroy.title", { count })}
      verb={say("destroy.do")}
      onDo={() => {
        acts.closePicker();
        acts.doAct({ kind: "destroy" }, picker.targets);
      }}
      onClose={acts.closePicker}
    >
      <p>{say("destroy.sentence", { count })}</p>
    </Confirm>
  );
}

function LabelPicker({ acts, picker, folders }: Props): ReactElement {
  const [text, setText] = useState("");
  const [wanted, setWanted] = useState<ReadonlyMap<string, boolean>>(new Map());
  const chosen = acts.marksOf(picker.targets);
  const isOn = (id: string) => {
    const having = chosen.filter(({ mailboxIds }) => mailboxIds.includes(id)).length;
    return wanted.get(id) ?? (having === 0 ? false : having === chosen.length ? true : ("mixed" as const));
  };
  const tree = labelTree(folders);
  const name = text.trim();
  const choices: Choice[] = tree
    .filter(({ path }) => hasWords(path, text))
    .map(({ folder, path }) => ({
      key: folder.id,
      words: path,
      isChecked: isOn(folder.id),
      sign: <span className={style.dot} style={{ background: labelColour(folder.name).ink }} />,
    }));
  if (name !== "" && !tree.some(({ path }) => path === name)) {
    choices.push({ key: "new", words: say("label.make", { name }), sign: <Icon name="plus" size={16} /> });
  }
  const apply = (now: ReadonlyMap<string, boolean>) => {
    const add = [...now].flatMap(([id, on]) => (on ? [id] : []));
    const remove = [...now].flatMap(([id, on]) => (on ? [] : [id]));
    acts.closePicker();
    if (add.length + remove.length > 0) acts.doAct({ kind: "label", add, remove }, picker.targets);
  };
  const choose = async ({ key }: Choice, by: "key" | "pointer") => {
    const id = key === "new" ? await makeLabel(name, folders) : key;
    if (id === undefined) return;
    const now = new Map(wanted).set(id, key === "new" || isOn(key) !== true);
    setWanted(now);
    if (by === "key") apply(now);
  };
  return (
    // What was ticked holds, however it is left: a toast tells of it, with the way back.
    <Dialog title={say("label.title", { count: countOf(picker) })} onClose={() => apply(wanted)}>
      <Choices
        label={say("label.filter")}
        text={text}
        onText={setText}
        choices={choices}
        onChoose={(choice, by) => void choose(choice, by)}
        empty={say("label.none")}
      />
      <footer className={style.foot}>
        <Button look="ink" onClick={() => apply(wanted)}>
          {say("label.apply")}
        </Button>
      </footer>
    </Dialog>
  );
}

/** Gives its id; `Work/Travel` is made in Work where that is there. Undefined when it cannot be made, which is said. */
async function makeLabel(path: string, folders: readonly Folder[]): Promise<string | undefined> {
  const known = labelTree(folders);
  const cut = path.lastIndexOf("/");
  const parent = cut < 0 ? undefined : known.find((label) => label.path === path.slice(0, cut).trim());
  const name = parent === undefined ? path : path.slice(cut + 1).trim();
  try {
    return await call("makeLabel", {
      name,
      parentId: parent?.folder.id ?? null,
      label: say("label.made", { name }),
    });
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    showToast({ words: error.fault.sentence, mustBeSeen: true });
    return undefined;
  }
}

const signs = { inbox: "inbox", archive: "archive", junk: "spam", trash: "trash" } as const;

function MovePicker({ acts, picker, place, folders }: Props): ReactElement {
  const [text, setText] = useState("");
  const here =
    place.kind === "label"
      ? place.id
      : folders.find(({ role }) => role === (place.kind === "role" ? place.role : ""))?.id;
  const places = (["inbox", "archive", "junk", "trash"] as const).flatMap((role): Choice[] => {
    const folder = folders.find((one) => one.role === role);
    return folder === undefined
      ? []
      : [{ key: folder.id, words: say(`place.${role}`), sign: <Icon name={signs[role]} size={16} /> }];
  });
  const labels: Choice[] = labelTree(folders).map(({ folder, path }) => ({
    key: folder.id,
    words: path,
    sign: <span className={style.dot} style={{ background: labelColour(folder.name).ink }} />,
  }));
  const choices = [...places, ...labels].filter(({ key, words }) => key !== here && hasWords(words, text));
  return (
    <Dialog title={say("move.title", { count: countOf(picker) })} onClose={acts.closePicker}>
      <Choices
        label={say("move.filter")}
        text={text}
        onText={setText}
        choices={choices}
        onChoose={({ key, words }) => {
          acts.closePicker();
          const trash = folders.find(({ role }) => role === "trash")?.id;
          acts.doAct(
            key === trash ? { kind: "trash" } : { kind: "moveTo", mailboxId: key, name: words },
            picker.targets,
          );
        }}
      />
    </Dialog>
  );
}
