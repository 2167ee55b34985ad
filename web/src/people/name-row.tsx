import { type ReactElement, useState } from "react";
import { call } from "../state/desk.ts";
import { tellDone } from "../state/undo.ts";
import { codeOf, useWork } from "../state/use-work.ts";
import type { PersonView } from "../state/worker/people.ts";
import { Actions } from "../ui/actions.tsx";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import form from "../ui/form.module.css";
import { Notice } from "../ui/notice.tsx";
import { say } from "../words/words.ts";

/** What somebody is called here, so that nobody else chooses it. */
export function NameRow({ person }: { person: PersonView }): ReactElement {
  /** Undefined until it was open once. */
  const [isOpen, setOpen] = useState<boolean>();
  if (isOpen === true) return <NameForm person={person} onClose={() => setOpen(false)} />;
  return (
    <Actions>
      <Button icon="pen" autoFocus={isOpen === false} onClick={() => setOpen(true)}>
        {say("people.nameEdit")}
      </Button>
    </Actions>
  );
}

function NameForm({
  person: { address, name = "", isGiven },
  onClose,
}: {
  person: PersonView;
  onClose(): void;
}): ReactElement {
  const [text, setText] = useState(isGiven ? name : "");
  const { isBusy, fault, run } = useWork();
  const keep = () =>
    run(async () => {
      const label = say("people.renamed", { address });
      const number = await call("callPerson", { address, name: text, label });
      const now = text.trim();
      tellDone(
        now === "" ? say("people.unnamed", { address }) : say("people.named", { address, name: now }),
        number,
      );
      onClose();
    });
  const atName = fault?.pointer === "/name" ? fault.sentence : undefined;
  return (
    <form
      className={form.form}
      onSubmit={(event) => {
        event.preventDefault();
        void keep();
      }}
    >
      <Field
        label={say("people.nameField")}
        help={say("people.nameHelp")}
        value={text}
        autoComplete="off"
        autoFocus
        maxLength={100}
        problem={atName}
        onChange={({ target }) => setText(target.value)}
      />
      {fault !== undefined && atName === undefined && <Notice code={codeOf(fault)}>{fault.sentence}</Notice>}
      <Actions>
        <Button look="ink" type="submit" isBusy={isBusy}>
          {say("people.nameDo")}
        </Button>
        <Button onClick={onClose}>{say("people.nameLeave")}</Button>
      </Actions>
    </form>
  );
}
