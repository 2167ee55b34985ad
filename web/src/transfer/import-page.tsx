import { type ReactElement, useState } from "react";
import { go } from "../routes.ts";
import { call } from "../state/desk.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import { codeOf, useWork, type Work } from "../state/use-work.ts";
import type { ImportState } from "../state/worker/import-job.ts";
import { Actions } from "../ui/actions.tsx";
import { Button } from "../ui/button.tsx";
import { Confirm } from "../ui/confirm.tsx";
import form from "../ui/form.module.css";
import { Icon } from "../ui/icon.tsx";
import { Meter } from "../ui/meter.tsx";
import { Notice } from "../ui/notice.tsx";
import { saveBlob } from "../ui/save-blob.ts";
import { ViewFault } from "../ui/view-fault.tsx";
import { faultWords } from "../words/fault-words.ts";
import { say } from "../words/words.ts";
import { ChooseFiles } from "./choose-files.tsx";
import { ImportPlan } from "./import-plan.tsx";
import { writeReport } from "./import-report.ts";
import style from "./transfer.module.css";

/** Old mail is brought in here. It goes on while other pages are looked at. */
export function ImportPage(): ReactElement {
  const seen = useView("importState", {});
  const state = lastSeen(seen);
  const isSealed = lastSeen(useView("isSealed", {}));
  const work = useWork();
  return (
    <div className={style.page}>
      <p className={style.sentence}>{say("import.sentence")}</p>
      {isSealed !== undefined && (
        <p className={style.sealed} data-look={isSealed ? "sealed" : "open"}>
          <Icon name={isSealed ? "lock" : "unlocked"} size={16} />
          {say(isSealed ? "import.sealed" : "import.open")}
        </p>
      )}
      {work.fault !== undefined && <Notice code={codeOf(work.fault)}>{work.fault.sentence}</Notice>}
      <ViewFault seen={seen} />
      {state !== undefined && <Phase state={state} work={work} />}
    </div>
  );
}

function Phase({ state, work }: { state: ImportState; work: Work }): ReactElement {
  const { run, isBusy } = work;
  const look = (files: File[]) => void run(() => call("lookAtFiles", { files }));
  switch (state.phase) {
    case "none":
      return (
        <>
          <ChooseFiles isBusy={isBusy} onChosen={look} />
          <p className={form.help}>{say("import.takeout")}</p>
        </>
      );
    case "looking":
      return (
        <section className={style.block}>
          <p aria-live="polite">{say("import.looking", { count: state.mails })}</p>
          <Meter value={state.doneBytes} max={state.totalBytes} aria-label={say("import.lookingLabel")} />
          <Actions>
            <Button onClick={() => void run(() => call("endImport", {}))}>{say("import.stopDo")}</Button>
          </Actions>
        </section>
      );
    case "looked":
      return <ImportPlan state={state} work={work} />;
    case "interrupted":
      return (
        <>
          <Notice look="warn">{say("import.interrupted", { names: state.files.join(", ") })}</Notice>
          <Counts state={state} />
          <ChooseFiles
            isBusy={isBusy}
            onChosen={(files) => void run(() => call("continueImport", { files }))}
          />
          <Actions>
            <ReportButton />
            <StopButton run={run} />
          </Actions>
        </>
      );
    case "running":
    case "paused":
      return <UnderWay state={state} run={run} />;
    case "ended":
      return <Ended state={state} run={run} />;
  }
}

type Run = Work["run"];
type Counted = Extract<ImportState, { total: number }>;

function UnderWay({
  state,
  run,
}: {
  state: Extract<ImportState, { phase: "running" | "paused" }>;
  run: Run;
}): ReactElement {
  const { done, total } = state;
  return (
    <section className={style.block} aria-label={say("import.progress")}>
      <p className={style.count}>{say("import.doneOf", { done, total })}</p>
      <Meter value={done} max={total} aria-label={say("import.progress")} />
      <Counts state={state} />
      {state.phase === "paused" &&
        (state.fault === null ? (
          <p role="status">{say("import.paused")}</p>
        ) : (
          <Notice code={codeOf(state.fault)}>{faultWords(state.fault, "continueImport")}</Notice>
        ))}
      <Actions>
        {state.phase === "running" ? (
          <Button onClick={() => void run(() => call("pauseImport", {}))}>{say("import.pause")}</Button>
        ) : (
          <Button look="ink" onClick={() => void run(() => call("resumeImport", {}))}>
            {say("import.resume")}
          </Button>
        )}
        <StopButton run={run} />
      </Actions>
      {state.phase === "running" && <p className={form.help}>{say("import.goesOn")}</p>}
    </section>
  );
}

function Ended({ state, run }: { state: Counted; run: Run }): ReactElement {
  const archive = { page: "list", place: { kind: "role", role: "archive" }, threadId: undefined } as const;
  return (
    <section className={style.block}>
      <p className={style.count} role="status">
        {say("import.ended", { count: state.imported })}
      </p>
      <Others state={state} />
      <p className={form.help}>{say("import.endedHelp")}</p>
      <Actions>
        <Button look="ink" onClick={() => go(archive)}>
          {say("import.show")}
        </Button>
        {state.known + state.skipped > 0 && <ReportButton />}
        <Button onClick={() => void run(() => call("endImport", {}))}>{say("import.more")}</Button>
      </Actions>
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
  const { run, isBusy } = useWork();
  const save = async () => {
    const text = writeReport(await call("importNotes", {}));
    saveBlob(new Blob([text], { type: "text/plain" }), say("import.reportName"));
  };
  return (
    <Button isBusy={isBusy} icon="file" onClick={() => void run(save)}>
      {say("import.saveReport")}
    </Button>
  );
}

function StopButton({ run }: { run: Run }): ReactElement {
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
          onDo={() => void run(() => call("endImport", {}))}
        >
          <p>{say("import.stopSentence")}</p>
        </Confirm>
      )}
    </>
  );
}
