import { type ReactElement, useState } from "react";
import { go } from "../routes.ts";
import { hasWords } from "../state/label-tree.ts";
import type { Template } from "../state/worker/templates.ts";
import { Button } from "../ui/button.tsx";
import { Choices } from "../ui/choices.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { say } from "../words/words.ts";
import style from "./templates.module.css";
import type { UseTemplates } from "./use-templates.ts";

/** Those that fit what is being typed, at the foot of the text. The keys are those of the text. */
export function TemplateList({ templates }: { templates: UseTemplates }): ReactElement {
  const { found, at, listId, optionId, put } = templates;
  return (
    <>
      <p className="aside" role="status">
        {found.length > 0 && say("template.found", { count: found.length })}
      </p>
      {found.length > 0 && (
        <div id={listId} role="listbox" aria-label={say("template.list")} className={style.list}>
          {found.map((template, index) => (
            <div
              key={template.id}
              id={optionId(template)}
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              className={style.option}
              // The text keeps the focus, and the caret its place.
              onPointerDown={(event) => event.preventDefault()}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => put(template)}
            >
              <Icon name="template" size={16} />
              <span className={style.name} dir="auto">
                {template.name}
              </span>
              <span className={style.text} dir="auto">
                {template.text}
              </span>
            </div>
          ))}
        </div>
      )}
    </>
  );
}

/** All of them, to be found by their names. */
export function TemplateDialog({
  all,
  onChoose,
  onClose,
}: {
  all: readonly Template[];
  onChoose(template: Template): void;
  onClose(): void;
}): ReactElement {
  const [text, setText] = useState("");
  const isNone = all.length === 0;
  return (
    <Dialog title={say("template.title")} onClose={onClose}>
      {isNone ? (
        <p className={style.none}>{say("template.noneYet")}</p>
      ) : (
        <Choices
          label={say("template.find")}
          text={text}
          onText={setText}
          choices={all
            .filter(({ name }) => hasWords(name, text))
            .map(({ id, name }) => ({ key: id, words: name, sign: <Icon name="template" size={16} /> }))}
          onChoose={({ key }) => {
            const template = all.find(({ id }) => id === key);
            onClose();
            // When the dialog has gone, and the focus is where it was.
            if (template !== undefined) setTimeout(() => onChoose(template));
          }}
          empty={say("template.none")}
        />
      )}
      <footer className={style.foot}>
        <Button
          look={isNone ? "ink" : "link"}
          onClick={() => {
            onClose();
            go({ page: "settings", topic: "templates" });
          }}
        >
          {say(isNone ? "template.write" : "template.manage")}
        </Button>
      </footer>
    </Dialog>
  );
}
