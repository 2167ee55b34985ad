import { type ReactElement, useState } from "react";
import { call } from "../state/desk.ts";
import { type ImportTarget, type ImportTargets, importTargets, targetOf } from "../state/import-targets.ts";
import type { Work } from "../state/use-work.ts";
import type { ImportState } from "../state/worker/import-job.ts";
import { Actions } from "../ui/actions.tsx";
import { Button } from "../ui/button.tsx";
import { DataTable } from "../ui/data-table.tsx";
import { Facts } from "../ui/facts.tsx";
import form from "../ui/form.module.css";
import { Select } from "../ui/select.tsx";
import { longDay } from "../words/dates.ts";
import { fileSize } from "../words/sizes.ts";
import { say } from "../words/words.ts";
import style from "./transfer.module.css";

type Looked = Extract<ImportState, { phase: "looked" }>;

/** What is in the files, and where it goes. */
export function ImportPlan({
  state: { files, look },
  work: { run, isBusy },
}: {
  state: Looked;
  work: Work;
}): ReactElement {
  const [targets, setTargets] = useState<ImportTargets>({});
  const [rest, setRest] = useState<"archive" | "inbox">("archive");
  const again = () => void run(() => call("endImport", {}));
  return (
    <>
      <section className={style.block}>
        <p className={style.count} role="status">
          {say("import.found", { count: look.mails })}
        </p>
        <PlanFacts files={files} look={look} />
      </section>
      {look.labels.length > 0 && (
        <section className={style.block}>
          <h2 className={form.label}>{say("import.labels")}</h2>
          <p className={form.help}>{say("import.labelsHelp")}</p>
          <DataTable columns={[say("import.label"), say("import.mails"), say("import.target")]}>
            {look.labels.map(({ name, count }) => (
              <tr key={name}>
                <th scope="row" dir="auto">
                  {name}
                </th>
                <td className={style.number}>{say("count", { count })}</td>
                <td className={style.target}>
                  <TargetChoice
                    label={name}
                    value={targetOf(name, targets)}
                    onChange={(target) => setTargets({ ...targets, [name]: target })}
                  />
                </td>
              </tr>
            ))}
          </DataTable>
        </section>
      )}
      {look.unlabelled > 0 && (
        <section className={style.block}>
          <label className={form.label} htmlFor="import-rest">
            {say("import.rest", { count: look.unlabelled })}
          </label>
          <Select
            isWide
            id="import-rest"
            value={rest}
            onChange={({ target }) => setRest(target.value === "inbox" ? "inbox" : "archive")}
          >
            <option value="archive">{say("import.rest.archive")}</option>
            <option value="inbox">{say("import.rest.inbox")}</option>
          </Select>
        </section>
      )}
      <Actions>
        {look.mails > 0 && (
          <Button
            look="ink"
            isBusy={isBusy}
            onClick={() => void run(() => call("startImport", { targets, rest }))}
          >
            {say("import.start", { count: look.mails })}
          </Button>
        )}
        <Button onClick={again}>{say("import.others")}</Button>
      </Actions>
    </>
  );
}

function PlanFacts({ files, look }: Pick<Looked, "files" | "look">): ReactElement {
  const { fromMs, toMs, sizeBytes, biggest, repeated, notRead } = look;
  return (
    <Facts>
      <dt>{say("import.files")}</dt>
      <dd dir="auto">{files.join(", ")}</dd>
      {fromMs !== null && toMs !== null && (
        <>
          <dt>{say("import.dates")}</dt>
          <dd>{say("import.fromTo", { from: longDay(fromMs), to: longDay(toMs) })}</dd>
        </>
      )}
      <dt>{say("import.size")}</dt>
      <dd>{fileSize(sizeBytes)}</dd>
      {biggest.length > 0 && (
        <>
          <dt>{say("import.biggest")}</dt>
          <dd>
            {biggest.map(({ subject, sizeBytes: bytes }) => (
              <div key={`${bytes} ${subject}`} dir="auto">
                {say("import.one", { subject: subject || say("import.noSubject"), size: fileSize(bytes) })}
              </div>
            ))}
          </dd>
        </>
      )}
      {repeated > 0 && (
        <>
          <dt>{say("import.repeated")}</dt>
          <dd>{say("import.repeatedHelp", { count: repeated })}</dd>
        </>
      )}
      {notRead > 0 && (
        <>
          <dt>{say("import.notRead")}</dt>
          <dd>{say("import.notReadHelp", { count: notRead })}</dd>
        </>
      )}
    </Facts>
  );
}

function TargetChoice({
  label,
  value,
  onChange,
}: {
  label: string;
  value: ImportTarget;
  onChange(target: ImportTarget): void;
}): ReactElement {
  return (
    <Select
      isWide
      aria-label={say("import.targetOf", { name: label })}
      value={value}
      onChange={({ target }) => {
        const chosen = importTargets.find((one) => one === target.value);
        if (chosen !== undefined) onChange(chosen);
      }}
    >
      {importTargets.map((one) => (
        <option key={one} value={one}>
          {say(`import.target.${one}`, { name: label })}
        </option>
      ))}
    </Select>
  );
}
