import type { ReactElement } from "react";
import { say } from "../words/words.ts";
import style from "./shell.module.css";

/** Names below it are this computer's own (RFC 6761, 6.3): a server of such a name is a trial, and reaches no other. */
const isTrial = /(?:^|\.)localhost$/.test(location.hostname);

/** Says of a trial that it is one; nothing anywhere else. */
export function TrialBanner(): ReactElement | null {
  return isTrial ? <p className={style.trial}>{say("shell.trial")}</p> : null;
}
