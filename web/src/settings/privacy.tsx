import type { ReactElement } from "react";
import { call } from "../state/desk.ts";
import { Icon } from "../ui/icon.tsx";
import { Switch } from "../ui/switch.tsx";
import { Watched } from "../ui/watched.tsx";
import { say, type Words } from "../words/words.ts";
import { Row } from "./row.tsx";
import { seen, unseen } from "./server-sees.ts";
import style from "./settings.module.css";
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
      <table className={style.table}>
        <thead>
          <tr>
            <th scope="col">{say("settings.what")}</th>
            <th scope="col">{say("settings.canSee")}</th>
          </tr>
        </thead>
        <tbody>
          {seen.map(({ id }) => (
            <Line key={id} words={`settings.sees.${id}`} isSeen />
          ))}
          {unseen.map(({ id }) => (
            <Line key={id} words={`settings.hidden.${id}`} isSeen={false} />
          ))}
        </tbody>
      </table>
      <div>
        <h3 className={style.label}>{say("settings.limits")}</h3>
        {limits.map((what) => (
          <p key={what} className={style.help}>
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
        <span className={style.badge} data-look={isSeen ? "plain" : undefined}>
          {!isSeen && <Icon name="lock" size={12} />} {say(isSeen ? "settings.yes" : "settings.no")}
        </span>
      </td>
    </tr>
  );
}
