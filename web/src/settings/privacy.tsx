import type { ReactElement } from "react";
import { call } from "../state/desk.ts";
import { Badge } from "../ui/badge.tsx";
import { DataTable } from "../ui/data-table.tsx";
import form from "../ui/form.module.css";
import { Switch } from "../ui/switch.tsx";
import { Watched } from "../ui/watched.tsx";
import { say, type Words } from "../words/words.ts";
import { Row } from "./row.tsx";
import { seen, unseen } from "./server-sees.ts";
import { useDoing } from "./use-doing.ts";

/** As docs/threats.md has it. */
const limits = ["code", "others", "passwordGuess"] as const;

export function Privacy(): ReactElement {
  return (
    <Watched name="ownSettings" input={{}}>
      {({ isSealed }) => (
        <>
          <Row
            row="sees"
            help={say(isSealed ? "settings.seesSealed" : "settings.seesOpen", { host: location.host })}
            isWide
          >
            {() => isSealed && <Seen />}
          </Row>
          {isSealed && <ConsentRow />}
        </>
      )}
    </Watched>
  );
}

function ConsentRow(): ReactElement {
  const doing = useDoing();
  return (
    <Watched name="consent" input={{}}>
      {({ isHidden, count }) => (
        <Row row="consent" help={say("settings.consentHelp", { count })} doing={doing}>
          {({ labelledBy, describedBy }) => (
            <Switch
              aria-labelledby={labelledBy}
              aria-describedby={describedBy}
              isOn={isHidden}
              disabled={doing.isBusy}
              onChange={(isOn) => void doing.run(() => call("hideKeys", { isHidden: isOn }))}
            />
          )}
        </Row>
      )}
    </Watched>
  );
}

function Seen(): ReactElement {
  return (
    <>
      <DataTable columns={[say("settings.what"), say("settings.canSee")]} hasSentences>
        {seen.map(({ id }) => (
          <Line key={id} words={`settings.sees.${id}`} isSeen />
        ))}
        {unseen.map(({ id }) => (
          <Line key={id} words={`settings.hidden.${id}`} isSeen={false} />
        ))}
      </DataTable>
      <div>
        <h3 className={form.label}>{say("settings.limits")}</h3>
        {limits.map((what) => (
          <p key={what} className={form.help}>
            {say(`settings.limit.${what}`)}
          </p>
        ))}
      </div>
    </>
  );
}

function Line({ words, isSeen }: { words: Words; isSeen: boolean }): ReactElement {
  return (
    <tr>
      <th scope="row">{say(words)}</th>
      <td>
        <Badge look={isSeen ? "plain" : "ok"} icon={isSeen ? undefined : "lock"}>
          {say(isSeen ? "settings.yes" : "settings.no")}
        </Badge>
      </td>
    </tr>
  );
}
