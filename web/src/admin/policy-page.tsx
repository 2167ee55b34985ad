import type { Policy, PolicyRule, PolicyRules } from "@posthorn/protocol";
import { type ReactElement, useState } from "react";
import { call } from "../state/desk.ts";
import { codeOf, useWork } from "../state/use-work.ts";
import { Actions } from "../ui/actions.tsx";
import { Button } from "../ui/button.tsx";
import { DataTable } from "../ui/data-table.tsx";
import { giveFocus } from "../ui/give-focus.ts";
import { Notice } from "../ui/notice.tsx";
import { Watched } from "../ui/watched.tsx";
import { fileSize } from "../words/sizes.ts";
import { say, type Words } from "../words/words.ts";
import style from "./admin.module.css";
import { RulesDialog } from "./rules-dialog.tsx";

const dayS = 86_400;

/** What the server lets people do, what of it can be changed here, and with what the server was started. */
export function PolicyPage(): ReactElement {
  const [isChanging, setChanging] = useState(false);
  return (
    <>
      <Actions>
        <Button look="ink" onClick={() => setChanging(true)}>
          {say("admin.rules")}
        </Button>
      </Actions>
      <Watched name="policy" input={{}}>
        {(policy) => (
          <>
            <Rules policy={policy} />
            {isChanging && <RulesDialog policy={policy} onClose={() => setChanging(false)} />}
          </>
        )}
      </Watched>
    </>
  );
}

function Rules({ policy }: { policy: Policy }): ReactElement {
  const { isBusy, fault, run } = useWork();
  const takeBack = async (rule: PolicyRule, row: Element | null) => {
    // The button is gone once it is done.
    if (await run(() => call("setRules", { [rule]: null }))) giveFocus(row);
  };
  return (
    <>
      {fault !== undefined && <Notice code={codeOf(fault)}>{fault.sentence}</Notice>}
      <DataTable columns={[say("admin.rule"), say("admin.now"), say("admin.setBy")]}>
        <Fixed rule="admin.rule.signUp">{say("admin.rule.byInvitation")}</Fixed>
        {changeable.map(({ rule, name, option, tell }) => (
          <tr key={rule} tabIndex={-1}>
            <th scope="row">{say(name)}</th>
            <td>{tell(policy)}</td>
            <td>
              {policy.changed.includes(rule) ? (
                <>
                  {say("admin.setHere", { value: tell(policy.started) })}{" "}
                  <Button
                    look="link"
                    isBusy={isBusy}
                    aria-label={say("admin.ruleBackWhich", { name: say(name) })}
                    onClick={({ currentTarget }) => void takeBack(rule, currentTarget.closest("tr"))}
                  >
                    {say("admin.ruleBack")}
                  </Button>
                </>
              ) : (
                <code className={style.code}>{option}</code>
              )}
            </td>
          </tr>
        ))}
        <Fixed rule="admin.rule.open">{say("admin.rule.openIs")}</Fixed>
        <Fixed rule="admin.rule.message">{fileSize(policy.messageBytes)}</Fixed>
        <Fixed rule="admin.rule.file">{fileSize(policy.fileBytes)}</Fixed>
        <Fixed rule="admin.rule.tried">
          {say("admin.rule.triedIs", { count: Math.round(policy.triedForS / dayS) })}
        </Fixed>
        <Fixed rule="admin.rule.kept">{say("admin.rule.keptIs")}</Fixed>
      </DataTable>
    </>
  );
}

/** What nobody can change. */
function Fixed({ rule, children }: { rule: Words; children: string }): ReactElement {
  return (
    <tr>
      <th scope="row">{say(rule)}</th>
      <td>{children}</td>
      <td>{say("admin.fixed")}</td>
    </tr>
  );
}

/** Each with the option that the server is started with. */
const changeable: readonly {
  rule: PolicyRule;
  name: Words;
  option: string;
  tell(rules: PolicyRules): string;
}[] = [
  {
    rule: "quotaBytes",
    name: "admin.rule.quota",
    option: "--quota",
    tell: ({ quotaBytes }) => fileSize(quotaBytes),
  },
  {
    rule: "screening",
    name: "admin.rule.screening",
    option: "--screening",
    tell: ({ screening }) => say(screening ? "admin.rule.screeningOn" : "admin.rule.screeningOff"),
  },
  {
    rule: "greeting",
    name: "admin.rule.greeting",
    option: "--greeting",
    tell: ({ greeting }) => say(greeting ? "admin.rule.greetingOn" : "admin.rule.greetingOff"),
  },
  {
    rule: "recipientsPerMinute",
    name: "admin.rule.rate",
    option: "--send-rate",
    tell: ({ recipientsPerMinute }) => say("admin.rule.perMinute", { count: recipientsPerMinute }),
  },
  {
    rule: "recipientsAtOnce",
    name: "admin.rule.burst",
    option: "--send-burst",
    tell: ({ recipientsAtOnce }) => say("admin.rule.atOnce", { count: recipientsAtOnce }),
  },
  {
    rule: "contact",
    name: "admin.rule.contact",
    option: "--contact",
    tell: ({ contact }) => (contact === "" ? say("admin.rule.noContact") : contact),
  },
];
