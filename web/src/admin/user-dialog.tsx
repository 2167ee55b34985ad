import type { AccountInfo } from "@posthorn/protocol";
import { type ReactElement, useId, useState } from "react";
import { call } from "../state/desk.ts";
import { codeOf, useWork } from "../state/use-work.ts";
import { Actions } from "../ui/actions.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import form from "../ui/form.module.css";
import { Notice } from "../ui/notice.tsx";
import { Switch } from "../ui/switch.tsx";
import { say } from "../words/words.ts";
import style from "./admin.module.css";

const gigabyte = 1_000_000_000;

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
  const [quota, setQuota] = useState(String(Math.round((quotaBytes / gigabyte) * 100) / 100));
  const { isBusy, fault, run } = useWork();
  const id = useId();
  const gigabytes = Number(quota.replace(",", "."));
  const isGood = quota.trim() !== "" && Number.isFinite(gigabytes) && gigabytes >= 0 && gigabytes < 1_000_000;
  return (
    <Dialog title={address} onClose={onClose}>
      <form
        className={`${form.form} ${form.inDialog}`}
        onSubmit={(event) => {
          event.preventDefault();
          if (!isGood) return;
          void run(() => call("changeUser", { name, quotaBytes: Math.round(gigabytes * gigabyte) })).then(
            (isDone) => isDone && onClose(),
          );
        }}
      >
        <Field
          label={say("admin.quota")}
          help={say("admin.quotaHelp")}
          inputMode="decimal"
          autoComplete="off"
          value={quota}
          onChange={({ target }) => setQuota(target.value)}
          problem={isGood ? undefined : say("admin.quotaWrong")}
        />
        <div className={style.switchRow}>
          <div>
            <p id={`${id}-name`} className={form.label}>
              {say("admin.operatorRole")}
            </p>
            <p id={`${id}-help`} className={form.help}>
              {isOwn ? say("admin.operatorOwn") : say("admin.operatorHelp")}
            </p>
          </div>
          <Switch
            aria-labelledby={`${id}-name`}
            aria-describedby={`${id}-help`}
            isOn={operator}
            disabled={isOwn || isBusy}
            onChange={(isOn) => void run(() => call("changeUser", { name, operator: isOn }))}
          />
        </div>
        {!isOwn && (
          <div className={style.switchRow}>
            <div>
              <p className={form.label}>{say("admin.reset")}</p>
              <p id={`${id}-reset`} className={form.help}>
                {say("admin.resetHelp", { name })}
              </p>
            </div>
            <Button aria-describedby={`${id}-reset`} onClick={onReset} disabled={account.suspended}>
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
