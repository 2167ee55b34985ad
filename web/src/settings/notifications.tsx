import { type ReactElement, useCallback, useEffect, useState } from "react";
import { followChoices, startHere } from "../notify/begin.ts";
import { type Ability, abilityHere, turnOff } from "../notify/device.ts";
import type { QuietHours } from "../notify/told.ts";
import { call } from "../state/desk.ts";
import { siteKept } from "../state/keep-site.ts";
import { noteAsked, type ToldHere, useToldHere } from "../state/told-here.ts";
import type { Telling } from "../state/worker/telling.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Notice } from "../ui/notice.tsx";
import { Select } from "../ui/select.tsx";
import { Switch } from "../ui/switch.tsx";
import { Watched } from "../ui/watched.tsx";
import { shortMoment } from "../words/dates.ts";
import { say } from "../words/words.ts";
import { Row } from "./row.tsx";
import style from "./settings.module.css";
import { useDoing } from "./use-doing.ts";

const toldMails = ["known", "all", "none"] as const satisfies readonly Telling["which"][];
const night = { from: "22:00", to: "07:00" };

/** Of which mail this account tells, and whether this browser does. */
export function Notifications({ address }: { address: string }): ReactElement {
  return (
    <>
      <p className={style.sentence}>{say("settings.notificationsSentence")}</p>
      <Watched name="telling" input={{}}>
        {(telling) => (
          <>
            <HereRow address={address} telling={telling} />
            {telling.isKept && (
              <>
                <ToldOfRow which={telling.which} />
                <QuietRow quiet={telling.quiet} />
              </>
            )}
          </>
        )}
      </Watched>
    </>
  );
}

/** As it is now; people change it in the browser while the page is open. Undefined until that is known. */
function useAbility(): [ability: Ability | undefined, lookAgain: () => void] {
  const [ability, setAbility] = useState<Ability>();
  const look = useCallback(() => {
    const now = abilityHere();
    // What shows them is the service worker.
    void siteKept.then((isKept) => setAbility(isKept || now === "homeScreen" ? now : "unsupported"));
  }, []);
  useEffect(() => {
    look();
    let status: PermissionStatus | undefined;
    navigator.permissions?.query({ name: "notifications" }).then(
      (found) => {
        status = found;
        found.addEventListener("change", look);
      },
      () => undefined,
    );
    return () => status?.removeEventListener("change", look);
  }, [look]);
  return [ability, look];
}

function HereRow({ address, telling }: { address: string; telling: Telling }): ReactElement {
  const here = useToldHere();
  const doing = useDoing();
  const [ability, lookAgain] = useAbility();
  const [isDismissed, setDismissed] = useState(false);
  const isOn = here.isOn && ability === "allowed";
  const set = (isWanted: boolean) =>
    doing.run(async () => {
      setDismissed(false);
      noteAsked();
      if (!isWanted) await turnOff();
      else if (!(await startHere(address, telling))) setDismissed(true);
      lookAgain();
    });
  const canBeSet = ability === "ask" || ability === "allowed";
  return (
    <>
      <Row row="notifications" help={say("notify.help")} doing={isDismissed ? undefined : doing}>
        {({ labelledBy, describedBy }) => (
          <Switch
            aria-labelledby={labelledBy}
            aria-describedby={describedBy}
            isOn={isOn}
            disabled={doing.isBusy || !canBeSet}
            onChange={(isWanted) => void set(isWanted)}
          />
        )}
      </Row>
      <div className={style.notices}>
        {ability === "homeScreen" && <HomeScreen />}
        {ability === "unsupported" && <Notice look="plain">{say("notify.unsupported")}</Notice>}
        {ability === "blocked" && <Notice look="warn">{say("notify.blocked")}</Notice>}
        {ability === "ask" && isDismissed && <Notice look="plain">{say("notify.dismissed")}</Notice>}
        {here.offSinceMs !== null && (
          <Notice look="warn">{say("notify.offSince", { time: shortMoment(here.offSinceMs) })}</Notice>
        )}
        {isOn && !doing.isBusy && (
          <PushNotice
            here={here}
            telling={telling}
            onAgain={() => void doing.run(() => followChoices(telling, address))}
          />
        )}
      </div>
    </>
  );
}

/** How it stands with the push service of a browser that tells. */
function PushNotice({
  here: { push },
  telling: { which },
  onAgain,
}: {
  here: ToldHere;
  telling: Telling;
  onAgain(): void;
}): ReactElement {
  if (which === "none") return <Notice look="plain">{say("notify.none")}</Notice>;
  if (push === null) {
    return (
      <Notice look="warn" action={<Button onClick={onAgain}>{say("notify.again")}</Button>}>
        {say("notify.unreachable")}
      </Notice>
    );
  }
  if (!push.isProven) return <Notice look="plain">{say("notify.waiting")}</Notice>;
  return <Notice look="ok">{say("notify.on")}</Notice>;
}

/** What an iPhone or iPad wants first. */
function HomeScreen(): ReactElement {
  return (
    <>
      <Notice look="plain">{say("notify.homeScreen")}</Notice>
      <ol className={style.steps}>
        <li>{say("notify.homeScreenShare")}</li>
        <li>{say("notify.homeScreenOpen")}</li>
      </ol>
    </>
  );
}

function ToldOfRow({ which }: { which: Telling["which"] }): ReactElement {
  const doing = useDoing();
  return (
    <Row row="toldOf" help={say("notify.toldOfHelp")} doing={doing}>
      {({ labelledBy, describedBy }) => (
        <Select
          aria-labelledby={labelledBy}
          aria-describedby={describedBy}
          value={which}
          onChange={({ target }) => {
            const chosen = toldMails.find((one) => one === target.value);
            if (chosen !== undefined) void doing.run(() => call("keepTelling", { which: chosen }));
          }}
        >
          {toldMails.map((one) => (
            <option key={one} value={one}>
              {say(`notify.toldOf.${one}`)}
            </option>
          ))}
        </Select>
      )}
    </Row>
  );
}

function QuietRow({ quiet }: { quiet: QuietHours | null }): ReactElement {
  const doing = useDoing();
  const keep = (wanted: Partial<QuietHours> | null) =>
    void doing.run(() => call("keepTelling", { quiet: wanted }));
  return (
    <>
      <Row row="quiet" help={say("notify.quietHelp")} doing={doing}>
        {({ labelledBy, describedBy }) => (
          <Switch
            aria-labelledby={labelledBy}
            aria-describedby={describedBy}
            isOn={quiet !== null}
            disabled={doing.isBusy}
            onChange={(isOn) => keep(isOn ? night : null)}
          />
        )}
      </Row>
      {quiet !== null && (
        <div className={`${style.pair} ${style.below}`}>
          <Field
            label={say("notify.quietFrom")}
            type="time"
            value={quiet.from}
            required
            onChange={({ target }) => target.value !== "" && keep({ from: target.value })}
          />
          <Field
            label={say("notify.quietTo")}
            type="time"
            value={quiet.to}
            required
            onChange={({ target }) => target.value !== "" && keep({ to: target.value })}
          />
        </div>
      )}
    </>
  );
}
