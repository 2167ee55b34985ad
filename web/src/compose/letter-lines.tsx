import type { ReactElement } from "react";
import { go } from "../routes.ts";
import { call } from "../state/desk.ts";
import { codeOf } from "../state/use-work.ts";
import type { LetterFields } from "../state/worker/letter-content.ts";
import type { BegunLetter } from "../state/worker/open-letter.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { told } from "../ui/told.ts";
import { shortMoment } from "../words/dates.ts";
import { faultWords } from "../words/fault-words.ts";
import { listed } from "../words/listed.ts";
import { say } from "../words/words.ts";
import style from "./composer.module.css";
import { mentionOfFile } from "./mentions-file.ts";
import { recipientWords } from "./recipient-chip.tsx";
import { blank, hasBlank } from "./template-text.ts";
import { type Lookup, lookAgain } from "./use-recipients.ts";
import type { Sending } from "./use-send.ts";

const manyRecipients = 8;

/** What has to be said of a letter, above its text: nothing of most. */
export function LetterLines({
  begun,
  fields,
  lookups,
  sending,
  hasFiles,
  onUse,
  onFillIn,
  onAttach,
}: {
  begun: BegunLetter;
  fields: LetterFields;
  lookups: ReadonlyMap<string, Lookup>;
  sending: Sending;
  hasFiles: boolean;
  onUse(body: string): void;
  onFillIn(): void;
  onAttach(): void;
}): ReactElement {
  const all = [...fields.to, ...fields.cc];
  const { against, fault } = sending;
  const news = all.flatMap((address) => {
    const state = lookups.get(address)?.state;
    return state === "newKey" || state === "reset" ? [{ address, state }] : [];
  });
  const mention = hasFiles ? undefined : mentionOfFile(fields.body);
  const [version] = begun.versions.filter(({ body }) => body !== fields.body);
  return (
    <div className={style.lines}>
      {begun.refusal !== null && <Notice>{say("compose.refused", { why: whyOf(begun.refusal) })}</Notice>}
      {fault !== undefined && <Notice code={codeOf(fault)}>{fault.sentence}</Notice>}
      {against?.kind === "wrong" &&
        against.addresses.map((address) => (
          <Notice key={address}>
            {recipientWords(address, lookups.get(address) ?? { state: "bad", sentence: null })}
          </Notice>
        ))}
      {against?.kind === "mixed" && (
        <Notice look="warn">{say("against.mixed", { names: listed(against.addresses) })}</Notice>
      )}
      {against?.kind === "open" && (
        <Notice look="warn">{say("against.open", { names: listed(against.addresses) })}</Notice>
      )}
      {against?.kind === "failedFiles" && <Notice>{say("against.failedFiles")}</Notice>}
      {against?.kind === "compare" &&
        against.addresses.map((address) => (
          <Compare
            key={address}
            address={address}
            why={lookups.get(address)?.changed?.why ?? "newKey"}
            sending={sending}
          />
        ))}
      {news.map(({ address, state }) => (
        <Notice
          key={address}
          look="warn"
          action={
            <span className={style.actions}>
              <Button
                look={state === "reset" ? "ink" : "link"}
                onClick={() => go({ page: "people", address })}
              >
                {say("key.verify")}
              </Button>
              <Button
                look="link"
                onClick={() =>
                  told(call("tellNews", { address, news: state }).then(() => lookAgain(address)))
                }
              >
                {say(`key.seen.${state}`)}
              </Button>
            </span>
          }
        >
          {say(`key.${state}`, { address })}
        </Notice>
      ))}
      {all.length > manyRecipients && (
        <Notice look="warn">{say("compose.many", { count: all.length })}</Notice>
      )}
      {fields.to.length > 0 && hasBlank(fields.body) && (
        <Notice
          look={against?.kind === "blank" ? "warn" : "plain"}
          action={
            <span className={style.actions}>
              <Button look={against?.kind === "blank" ? "ink" : "link"} onClick={onFillIn}>
                {say("compose.fillIn")}
              </Button>
              {against?.kind === "blank" && (
                <Button look="link" onClick={sending.sendWithBlank}>
                  {say("compose.sendBlank")}
                </Button>
              )}
            </span>
          }
        >
          {say(against?.kind === "blank" ? "against.blank" : "compose.blank", { blank })}
        </Notice>
      )}
      {mention !== undefined && (
        <Notice
          look="plain"
          action={
            <Button look="link" onClick={onAttach}>
              {say("compose.attach")}
            </Button>
          }
        >
          {say("compose.forgotten", { word: mention })}
        </Notice>
      )}
      {version !== undefined && (
        <details className={style.version}>
          <summary>{say("compose.version", { when: shortMoment(Date.parse(version.savedAt)) })}</summary>
          <p dir="auto">{version.body}</p>
          <Button onClick={() => onUse(version.body)}>{say("compose.useVersion")}</Button>
        </details>
      )}
    </div>
  );
}

/** Somebody with whom numbers must be compared again: nothing goes before a person has decided, for this letter. */
function Compare({
  address,
  why,
  sending,
}: {
  address: string;
  why: string;
  sending: Sending;
}): ReactElement {
  return (
    <Notice
      look="warn"
      action={
        <span className={style.actions}>
          <Button look="ink" onClick={() => go({ page: "people", address })}>
            {say("key.verifyAgain")}
          </Button>
          <Button look="link" onClick={() => sending.sendAnyway(address)}>
            {say("key.sendAnyway")}
          </Button>
        </span>
      }
    >
      {say("key.changed", { address, why })}
    </Notice>
  );
}

function whyOf({ type, sentence }: NonNullable<BegunLetter["refusal"]>): string {
  return faultWords({ sentence, code: type }, "sendLetter");
}
