import { type ReactElement, Suspense, useState } from "react";
import { call } from "../state/desk.ts";
import { codeOf, useWork } from "../state/use-work.ts";
import { Actions } from "../ui/actions.tsx";
import { Button } from "../ui/button.tsx";
import { Check } from "../ui/check.tsx";
import { CopyText } from "../ui/copy-text.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import form from "../ui/form.module.css";
import { Notice } from "../ui/notice.tsx";
import { part } from "../ui/part.ts";
import { Select } from "../ui/select.tsx";
import { longDay } from "../words/dates.ts";
import { say } from "../words/words.ts";

const QrCode = part(
  () => import("../ui/qr-code.tsx"),
  ({ QrCode }) => QrCode,
);

const lives = [1, 7, 30] as const;

/** Makes an invitation; its link is shown this once, to be copied or scanned. */
export function InviteDialog({ onClose }: { onClose(): void }): ReactElement {
  const [name, setName] = useState("");
  const [days, setDays] = useState(7);
  const [isOperator, setOperator] = useState(false);
  const [made, setMade] = useState<{ link: string; expiresAt: string }>();
  const { isBusy, fault, run } = useWork();
  if (made !== undefined) {
    return (
      <Dialog title={say("admin.inviteMade")} onClose={onClose} once={say("admin.inviteLeave")}>
        <div className={`${form.form} ${form.inDialog}`}>
          <p>{say("admin.inviteMadeSentence", { day: longDay(Date.parse(made.expiresAt)) })}</p>
          <CopyText label={say("admin.inviteLink")} text={made.link} />
          <Suspense>
            <QrCode text={made.link} label={say("admin.inviteQr")} />
          </Suspense>
          <Actions>
            <Button look="ink" onClick={onClose}>
              {say("admin.inviteDone")}
            </Button>
          </Actions>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title={say("admin.invite")} onClose={onClose}>
      <form
        className={`${form.form} ${form.inDialog}`}
        onSubmit={(event) => {
          event.preventDefault();
          void run(async () =>
            setMade(await call("invite", { name: name.trim(), days, operator: isOperator })),
          );
        }}
      >
        <Field
          label={say("admin.inviteName")}
          help={say("admin.inviteNameHelp")}
          value={name}
          onChange={({ target }) => setName(target.value)}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          problem={fault?.pointer === "/name" ? fault.sentence : undefined}
        />
        <Select
          label={say("admin.inviteLife")}
          value={days}
          onChange={({ target }) => setDays(Number(target.value))}
        >
          {lives.map((count) => (
            <option key={count} value={count}>
              {say("admin.days", { count })}
            </option>
          ))}
        </Select>
        <Check
          help={say("admin.operatorHelp")}
          checked={isOperator}
          onChange={({ target }) => setOperator(target.checked)}
        >
          {say("admin.inviteOperator")}
        </Check>
        {fault !== undefined && fault.pointer !== "/name" && (
          <Notice code={codeOf(fault)}>{fault.sentence}</Notice>
        )}
        <Actions>
          <Button look="ink" type="submit" isBusy={isBusy}>
            {say("admin.inviteDo")}
          </Button>
        </Actions>
      </form>
    </Dialog>
  );
}
