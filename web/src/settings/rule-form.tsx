import { type FormEvent, type ReactElement, useState } from "react";
import { call } from "../state/desk.ts";
import { labelTree } from "../state/label-tree.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import type { ViewOutput } from "../state/worker/views.ts";
import { Actions } from "../ui/actions.tsx";
import { Button, IconButton } from "../ui/button.tsx";
import { Check } from "../ui/check.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import form from "../ui/form.module.css";
import { Notice } from "../ui/notice.tsx";
import { Select } from "../ui/select.tsx";
import { say } from "../words/words.ts";
import { Refused } from "./row.tsx";
import {
  type Condition,
  type ConditionKind,
  conditionKinds,
  draftOf,
  faultOfDraft,
  fieldsOf,
  isSize,
  isWords,
  newRule,
  type RuleDraft,
} from "./rule-draft.ts";
import style from "./settings.module.css";
import { useDoing } from "./use-doing.ts";

/** Makes a rule, or changes one. */
export function RuleForm({
  rule,
  sortOrder,
  isSealed,
  onClose,
}: {
  rule: ViewOutput<"rules">[number] | undefined;
  sortOrder: number;
  /** The server sees no subjects then. */
  isSealed: boolean;
  onClose(): void;
}): ReactElement {
  const [draft, setDraft] = useState(rule === undefined ? newRule : draftOf(rule));
  const [isTried, setTried] = useState(false);
  const doing = useDoing();
  const fault = faultOfDraft(draft);
  const change = (changes: Partial<RuleDraft>) => setDraft((before) => ({ ...before, ...changes }));
  const keep = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (fault !== undefined) return;
    const fields = fieldsOf(draft, rule, sortOrder);
    const name = fields.name === "" ? say("settings.unnamedRule") : fields.name;
    const label = say(rule === undefined ? "settings.ruleMade" : "settings.ruleChanged", { name });
    if (await doing.run(() => call("keepRule", { id: rule?.id ?? null, fields, label }))) onClose();
  };
  return (
    <Dialog
      title={say(rule === undefined ? "settings.newRule" : "settings.changeRule")}
      onClose={onClose}
      width="wide"
    >
      <form className={`${form.form} ${form.inDialog}`} onSubmit={(event) => void keep(event)}>
        <Field
          label={say("settings.ruleName")}
          value={draft.name}
          maxLength={200}
          dir="auto"
          data-first
          onChange={({ target }) => change({ name: target.value })}
        />
        <Conditions
          conditions={draft.conditions}
          isSealed={isSealed}
          onChange={(conditions) => change({ conditions })}
        />
        <Deeds draft={draft} onChange={change} />
        {isTried && fault !== undefined && <Notice look="warn">{say(`settings.ruleFault.${fault}`)}</Notice>}
        <Refused fault={doing.fault} />
        <Actions isAtEnd>
          <Button onClick={onClose}>{say("settings.cancel")}</Button>
          <Button look="ink" type="submit" isBusy={doing.isBusy}>
            {say("settings.keepRule")}
          </Button>
        </Actions>
      </form>
    </Dialog>
  );
}

function Conditions({
  conditions,
  isSealed,
  onChange,
}: {
  conditions: readonly Condition[];
  isSealed: boolean;
  onChange(conditions: Condition[]): void;
}): ReactElement {
  const taken = new Set(conditions.map(({ kind }) => kind));
  const kinds = conditionKinds.filter((kind) => !isSealed || kind !== "subject");
  const free = kinds.find((kind) => !taken.has(kind));
  const put = (at: number, condition: Condition) =>
    onChange(conditions.map((before, place) => (place === at ? condition : before)));
  return (
    <fieldset className={form.group}>
      <legend>{say("settings.conditions")}</legend>
      {conditions.length === 0 && <p className={form.help}>{say("settings.noConditions")}</p>}
      {conditions.map((condition, at) => (
        <ConditionLine
          // biome-ignore lint/suspicious/noArrayIndexKey: a line stays the same when its kind becomes another.
          key={at}
          condition={condition}
          kinds={kinds.filter((kind) => kind === condition.kind || !taken.has(kind))}
          onChange={(changed) => put(at, changed)}
          onRemove={() => onChange(conditions.filter((_, place) => place !== at))}
        />
      ))}
      {free !== undefined && (
        <div>
          <Button look="link" icon="plus" onClick={() => onChange([...conditions, { kind: free, text: "" }])}>
            {say("settings.addCondition")}
          </Button>
        </div>
      )}
    </fieldset>
  );
}

function ConditionLine({
  condition: { kind, text },
  kinds,
  onChange,
  onRemove,
}: {
  condition: Condition;
  kinds: readonly ConditionKind[];
  onChange(condition: Condition): void;
  onRemove(): void;
}): ReactElement {
  return (
    <div className={style.condition}>
      <Select
        aria-label={say("settings.conditionKind")}
        value={kind}
        onChange={({ target }) =>
          onChange({ kind: kinds.find((one) => one === target.value) ?? kind, text: "" })
        }
      >
        {kinds.map((one) => (
          <option key={one} value={one}>
            {say(`settings.kind.${one}`)}
          </option>
        ))}
      </Select>
      {isWords(kind) || isSize(kind) ? (
        <input
          className={style.text}
          aria-label={say(`settings.kind.${kind}`)}
          placeholder={say(`settings.example.${kind}`)}
          inputMode={isSize(kind) ? "decimal" : "text"}
          autoCapitalize="none"
          spellCheck={false}
          value={text}
          onChange={({ target }) => onChange({ kind, text: target.value })}
        />
      ) : (
        <span />
      )}
      <IconButton
        icon="minus"
        label={say("settings.removeCondition", { kind: say(`settings.kind.${kind}`) })}
        onClick={onRemove}
      />
    </div>
  );
}

function Deeds({
  draft,
  onChange,
}: {
  draft: RuleDraft;
  onChange(changes: Partial<RuleDraft>): void;
}): ReactElement {
  const folders = lastSeen(useView("folders", {})) ?? [];
  // What the server does not know yet it puts nothing into.
  const labels = labelTree(folders).filter(({ folder }) => !folder.id.startsWith("new-"));
  return (
    <fieldset className={form.group}>
      <legend>{say("settings.actions")}</legend>
      {labels.map(({ folder, path }) => (
        <Check
          key={folder.id}
          checked={draft.labels.includes(folder.id)}
          onChange={({ target }) =>
            onChange({
              labels: target.checked
                ? [...draft.labels, folder.id]
                : draft.labels.filter((id) => id !== folder.id),
            })
          }
        >
          {say("settings.does.label", { label: path })}
        </Check>
      ))}
      <Check checked={draft.skipInbox} onChange={({ target }) => onChange({ skipInbox: target.checked })}>
        {say("settings.skipInbox")}
      </Check>
      <Check checked={draft.isStarred} onChange={({ target }) => onChange({ isStarred: target.checked })}>
        {say("settings.star")}
      </Check>
      <Check checked={draft.isRead} onChange={({ target }) => onChange({ isRead: target.checked })}>
        {say("settings.markRead")}
      </Check>
      {(["junk", "trash"] as const).map((place) => (
        <Check
          key={place}
          checked={draft.moveTo === place}
          onChange={({ target }) => onChange({ moveTo: target.checked ? place : null })}
        >
          {say(`settings.moveTo.${place}`)}
        </Check>
      ))}
      <Check checked={draft.stop} onChange={({ target }) => onChange({ stop: target.checked })}>
        {say("settings.stop")}
      </Check>
    </fieldset>
  );
}
