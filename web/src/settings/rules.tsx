import { type ReactElement, useState } from "react";
import { call } from "../state/desk.ts";
import { labelTree } from "../state/label-tree.ts";
import { tellDone } from "../state/undo.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import type { ViewOutput } from "../state/worker/views.ts";
import { Actions } from "../ui/actions.tsx";
import { Button, IconButton } from "../ui/button.tsx";
import form from "../ui/form.module.css";
import { Icon } from "../ui/icon.tsx";
import items from "../ui/items.module.css";
import { Switch } from "../ui/switch.tsx";
import { Watched } from "../ui/watched.tsx";
import { say } from "../words/words.ts";
import { Row } from "./row.tsx";
import { draftOf, type RuleDraft } from "./rule-draft.ts";
import { RuleForm } from "./rule-form.tsx";
import style from "./settings.module.css";
import { type Doing, useDoing } from "./use-doing.ts";

type Rule = ViewOutput<"rules">[number];

/** What the server does with mail as it comes. */
export function Rules(): ReactElement {
  const [open, setOpen] = useState<{ rule: Rule | undefined }>();
  const doing = useDoing();
  const { isSealed = true } = lastSeen(useView("ownSettings", {})) ?? {};
  return (
    <Row
      row="rules"
      help={say(isSealed ? "settings.rulesSealed" : "settings.rulesHelp")}
      isWide
      doing={doing}
    >
      {() => (
        <Watched name="rules" input={{}}>
          {(rules) => (
            <>
              <Actions>
                <Button icon="plus" onClick={() => setOpen({ rule: undefined })}>
                  {say("settings.newRule")}
                </Button>
              </Actions>
              {rules.length === 0 ? (
                <p className={form.help}>{say("settings.noRules")}</p>
              ) : (
                <ul className={items.list}>
                  {rules.map((rule) => (
                    <RuleItem key={rule.id} rule={rule} doing={doing} onOpen={() => setOpen({ rule })} />
                  ))}
                </ul>
              )}
              {open !== undefined && (
                <RuleForm
                  rule={open.rule}
                  sortOrder={Math.max(0, ...rules.map(({ sortOrder }) => sortOrder)) + 1}
                  isSealed={isSealed}
                  onClose={() => setOpen(undefined)}
                />
              )}
            </>
          )}
        </Watched>
      )}
    </Row>
  );
}

function RuleItem({ rule, doing, onOpen }: { rule: Rule; doing: Doing; onOpen(): void }): ReactElement {
  const { id, isEnabled, ...others } = rule;
  const name = rule.name === "" ? say("settings.unnamedRule") : rule.name;
  const remove = async () => {
    const label = say("settings.ruleRemoved", { name });
    await doing.run(async () => tellDone(label, await call("dropRule", { id, label })));
  };
  const turn = (isOn: boolean) =>
    call("keepRule", {
      id,
      fields: { ...others, isEnabled: isOn },
      label: say("settings.ruleChanged", { name }),
    });
  return (
    <li className={items.item}>
      <Switch
        aria-label={say("settings.ruleOn", { name })}
        isOn={isEnabled}
        onChange={(isOn) => void doing.run(() => turn(isOn))}
      />
      <div>
        <p className={items.name} dir="auto">
          {name}
        </p>
        <RuleWords draft={draftOf(rule)} />
      </div>
      <Actions>
        <IconButton icon="pen" label={say("settings.editRule", { name })} onClick={onOpen} />
        <IconButton icon="trash" label={say("settings.removeRule", { name })} onClick={() => void remove()} />
      </Actions>
    </li>
  );
}

/** In short: what must hold, and what is done. */
function RuleWords({ draft }: { draft: RuleDraft }): ReactElement {
  const folders = lastSeen(useView("folders", {})) ?? [];
  const paths = new Map(labelTree(folders).map(({ folder, path }) => [folder.id, path] as const));
  const { conditions, labels, skipInbox, isStarred, isRead, moveTo } = draft;
  const does = [
    ...labels.map((label) => say("settings.does.label", { label: paths.get(label) ?? label })),
    ...(skipInbox ? [say("settings.skipInbox")] : []),
    ...(isStarred ? [say("settings.star")] : []),
    ...(isRead ? [say("settings.markRead")] : []),
    ...(moveTo === null ? [] : [say(`settings.moveTo.${moveTo}`)]),
  ];
  return (
    <p className={style.chips} dir="auto">
      {conditions.length === 0 && <span>{say("settings.allMail")}</span>}
      {conditions.map(({ kind, text }) => (
        <span key={kind}>{say(`settings.if.${kind}`, { text })}</span>
      ))}
      <Icon name="forward" size={14} />
      {does.map((words) => (
        <span key={words}>{words}</span>
      ))}
    </p>
  );
}
