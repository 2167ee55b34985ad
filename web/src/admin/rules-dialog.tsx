import { limits, type Policy, type PolicyRules } from "@posthorn/protocol";
import { type ReactElement, useState } from "react";
import { call } from "../state/desk.ts";
import { codeOf, useWork } from "../state/use-work.ts";
import { Actions } from "../ui/actions.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import form from "../ui/form.module.css";
import { Notice } from "../ui/notice.tsx";
import { showToast } from "../ui/toaster.tsx";
import { say } from "../words/words.ts";
import { RoomField, useRoom } from "./room-field.tsx";
import { SwitchRow } from "./switch-row.tsx";

const leastBytes = 1_000_000;

/**
 * Changes the rules of the server; what stays as it was shown is not told, and so goes on following the server's start, or what
 * another operator has changed meanwhile.
 */
export function RulesDialog({ policy: now, onClose }: { policy: Policy; onClose(): void }): ReactElement {
  const [policy] = useState(now);
  const room = useRoom(policy.quotaBytes, leastBytes);
  const [rate, setRate] = useState(String(policy.recipientsPerMinute));
  const [burst, setBurst] = useState(String(policy.recipientsAtOnce));
  const [screening, setScreening] = useState(policy.screening);
  const [greeting, setGreeting] = useState(policy.greeting);
  const [contact, setContact] = useState(policy.contact);
  const { isBusy, fault, run } = useWork();
  const { bytes: quotaBytes } = room;
  const recipientsPerMinute = readCount(rate);
  const recipientsAtOnce = readCount(burst);
  const keep = async () => {
    if (quotaBytes === undefined || recipientsPerMinute === undefined || recipientsAtOnce === undefined)
      return;
    const written = { quotaBytes, recipientsPerMinute, recipientsAtOnce, screening, greeting };
    const change = changeOf(policy, { ...written, contact: contact.trim() });
    if (!(await run(() => call("setRules", change)))) return;
    showToast({ words: say("admin.rulesKept") });
    onClose();
  };
  return (
    <Dialog title={say("admin.rules")} onClose={onClose}>
      <form
        className={`${form.form} ${form.inDialog}`}
        onSubmit={(event) => {
          event.preventDefault();
          void keep();
        }}
      >
        <RoomField label={`${say("admin.rule.quota")} (GB)`} help={say("admin.rule.quotaHelp")} room={room} />
        <SwitchRow
          label={say("admin.rule.screeningField")}
          help={say("admin.rule.screeningHelp")}
          isOn={screening}
          onChange={setScreening}
        />
        <SwitchRow label={say("admin.rule.greetingField")} isOn={greeting} onChange={setGreeting} />
        <Field
          label={say("admin.rule.rateField")}
          inputMode="numeric"
          autoComplete="off"
          value={rate}
          onChange={({ target }) => setRate(target.value)}
          problem={recipientsPerMinute === undefined ? say("admin.ruleCount") : undefined}
        />
        <Field
          label={say("admin.rule.burstField")}
          inputMode="numeric"
          autoComplete="off"
          value={burst}
          onChange={({ target }) => setBurst(target.value)}
          problem={recipientsAtOnce === undefined ? say("admin.ruleCount") : undefined}
        />
        <Field
          label={say("admin.rule.contact")}
          help={say("admin.rule.contactHelp")}
          autoComplete="off"
          maxLength={limits.contact}
          value={contact}
          onChange={({ target }) => setContact(target.value)}
        />
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

function readCount(text: string): number | undefined {
  const count = /^\s*\d{1,10}\s*$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= limits.recipientsInTime ? count : undefined;
}

/** What was written otherwise than it holds now. */
function changeOf(policy: PolicyRules, written: PolicyRules): Partial<PolicyRules> {
  const { quotaBytes, screening, greeting, recipientsPerMinute, recipientsAtOnce, contact } = written;
  return {
    ...(quotaBytes === policy.quotaBytes ? {} : { quotaBytes }),
    ...(screening === policy.screening ? {} : { screening }),
    ...(greeting === policy.greeting ? {} : { greeting }),
    ...(recipientsPerMinute === policy.recipientsPerMinute ? {} : { recipientsPerMinute }),
    ...(recipientsAtOnce === policy.recipientsAtOnce ? {} : { recipientsAtOnce }),
    ...(contact === policy.contact ? {} : { contact }),
  };
}
