import type { ReactElement } from "react";
import { Facts } from "../ui/facts.tsx";
import { say } from "../words/words.ts";
import { Row } from "./row.tsx";
import style from "./settings.module.css";

/** Which client this is. Its build is called after what is in all of its files (build-site.ts). */
export function About(): ReactElement {
  const named = document.querySelector<HTMLMetaElement>("meta[name=posthorn-build]");
  const build = named?.content ?? say("settings.buildUnknown");
  return (
    <Row row="version" help={say("settings.aboutHelp")} isWide>
      {() => (
        <Facts>
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
        </Facts>
      )}
    </Row>
  );
}
