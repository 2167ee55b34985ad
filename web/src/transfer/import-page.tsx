import { type ReactElement, useState } from "react";
import { go } from "../routes.ts";
import { call } from "../state/desk.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import { codeOf } from "../state/use-work.ts";
import type { ImportState } from "../state/worker/import-job.ts";
import { Button } from "../ui/button.tsx";
import { Confirm } from "../ui/confirm.tsx";
import { Icon } from "../ui/icon.tsx";
import { Notice } from "../ui/notice.tsx";
import { saveBlob } from "../ui/save-blob.ts";
import { ViewFault } from "../ui/view-fault.tsx";
import { faultWords } from "../words/fault-words.ts";
import { say } from "../words/words.ts";
import { ChooseFiles } from "./choose-files.tsx";
import { ImportPlan } from "./import-plan.tsx";
import { writeReport } from "./import-report.ts";
import style from "./transfer.module.css";
import { useAsking } from "./use-asking.ts";

/** Old mail is brought in here. It goes on while other pages are looked at. */
export function ImportPage(): ReactElement {
  const seen = useView("importState", {});
  const state = lastSeen(seen);
  const isSealed = lastSeen(useView("isSealed", {}));
  const asking = useAsking();
  return (
    <div className={style.page}>
      <p className={style.sentence}>{say("import.sentence")}</p>
      {isSealed !== undefined && (
        <p className={style.sealed} data-look={isSealed ? "sealed" : "open"}>
          <Icon name={isSealed ? "lock" : "unlocked"} size={16} />
          {say(isSealed ? "import.sealed" : "import.open")}
        </p>
      )}
      {asking.fault !== undefined && <Notice code={codeOf(asking.fault)}>{asking.fault.sentence}</Notice>}
      <ViewFault seen={seen} />
      {state !== undefined && <Phase state={state} asking={asking} />}
    </div>
  );
}

function Phase({
  state,
  asking,
}: {
  state: ImportState;
  asking: ReturnType<typeof useAsking>;
}): ReactElement {
  const { ask, isBusy } = asking;
  const look = (files: File[]) => ask(() => call("lookAtFiles", { files }));
  switch (state.phase) {
    case "none":
      return (
        <>
          <ChooseFiles isBusy={isBusy} onChosen={look} />
          <p className={style.hint}>{say("import.takeout")}</p>
        </>
      );
    case "looking":
      return (
        <section className={style.block}>
          <p aria-live="polite">{say("import.looking", { count: state.mails })}</p>
          <progress
            className={style.meter}
            value={state.doneBytes}
            max={state.totalBytes}
            aria-label={say("import.lookingLabel")}
          />
          <div className={style.actions}>
            <Button onClick={() => ask(() => call("endImport", {}))}>{say("import.stopDo")}</Button>
          </div>
        </section>
      );
    case "looked":
      return <ImportPlan state={state} asking={asking} />;
    case "interrupted":
      return (
        <>
          <Notice look="warn">{say("import.interrupted", { names: state.files.join(", ") })}</Notice>
          <Counts state={state} />
          <ChooseFiles isBusy={isBusy} onChosen={(files) => ask(() => call("continueImport", { files }))} />
          <div className={style.actions}>
            <ReportButton />
            <StopButton ask={ask} />
          </div>
        </>
      );
    case "running":
    case "paused":
      return <UnderWay state={state} ask={ask} />;
    case "ended":
      return <Ended state={state} ask={ask} />;
  }
}

type Ask = ReturnType<typeof useAsking>["ask"];
type Counted = Extract<ImportState, { total: number }>;

function UnderWay({
  state,
  ask,
}: {
  state: Extract<ImportState, { phase: "running" | "paused" }>;
  ask: Ask;
}): ReactElement {
  const { done, total } = state;
  return (
    <section className={style.block} aria-label={say("import.progress")}>
      <p className={style.count}>{say("import.doneOf", { done, total })}</p>
      <progress className={style.meter} value={done} max={total} aria-label={say("import.progress")} />
      <Counts state={state} />
      {state.phase === "paused" &&
        (state.fault === null ? (
          <p role="status">{say("import.paused")}</p>
        ) : (
          <Notice code={codeOf(state.fault)}>{faultWords(state.fault, "continueImport")}</Notice>
        ))}
      <div className={style.actions}>
        {state.phase === "running" ? (
          <Button onClick={() => ask(() => call("pauseImport", {}))}>{say("import.pause")}</Button>
        ) : (
          <Button look="ink" onClick={() => ask(() => call("resumeImport", {}))}>
            {say("import.resume")}
          </Button>
        )}
        <StopButton ask={ask} />
      </div>
      {state.phase === "running" && <p className={style.hint}>{say("import.goesOn")}</p>}
    </section>
  );
}

function Ended({ state, ask }: { state: Counted; ask: Ask }): ReactElement {
  const archive = { page: "list", place: { kind: "role", role: "archive" }, threadId: undefined } as const;
  return (
    <section className={style.block}>
      <p className={style.count} role="status">
        {say("import.ended", { count: state.imported })}
      </p>
      <Others state={state} />
      <p className={style.hint}>{say("import.endedHelp")}</p>
      <div className={style.actions}>
        <Button look="ink" onClick={() => go(archive)}>
          {say("import.show")}
        </Button>
        {state.known + state.skipped > 0 && <ReportButton />}
        <Button onClick={() => ask(() => call("endImport", {}))}>{say("import.more")}</Button>
      </div>
    </section>
  );
}

function Counts({ state }: { state: Counted }): ReactElement {
  return (
    <div className={style.counts}>
      <p>{say("import.imported", { count: state.imported })}</p>
      <Others state={state} />
    </div>
  );
}

/** What was not brought; nothing when all was. */
function Others({ state: { known, skipped } }: { state: Counted }): ReactElement | null {
  if (known + skipped === 0) return null;
  return (
    <p className={style.counts}>
      {known > 0 && <span>{say("import.known", { count: known })}</span>}
      {skipped > 0 && <span>{say("import.skipped", { count: skipped })}</span>}
    </p>
  );
}

/** What was left out is saved as a file. */
function ReportButton(): ReactElement {
  const { ask, isBusy } = useAsking();
  const save = async () => {
    const text = writeReport(await call("importNotes", {}));
    saveBlob(new Blob([text], { type: "text/plain" }), say("import.reportName"));
  };
  return (
    <Button isBusy={isBusy} icon="file" onClick={() => ask(save)}>
      {say("import.saveReport")}
    </Button>
  );
}

function StopButton({ ask }: { ask: Ask }): ReactElement {
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <Button onClick={() => setAsking(true)}>{say("import.stop")}</Button>
      {isAsking && (
        <Confirm
          title={say("import.stopTitle")}
          verb={say("import.stopDo")}
          keep={say("import.stopKeep")}
          onClose={() => setAsking(false)}
          onDo={() => ask(() => call("endImport", {}))}
        >
          <p>{say("import.stopSentence")}</p>
        </Confirm>
      )}
    </>
  );
}
