import type { Policy } from "@posthorn/protocol";
import type { ReactElement } from "react";
import { DataTable } from "../ui/data-table.tsx";
import { Watched } from "../ui/watched.tsx";
import { fileSize } from "../words/sizes.ts";
import { say } from "../words/words.ts";
import style from "./admin.module.css";

interface Rule {
  name: string;
  is: string;
  /** The option that the server is started with; undefined for what nobody can change. */
  option: string | undefined;
}

/** What the server lets people do, and by which option of its start each of it is set. */
export function PolicyPage(): ReactElement {
  return (
    <Watched name="policy" input={{}}>
      {(policy) => (
        <DataTable columns={[say("admin.rule"), say("admin.now"), say("admin.setBy")]}>
          {rulesOf(policy).map(({ name, is, option }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{is}</td>
              <td>
                {option === undefined ? say("admin.fixed") : <code className={style.code}>{option}</code>}
              </td>
            </tr>
          ))}
        </DataTable>
      )}
    </Watched>
  );
}

function rulesOf(policy: Policy): Rule[] {
  return [
    { name: say("admin.rule.signUp"), is: say("admin.rule.byInvitation"), option: undefined },
    { name: say("admin.rule.open"), is: say("admin.rule.openIs"), option: undefined },
    { name: say("admin.rule.quota"), is: fileSize(policy.quotaBytes), option: "--quota" },
    {
      name: say("admin.rule.screening"),
      is: say(policy.screening ? "admin.rule.screeningOn" : "admin.rule.screeningOff"),
      option: "--screening",
    },
    {
      name: say("admin.rule.rate"),
      is: say("admin.rule.perMinute", { count: policy.recipientsPerMinute }),
      option: "--send-rate",
    },
    {
      name: say("admin.rule.burst"),
      is: say("admin.rule.atOnce", { count: policy.recipientsAtOnce }),
      option: "--send-burst",
    },
    { name: say("admin.rule.message"), is: fileSize(policy.messageBytes), option: undefined },
    { name: say("admin.rule.file"), is: fileSize(policy.fileBytes), option: undefined },
    {
      name: say("admin.rule.contact"),
      is: policy.contact ?? say("admin.rule.noContact"),
      option: "--contact",
    },
  ];
}
