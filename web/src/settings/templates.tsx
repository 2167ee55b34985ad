import { type FormEvent, type ReactElement, useState } from "react";
import { call } from "../state/desk.ts";
import { tellDone } from "../state/undo.ts";
import type { Template } from "../state/worker/templates.ts";
import { Actions } from "../ui/actions.tsx";
import { Button, IconButton } from "../ui/button.tsx";
import { Dialog, LeaveButton } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import form from "../ui/form.module.css";
import { Icon } from "../ui/icon.tsx";
import items from "../ui/items.module.css";
import { Watched } from "../ui/watched.tsx";
import { withoutMarks } from "../words/without-marks.ts";
import { say } from "../words/words.ts";
import { Refused, Row } from "./row.tsx";
import style from "./settings.module.css";
import { useDoing } from "./use-doing.ts";

/** Texts that one writes again and again. */
export function Templates(): ReactElement {
  const [open, setOpen] = useState<Template | "new">();
  const doing = useDoing();
  const remove = ({ id, name }: Template) =>
    doing.run(async () => {
      const number = await call("dropTemplate", { id, label: say("settings.didRemoveTemplate") });
      tellDone(say("settings.templateRemoved", { name }), number);
    });
  return (
    <Row row="templates" help={say("settings.templatesHelp")} isWide doing={doing}>
      {() => (
        <Watched name="templates" input={{}}>
          {(templates) =>
            templates === null ? (
              <p className={form.help}>{say("settings.templatesNoKeys")}</p>
            ) : (
              <>
                <Actions>
                  <Button icon="plus" onClick={() => setOpen("new")}>
                    {say("settings.newTemplate")}
                  </Button>
                </Actions>
                {templates.length === 0 ? (
                  <p className={form.help}>{say("settings.noTemplates")}</p>
                ) : (
                  <ul className={items.list}>
                    {templates.map((template) => (
                      <TemplateItem
                        key={template.id}
                        template={template}
                        onOpen={() => setOpen(template)}
                        onRemove={() => void remove(template)}
                      />
                    ))}
                  </ul>
                )}
                {open !== undefined && (
                  <TemplateForm
                    template={open === "new" ? undefined : open}
                    onClose={() => setOpen(undefined)}
                  />
                )}
              </>
            )
          }
        </Watched>
      )}
    </Row>
  );
}

function TemplateItem({
  template: { name, text },
  onOpen,
  onRemove,
}: {
  template: Template;
  onOpen(): void;
  onRemove(): void;
}): ReactElement {
  return (
    <li className={items.item}>
      <span className={items.sign}>
        <Icon name="template" />
      </span>
      <div>
        <p className={items.name} dir="auto">
          {name}
        </p>
        <p className={items.meta} dir="auto">
          {firstWords(text)}
        </p>
      </div>
      <Actions>
        <IconButton icon="pen" label={say("settings.editTemplate", { name })} onClick={onOpen} />
        <IconButton icon="trash" label={say("settings.removeTemplate", { name })} onClick={onRemove} />
      </Actions>
    </li>
  );
}

function firstWords(text: string): string {
  const words = withoutMarks(text).replaceAll(/\s+/g, " ").trim();
  return words.length > 120 ? `${words.slice(0, 119).trimEnd()}…` : words;
}

function TemplateForm({
  template,
  onClose,
}: {
  template: Template | undefined;
  onClose(): void;
}): ReactElement {
  const [name, setName] = useState(template?.name ?? "");
  const [text, setText] = useState(template?.text ?? "");
  const isChanged = name !== (template?.name ?? "") || text !== (template?.text ?? "");
  const doing = useDoing();
  const keep = async (event: FormEvent) => {
    event.preventDefault();
    const label = say(template === undefined ? "settings.didMakeTemplate" : "settings.didChangeTemplate");
    const fields = { id: template?.id ?? null, name: name.trim(), text, label };
    if (await doing.run(() => call("keepTemplate", fields))) onClose();
  };
  return (
    <Dialog
      title={
        template === undefined
          ? say("settings.newTemplate")
          : say("settings.editTemplate", { name: template.name })
      }
      onClose={onClose}
      once={isChanged ? say("settings.templateLeave") : undefined}
    >
      <form className={`${form.form} ${form.inDialog}`} onSubmit={(event) => void keep(event)}>
        <Field
          label={say("settings.templateName")}
          help={say("settings.templateNameHelp")}
          value={name}
          maxLength={100}
          required
          pattern=".*\S.*"
          autoComplete="off"
          dir="auto"
          data-first
          onChange={({ target }) => setName(target.value)}
        />
        <label className={form.group}>
          <span className={form.label}>{say("settings.templateText")}</span>
          <textarea
            className={style.text}
            rows={8}
            dir="auto"
            required
            maxLength={9_000}
            value={text}
            onChange={({ target }) => {
              const isBlank = target.value !== "" && target.value.trim() === "";
              target.setCustomValidity(isBlank ? say("settings.templateTextMissing") : "");
              setText(target.value);
            }}
          />
        </label>
        <p className={form.help}>{say("settings.templateTextHelp", { blank: "{{name}}" })}</p>
        <Refused fault={doing.fault} />
        <Actions isAtEnd>
          <LeaveButton>{say("settings.cancel")}</LeaveButton>
          <Button look="ink" type="submit" isBusy={doing.isBusy}>
            {say("settings.save")}
          </Button>
        </Actions>
      </form>
    </Dialog>
  );
}
