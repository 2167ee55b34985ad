import type { ReactElement } from "react";
import { say } from "../words/words.ts";
import { Row } from "./row.tsx";

/** What there is, and what is not there yet. */
export function Notifications(): ReactElement {
  return (
    <Row row="notifications" help={say("settings.notificationsSentence")} isWide>
      {() => null}
    </Row>
  );
}
