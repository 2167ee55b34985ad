import { type FormEvent, type ReactElement, useState } from "react";
import { go } from "../routes.ts";
import { call } from "../state/desk.ts";
import { labelTree, type NamedLabel } from "../state/label-tree.ts";
import { tellDone } from "../state/undo.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import { Actions } from "../ui/actions.tsx";
import { Button, IconButton } from "../ui/button.tsx";
import { Confirm } from "../ui/confirm.tsx";
import { Field } from "../ui/field.tsx";
import form from "../ui/form.module.css";
import items from "../ui/items.module.css";
import { labelColour } from "../ui/label-colour.ts";
import { ViewFault } from "../ui/view-fault.tsx";
import { Waiting } from "../ui/waiting.tsx";
import { say } from "../words/words.ts";
import { Row } from "./row.tsx";
import style from "./settings.module.css";
import { useDoing } from "./use-doing.ts";

/** The labels there are: made, renamed, and removed with the way back. */
export function Labels(): ReactElement {
  const seen = useView("folders", {});
  const labels = labelTree(lastSeen(seen) ?? []);
  const [removing, setRemoving] = useState<NamedLabel>();
  const [name, setName] = useState("");
  const doing = useDoing();
  const make = (event: FormEvent) => {
    event.preventDefault();
    const clean = name.trim();
    if (clean === "") return;
    void doing
      .run(() =>
        call("makeLabel", { name: clean, parentId: null, label: say("label.made", { name: clean }) }),
      )
      .then((isDone) => isDone && setName(""));
  };
  const remove = ({ folder: { id, name: gone } }: NamedLabel) => {
    setRemoving(undefined);
    const words = say("label.removed", { name: gone });
    void doing.run(async () => tellDone(words, await call("removeLabel", { id, label: words })));
  };
  return (
    <Row row="labels" help={say("settings.labelsHelp")} isWide doing={doing}>
      {() => (
        <>
          <form onSubmit={make}>
            <Field
              label={say("label.new")}
              value={name}
              maxLength={100}
              dir="auto"
              onChange={({ target }) => setName(target.value)}
              after={
                <Button type="submit" isBusy={doing.isBusy} disabled={name.trim() === ""}>
                  {say("settings.make")}
                </Button>
              }
            />
          </form>
          <ViewFault seen={seen} />
          {seen.state === "waiting" ? (
            <Waiting words={say("settings.wait")} />
          ) : labels.length === 0 ? (
            <p className={form.help}>{say("settings.noLabels")}</p>
          ) : (
            <ul className={items.list}>
              {labels.map((label) => (
                <LabelItem key={label.folder.id} label={label} onRemove={() => setRemoving(label)} />
              ))}
            </ul>
          )}
          {removing !== undefined && (
            <Confirm
              title={say("settings.removeLabel", { name: removing.path })}
              verb={say("label.remove")}
              onClose={() => setRemoving(undefined)}
              onDo={() => remove(removing)}
            >
              <p>{say("label.removeSentence")}</p>
            </Confirm>
          )}
        </>
      )}
    </Row>
  );
}

function LabelItem({ label, onRemove }: { label: NamedLabel; onRemove(): void }): ReactElement {
  const { folder, path, depth } = label;
  const [name, setName] = useState<string>();
  const doing = useDoing();
  const rename = (event: FormEvent) => {
    event.preventDefault();
    const clean = name?.trim() ?? "";
    if (clean === "" || clean === folder.name) {
      setName(undefined);
      return;
    }
    void doing
      .run(() =>
        call("changeLabel", {
          id: folder.id,
          name: clean,
          parentId: folder.parentId,
          label: say("label.renamed", { name: clean }),
        }),
      )
      .then((isDone) => isDone && setName(undefined));
  };
  return (
    <li className={items.item} style={{ marginInlineStart: depth * 20 }}>
      <span className={style.dot} style={{ background: labelColour(folder.name).ink }} />
      {name === undefined ? (
        <div>
          <a
            className={items.name}
            href={`/label/${encodeURIComponent(folder.id)}`}
            dir="auto"
            onClick={(event) => {
              event.preventDefault();
              go({ page: "list", place: { kind: "label", id: folder.id }, threadId: undefined });
            }}
          >
            {folder.name}
          </a>
          <p className={items.meta}>{say("settings.labelCount", { count: folder.total })}</p>
        </div>
      ) : (
        <form onSubmit={rename}>
          <Field
            label={say("settings.renameLabel", { name: path })}
            value={name}
            maxLength={100}
            dir="auto"
            autoFocus
            problem={doing.fault?.sentence}
            onChange={({ target }) => setName(target.value)}
            onKeyDown={({ key }) => {
              if (key === "Escape") setName(undefined);
            }}
            after={
              <Button type="submit" isBusy={doing.isBusy}>
                {say("label.save")}
              </Button>
            }
          />
        </form>
      )}
      <Actions>
        {name === undefined && (
          <IconButton
            icon="pen"
            label={say("settings.renameLabel", { name: path })}
            onClick={() => setName(folder.name)}
          />
        )}
        <IconButton icon="trash" label={say("settings.removeLabel", { name: path })} onClick={onRemove} />
      </Actions>
    </li>
  );
}
