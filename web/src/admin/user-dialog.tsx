import type { AccountInfo } from "@posthorn/protocol";
import { type ReactElement, useId } from "react";
import { call } from "../state/desk.ts";
import { codeOf, useWork } from "../state/use-work.ts";
import { Actions } from "../ui/actions.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import form from "../ui/form.module.css";
import { Notice } from "../ui/notice.tsx";
import { say } from "../words/words.ts";
import style from "./admin.module.css";
import { RoomField, useRoom } from "./room-field.tsx";
import { SwitchRow } from "./switch-row.tsx";

/** How much room somebody has, and whether they are an operator too. */
export function UserDialog({
  account,
  isOwn,
  onReset,
  onClose,
}: {
  account: AccountInfo;
  isOwn: boolean;
  /** They have lost password and phrase. */
  onReset(): void;
  onClose(): void;
}): ReactElement {
  const { name, address, operator, quotaBytes } = account;
  const room = useRoom(quotaBytes);
  const { bytes } = room;
  const { isBusy, fault, run } = useWork();
  const resetHelp = useId();
  return (
    <Dialog title={address} onClose={onClose}>
      <form
        className={`${form.form} ${form.inDialog}`}
        onSubmit={(event) => {
          event.preventDefault();
          if (bytes === undefined) return;
          void run(() => call("changeUser", { name, quotaBytes: bytes })).then(
            (isDone) => isDone && onClose(),
          );
        }}
      >
        <RoomField label={say("admin.quota")} help={say("admin.quotaHelp")} room={room} />
        <SwitchRow
          label={say("admin.operatorRole")}
          help={isOwn ? say("admin.operatorOwn") : say("admin.operatorHelp")}
          isOn={operator}
          disabled={isOwn || isBusy}
          onChange={(isOn) => void run(() => call("changeUser", { name, operator: isOn }))}
        />
        {!isOwn && (
          <div className={style.switchRow}>
            <div>
              <p className={form.label}>{say("admin.reset")}</p>
              <p id={resetHelp} className={form.help}>
                {say("admin.resetHelp", { name })}
              </p>
            </div>
            <Button aria-describedby={resetHelp} onClick={onReset} disabled={account.suspended}>
              {say("admin.resetDo")}
            </Button>
          </div>
        )}
        {fault !== undefined && <Notice code={codeOf(fault)}>{fault.sentence}</Notice>}
        <Actions>
          <Button look="ink" type="submit" isBusy={isBusy}>
            {say("admin.keep")}
          </Button>
        </Actions>
      </form>
    </Dialog>
  );
}
