import type { AccountInfo } from "@posthorn/protocol";
import { type ReactElement, useId, useState } from "react";
import { call } from "../state/desk.ts";
import { codeOf, useWork } from "../state/use-work.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { Notice } from "../ui/notice.tsx";
import { Switch } from "../ui/switch.tsx";
import { say } from "../words/words.ts";
import style from "./admin.module.css";

const gigabyte = 1_000_000_000;

/** How much room somebody has, and whether they are an operator too. */
export function UserDialog({
  account,
  isOwn,
  onClose,
}: {
  account: AccountInfo;
  isOwn: boolean;
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
        className={style.form}
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
            <p id={`${id}-name`} className={style.label}>
              {say("admin.operatorRole")}
            </p>
            <p id={`${id}-help`} className={style.meta}>
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
        <p className={style.meta}>{say("admin.noReset")}</p>
        {fault !== undefined && <Notice code={codeOf(fault)}>{fault.sentence}</Notice>}
        <div className={style.actions}>
          <Button look="ink" type="submit" isBusy={isBusy}>
            {say("admin.keep")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
