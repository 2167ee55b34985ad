import { type ReactElement, useState } from "react";
import { call } from "../state/desk.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import { codeOf, useWork, type Work } from "../state/use-work.ts";
import type { ExportPlan } from "../state/worker/export-beside.ts";
import type { ExportState } from "../state/worker/export-job.ts";
import { Actions } from "../ui/actions.tsx";
import { Button } from "../ui/button.tsx";
import { Check } from "../ui/check.tsx";
import { Facts } from "../ui/facts.tsx";
import form from "../ui/form.module.css";
import { Meter } from "../ui/meter.tsx";
import { Notice } from "../ui/notice.tsx";
import { saveBlob } from "../ui/save-blob.ts";
import { ViewFault } from "../ui/view-fault.tsx";
import { faultWords } from "../words/fault-words.ts";
import { listed } from "../words/listed.ts";
import { fileSize } from "../words/sizes.ts";
import { say } from "../words/words.ts";
import { askWhere } from "./ask-where.ts";
import style from "./transfer.module.css";

const formats = ["mbox", "eml", "json"] as const;
type Format = (typeof formats)[number];

/** All mail is taken out here. */
export function ExportPage(): ReactElement {
  const seen = useView("exportState", {});
  const state = lastSeen(seen);
  const status = lastSeen(useView("status", {}));
  const { fault, run } = useWork();
  const isWhole = status?.state === "live";
  return (
    <div className={style.page}>
      <p className={style.sentence}>{say("export.sentence")}</p>
      {fault !== undefined && <Notice code={codeOf(fault)}>{fault.sentence}</Notice>}
      <ViewFault seen={seen} />
      {state !== undefined && <Phase state={state} isWhole={isWhole} run={run} />}
    </div>
  );
}

type Run = Work["run"];

function Phase({ state, isWhole, run }: { state: ExportState; isWhole: boolean; run: Run }): ReactElement {
  const end = () => void run(() => call("endExport", {}));
  switch (state.phase) {
    case "none":
      return <Choose isWhole={isWhole} run={run} />;
    case "running":
      return (
        <section className={style.block}>
          <p className={style.count}>{say("export.doneOf", { done: state.done, total: state.total })}</p>
          <Meter value={state.done} max={Math.max(1, state.total)} aria-label={say("export.progress")} />
          <Actions>
            <Button onClick={end}>{say("export.stop")}</Button>
          </Actions>
        </section>
      );
    case "failed":
      return (
        <>
          <Notice code={codeOf(state.fault)}>{faultWords(state.fault, "startExport")}</Notice>
          <Choose isWhole={isWhole} run={run} />
        </>
      );
    case "ended":
      return <Ended state={state} run={run} onEnd={end} />;
  }
}

function Choose({ isWhole, run }: { isWhole: boolean; run: Run }): ReactElement {
  const [format, setFormat] = useState<Format>("mbox");
  const [withKeys, setWithKeys] = useState(true);
  const seen = useView("exportPlan", {});
  const plan = lastSeen(seen) ?? undefined;
  const start = async (isSealed: boolean) => {
    const handle = await askWhere(fileName());
    if (handle !== "no") await call("startExport", { format, withKeys: withKeys && isSealed, handle });
  };
  return (
    <>
      <ViewFault seen={seen} />
      {plan !== undefined && <Plan plan={plan} />}
      <fieldset className={form.group}>
        <legend>{say("export.format")}</legend>
        {formats.map((one) => (
          <Check
            key={one}
            look="card"
            type="radio"
            name="format"
            help={say(`export.formatHelp.${one}`)}
            checked={format === one}
            onChange={() => setFormat(one)}
          >
            {say(`export.format.${one}`)}
          </Check>
        ))}
      </fieldset>
      {plan?.isSealed === true && (
        <Check
          checked={withKeys}
          help={say("export.keysHelp")}
          onChange={({ target }) => setWithKeys(target.checked)}
        >
          {say("export.keys")}
        </Check>
      )}
      <Notice look="plain">{say(isWhole ? "export.notSealed" : "export.notWhole")}</Notice>
      <Actions>
        {/* Until then nobody knows whether there are keys to go with it. */}
        <Button
          look="ink"
          icon="upload"
          disabled={plan === undefined}
          onClick={() => plan !== undefined && void run(() => start(plan.isSealed))}
        >
          {say("export.start")}
        </Button>
      </Actions>
    </>
  );
}

/** What goes out. */
function Plan({ plan: { mails, people, drafts } }: { plan: ExportPlan }): ReactElement {
  return (
    <section className={style.block}>
      <p className={style.count}>{say("export.plan", { count: mails })}</p>
      <Facts>
        <dt translate="no">contacts.vcf</dt>
        <dd>{say("export.planPeople", { count: people })}</dd>
        <dt translate="no">drafts.json</dt>
        <dd>{say("export.planDrafts", { count: drafts })}</dd>
        <dt translate="no">settings.json</dt>
        <dd>{say("export.planSettings")}</dd>
      </Facts>
    </section>
  );
}

function Ended({
  state,
  run,
  onEnd,
}: {
  state: Extract<ExportState, { phase: "ended" }>;
  run: Run;
  onEnd(): void;
}): ReactElement {
  const { sizeBytes, isSaved } = state;
  const { exported, failed, leftOut, missing } = state.counts;
  const save = async () => {
    const blob = await call("takeExport", {});
    if (blob !== null) saveBlob(blob, fileName());
  };
  return (
    <section className={style.block}>
      <p className={style.count} role="status">
        {say("export.ended", { count: exported })}
      </p>
      <p className={form.help}>
        {say(isSaved ? "export.isSaved" : "export.waits", { size: fileSize(sizeBytes) })}
      </p>
      {failed > 0 && <Notice look="warn">{say("export.failed", { count: failed })}</Notice>}
      {leftOut > 0 && <Notice look="warn">{say("export.leftOut", { count: leftOut })}</Notice>}
      {missing.length > 0 && <Notice look="warn">{say("export.missing", { names: listed(missing) })}</Notice>}
      <Actions>
        {!isSaved && (
          <Button look="ink" icon="download" onClick={() => void run(save)}>
            {say("export.save")}
          </Button>
        )}
        <Button onClick={onEnd}>{say("export.again")}</Button>
      </Actions>
    </section>
  );
}

function fileName(): string {
  return `posthorn-${new Date().toISOString().slice(0, 10)}.zip`;
}
