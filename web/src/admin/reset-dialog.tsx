import type { AccountInfo } from "@posthorn/protocol";
import { type ReactElement, useState } from "react";
import { call } from "../state/desk.ts";
import { codeOf, useWork } from "../state/use-work.ts";
import { Actions } from "../ui/actions.tsx";
import { Button } from "../ui/button.tsx";
import { CopyText } from "../ui/copy-text.tsx";
import { Dialog } from "../ui/dialog.tsx";
import form from "../ui/form.module.css";
import { Notice } from "../ui/notice.tsx";
import { shortMoment } from "../words/dates.ts";
import { say } from "../words/words.ts";

/** A link by which somebody begins anew who has lost password and phrase: first what it does, then the link, once. */
export function ResetDialog({
  account: { name, address },
  onClose,
}: {
  account: AccountInfo;
  onClose(): void;
}): ReactElement {
  const [made, setMade] = useState<{ link: string; expiresAt: string }>();
  const { isBusy, fault, run } = useWork();
  if (made !== undefined) {
    return (
      <Dialog title={say("admin.resetMade")} onClose={onClose} once={say("admin.inviteLeave")}>
        <div className={`${form.form} ${form.inDialog}`}>
          <p>{say("admin.resetMadeSentence", { address, when: shortMoment(Date.parse(made.expiresAt)) })}</p>
          <CopyText label={say("admin.resetLink")} text={made.link} />
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
    <Dialog title={say("admin.resetTitle", { address })} onClose={onClose}>
      <form
        className={`${form.form} ${form.inDialog}`}
        onSubmit={(event) => {
          event.preventDefault();
          void run(async () => setMade(await call("makeReset", { name })));
        }}
      >
        <p>{say("admin.resetWarning", { name })}</p>
        <p>{say("admin.resetAsk")}</p>
        {fault !== undefined && <Notice code={codeOf(fault)}>{fault.sentence}</Notice>}
        <Actions isAtEnd>
          <Button onClick={onClose}>{say("confirm.keep")}</Button>
          <Button look="danger" type="submit" isBusy={isBusy}>
            {say("admin.resetMake")}
          </Button>
        </Actions>
      </form>
    </Dialog>
  );
}
