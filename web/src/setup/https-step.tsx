import type { Reach } from "@posthorn/protocol";
import type { ReactElement } from "react";
import { longDay } from "../words/dates.ts";
import { checkWords } from "../words/fault-words.ts";
import { say } from "../words/words.ts";
import style from "./setup.module.css";
import { Step, type StepState } from "./step.tsx";

const dayMs = 86_400_000;

/** What nobody has called by its name yet may be well, and nobody knows. */
function stateOf({ certificate, others, wellKnown }: Reach): StepState {
  if (certificate.fault !== undefined) return "wrong";
  if (others.ok) return "done";
  if (wellKnown === undefined) return "wrong";
  return certificate.shownBy === "server" ? "done" : "open";
}

/** Which certificate is shown, and whether others believe it. */
export function HttpsStep({ reach }: { reach: Reach | undefined }): ReactElement {
  const title = say("setup.https");
  if (reach === undefined) {
    return (
      <Step number={2} title={title} state="checking">
        <p>{say("setup.checking")}</p>
      </Step>
    );
  }
  const { certificate, others, host, wellKnown } = reach;
  return (
    <Step number={2} title={title} state={stateOf(reach)}>
      <p>{certificateWords(reach)}</p>
      {certificate.fault !== undefined && (
        <p className={style.wrong}>{checkWords("certificate", certificate.fault, certificate.reason)}</p>
      )}
      {others.ok ? (
        <p>{say("setup.othersReach", { host })}</p>
      ) : wellKnown === undefined ? (
        <>
          <p className={style.wrong}>
            {others.fault === undefined ? null : checkWords("others", others.fault, others.reason)}
          </p>
          <p className={style.note}>{say("setup.othersHelp", { host })}</p>
        </>
      ) : (
        <p className={style.note}>{say("setup.othersLater", { host })}</p>
      )}
    </Step>
  );
}

function certificateWords({ certificate, trial }: Reach): string {
  if (certificate.shownBy === "proxy") return say("setup.certificateProxy");
  if (trial) return say("setup.certificateTrial");
  if (certificate.endsAt === undefined) return say("setup.certificateNone");
  const endsAtMs = Date.parse(certificate.endsAt);
  const days = Math.max(0, Math.floor((endsAtMs - Date.now()) / dayMs));
  return say("setup.certificateUntil", { day: longDay(endsAtMs), days });
}
