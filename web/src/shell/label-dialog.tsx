import { type ReactElement, useId, useState } from "react";
import { call } from "../state/desk.ts";
import { labelTree } from "../state/label-tree.ts";
import { tellDone } from "../state/undo.ts";
import { useWork } from "../state/use-work.ts";
import type { Folder } from "../state/worker/folders.ts";
import { Button } from "../ui/button.tsx";
import { Choices } from "../ui/choices.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { showToast } from "../ui/toaster.tsx";
import { told } from "../ui/told.ts";
import { say } from "../words/words.ts";
import style from "./label-dialog.module.css";

/** What is done with a label. */
export type LabelAsk = { kind: "new"; parentId: string | null } | { kind: "menu" | "rename"; id: string };

interface Props {
  asked: LabelAsk;
  folders: readonly Folder[];
  onAsk(asked: LabelAsk | undefined): void;
}

export function LabelDialog(props: Props): ReactElement | null {
  const { asked, folders } = props;
  if (asked.kind === "new") return <LabelForm {...props} label={undefined} parentId={asked.parentId} />;
  const label = folders.find(({ id, formerIds }) => id === asked.id || formerIds.includes(asked.id));
  if (label === undefined) return null;
  return asked.kind === "menu" ? (
    <LabelMenu {...props} label={label} />
  ) : (
    <LabelForm {...props} label={label} parentId={label.parentId} />
  );
}

const entries = [
  { key: "rename", words: "label.rename", icon: "pen" },
  { key: "nest", words: "label.nest", icon: "plus" },
  { key: "remove", words: "label.remove", icon: "trash" },
] as const satisfies readonly { key: string; words: string; icon: IconName }[];

function LabelMenu({ label, onAsk }: Props & { label: Folder }): ReactElement {
  const [text, setText] = useState("");
  const { id, name } = label;
  const remove = async () => {
    const words = say("label.removed", { name });
    tellDone(words, await call("removeLabel", { id, label: words }));
  };
  return (
    <Dialog title={say("label.menu", { name })} onClose={() => onAsk(undefined)} width="narrow">
      <Choices
        label={say("act.moreFilter")}
        text={text}
        onText={setText}
        choices={entries
          .map(({ key, words, icon }) => ({
            key,
            words: say(words),
            sign: <Icon name={icon} size={16} />,
            isGrave: key === "remove",
          }))
          .filter(({ words }) => words.toLowerCase().includes(text.toLowerCase()))}
        onChoose={({ key }) => {
          // The dialog closes first, and with it what was asked is over.
          onAsk(undefined);
          if (key === "remove") told(remove());
          else
            setTimeout(() =>
              onAsk(key === "rename" ? { kind: "rename", id } : { kind: "new", parentId: id }),
            );
        }}
      />
      <p className={style.note}>{say("label.removeSentence")}</p>
    </Dialog>
  );
}

function LabelForm({
  label,
  parentId: usual,
  folders,
  onAsk,
}: Props & { label: Folder | undefined; parentId: string | null }): ReactElement {
  const [name, setName] = useState(label?.name ?? "");
  const [parentId, setParentId] = useState(usual);
  const id = useId();
  const own = labelTree(folders).find(({ folder }) => folder.id === label?.id)?.path;
  const { isBusy, fault, run } = useWork();
  const save = async () => {
    const words = say(label === undefined ? "label.made" : "label.renamed", { name: name.trim() });
    if (label === undefined) await call("makeLabel", { name, parentId, label: words });
    else await call("changeLabel", { id: label.id, name, parentId, label: words });
    onAsk(undefined);
    showToast({ words });
  };
  return (
    <Dialog
      title={say(label === undefined ? "label.new" : "label.rename")}
      onClose={() => onAsk(undefined)}
      width="narrow"
    >
      <form
        className={style.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!isBusy) void run(save);
        }}
      >
        <Field
          label={say("label.name")}
          value={name}
          problem={fault?.sentence}
          autoComplete="off"
          data-first=""
          dir="auto"
          onChange={({ target }) => setName(target.value)}
        />
        <div className={style.within}>
          <label htmlFor={id}>{say("label.within")}</label>
          <select
            id={id}
            value={parentId ?? ""}
            onChange={({ target }) => setParentId(target.value === "" ? null : target.value)}
          >
            <option value="">{say("label.top")}</option>
            {labelTree(folders)
              .filter(({ path }) => own === undefined || (path !== own && !path.startsWith(`${own}/`)))
              .map(({ folder, path }) => (
                <option key={folder.id} value={folder.id}>
                  {path}
                </option>
              ))}
          </select>
        </div>
        <footer className={style.foot}>
          <Button onClick={() => onAsk(undefined)}>{say("dialog.cancel")}</Button>
          <Button look="ink" type="submit" isBusy={isBusy}>
            {say("label.save")}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
