import { type ReactElement, Suspense, useState } from "react";
import { call } from "../state/desk.ts";
import { codeOf, useWork } from "../state/use-work.ts";
import type { Comparison, Numbers } from "../state/worker/trust.ts";
import { Actions } from "../ui/actions.tsx";
import { Button } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import form from "../ui/form.module.css";
import { Notice } from "../ui/notice.tsx";
import { part } from "../ui/part.ts";
import { say } from "../words/words.ts";
import style from "./people.module.css";
import { canScan, ScanCode } from "./scan-code.tsx";

const QrCode = part(
  () => import("../ui/qr-code.tsx"),
  ({ QrCode }) => QrCode,
);

type Step = "number" | "scan" | "paste" | "different";

/**
 * Comparing: both read the same sixty digits to each other, or one scans what the other's screen shows. Only then is it
 * known that no server has put a key of its own between them.
 */
export function VerifyDialog({
  address,
  name,
  numbers,
  onClose,
}: {
  address: string;
  name: string;
  numbers: Numbers;
  onClose(): void;
}): ReactElement {
  const [step, setStep] = useState<Step>("number");
  const [outcome, setOutcome] = useState<Exclude<Comparison, "same" | "different">>();
  const { isBusy, fault, run } = useWork();
  const keep = () =>
    run(async () => {
      await call("haveCompared", { address, safetyNumber: numbers.safetyNumber });
      onClose();
    });
  const keepDifferent = () =>
    run(async () => {
      await call("haveFoundOthers", { address });
      setStep("different");
    });
  const compare = (text: string) =>
    run(async () => {
      const found = await call("compareCode", { address, text });
      if (found === "same") onClose();
      else if (found === "different") setStep("different");
      else setOutcome(found);
    });
  const goTo = (next: Step) => {
    setOutcome(undefined);
    setStep(next);
  };
  return (
    <Dialog title={say("people.verifyTitle", { name })} onClose={onClose} width="wide">
      <div className={`${form.form} ${form.inDialog}`}>
        {step === "different" ? (
          <Different name={name} onClose={onClose} />
        ) : step === "number" ? (
          <NumberStep
            name={name}
            numbers={numbers}
            isBusy={isBusy}
            onSame={() => void keep()}
            onDifferent={() => void keepDifferent()}
            onStep={goTo}
          />
        ) : (
          <>
            {step === "scan" ? (
              <ScanCode onFound={(text) => void compare(text)} onFailed={() => goTo("paste")} />
            ) : (
              <PasteStep isBusy={isBusy} onText={(text) => void compare(text)} />
            )}
            {outcome !== undefined && <Notice look="warn">{say(`people.code.${outcome}`, { name })}</Notice>}
            <Actions>
              <Button onClick={() => goTo("number")}>{say("people.backToNumber")}</Button>
            </Actions>
          </>
        )}
        {fault !== undefined && <Notice code={codeOf(fault)}>{fault.sentence}</Notice>}
      </div>
    </Dialog>
  );
}

function NumberStep({
  name,
  numbers: { safetyNumber, verifyText },
  isBusy,
  onSame,
  onDifferent,
  onStep,
}: {
  name: string;
  numbers: Numbers;
  isBusy: boolean;
  onSame(): void;
  onDifferent(): void;
  onStep(step: Step): void;
}): ReactElement {
  // Two groups of the twelve may be alike.
  const groups = safetyNumber.split(" ").map((digits, at) => ({ digits, key: `${at} ${digits}` }));
  return (
    <>
      <p>{say("people.verifySentence", { name })}</p>
      <div className={style.numbers}>
        <ol className={style.digits} aria-label={say("people.number")} translate="no" dir="ltr">
          {groups.map(({ digits, key }) => (
            <li key={key}>{digits}</li>
          ))}
        </ol>
        <Suspense fallback={<span className={style.qr} />}>
          <QrCode text={verifyText} label={say("people.qr", { name })} />
        </Suspense>
      </div>
      <p className={style.meta}>{say("people.verifyHow", { name })}</p>
      <Actions>
        {canScan() && (
          <Button icon="image" onClick={() => onStep("scan")}>
            {say("people.scan")}
          </Button>
        )}
        <Button look="link" onClick={() => onStep("paste")}>
          {say("people.paste")}
        </Button>
        <CopyButton look="link" text={verifyText} words={say("people.copyCode")} />
      </Actions>
      <Actions isAtEnd>
        <Button look="danger" isBusy={isBusy} onClick={onDifferent}>
          {say("people.different")}
        </Button>
        <Button look="ink" icon="check" isBusy={isBusy} onClick={onSame}>
          {say("people.same")}
        </Button>
      </Actions>
    </>
  );
}

function PasteStep({ isBusy, onText }: { isBusy: boolean; onText(text: string): void }): ReactElement {
  const [text, setText] = useState("");
  return (
    <form
      className={form.form}
      onSubmit={(event) => {
        event.preventDefault();
        onText(text);
      }}
    >
      <Field
        label={say("people.pasteField")}
        help={say("people.pasteHelp")}
        value={text}
        autoComplete="off"
        spellCheck={false}
        autoFocus
        onChange={({ target }) => setText(target.value)}
        after={
          <Button type="submit" isBusy={isBusy} disabled={text.trim() === ""}>
            {say("people.compare")}
          </Button>
        }
      />
    </form>
  );
}

function Different({ name, onClose }: { name: string; onClose(): void }): ReactElement {
  return (
    <>
      <Notice>{say("people.differentSentence", { name })}</Notice>
      <p>{say("people.differentAdvice", { name })}</p>
      <Actions isAtEnd>
        <Button look="ink" onClick={onClose}>
          {say("settings.close")}
        </Button>
      </Actions>
    </>
  );
}
