import type { ReactElement } from "react";
import { say } from "../words/words.ts";
import { Row } from "./row.tsx";
import style from "./settings.module.css";

/** Which client this is. The name of its first script follows from what is in all of them. */
export function About(): ReactElement {
  const script = document.querySelector<HTMLScriptElement>("script[type=module][src]")?.src ?? "";
  const build = /-([\w-]+)\.js$/.exec(script)?.[1] ?? say("settings.buildUnknown");
  return (
    <Row row="version" help={say("settings.aboutHelp")} isWide>
      {() => (
        <dl className={style.facts}>
          <dt>{say("settings.version")}</dt>
          <dd>Posthorn {import.meta.env.RELEASE}</dd>
          <dt>{say("settings.build")}</dt>
          <dd className={style.mono}>{build}</dd>
          <dt>{say("settings.server")}</dt>
          <dd>
            <bdi>{location.host}</bdi>
          </dd>
          <dt>{say("settings.licence")}</dt>
          <dd>Apache-2.0</dd>
        </dl>
      )}
    </Row>
  );
}
