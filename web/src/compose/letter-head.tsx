import { type ReactElement, useId } from "react";
import type { LetterFields } from "../state/worker/letter-content.ts";
import type { BegunLetter } from "../state/worker/open-letter.ts";
import { Button } from "../ui/button.tsx";
import { say } from "../words/words.ts";
import style from "./composer.module.css";
import { RecipientField } from "./recipient-field.tsx";
import type { Lookup } from "./use-recipients.ts";

/** Who writes, to whom, and about what. */
export function LetterHead({
  identities,
  fields,
  lookups,
  problem,
  isNew,
  isCcShown,
  onShowCc,
  onChange,
}: {
  identities: BegunLetter["identities"];
  fields: LetterFields;
  lookups: ReadonlyMap<string, Lookup>;
  problem: string | undefined;
  /** It goes to nobody yet. */
  isNew: boolean;
  isCcShown: boolean;
  onShowCc(): void;
  onChange(changes: Partial<LetterFields>): void;
}): ReactElement {
  const { from, to, cc, subject } = fields;
  const all = [...to, ...cc];
  const hasCc = isCcShown || cc.length > 0;
  return (
    <div className={style.head}>
      {identities.length > 1 && (
        <label className={style.line}>
          <span className={style.label}>{say("compose.from")}</span>
          <select
            className={style.select}
            value={from}
            onChange={({ target }) => onChange({ from: target.value })}
          >
            {identities.every(({ address }) => address !== from) && <option value={from}>{from}</option>}
            {identities.map(({ address, name }) => (
              <option key={address} value={address}>
                {name === "" ? address : `${name} <${address}>`}
              </option>
            ))}
          </select>
        </label>
      )}
      <RecipientField
        label={say("compose.to")}
        other={say("compose.cc")}
        addresses={to}
        lookups={lookups}
        taken={all}
        autoFocus={isNew}
        problem={problem}
        onChange={(addresses) => onChange({ to: addresses })}
        onMove={(address) => {
          onShowCc();
          onChange({ to: to.filter((one) => one !== address), cc: [...cc, address] });
        }}
        after={
          hasCc ? undefined : (
            <Button look="link" className={style.cc ?? ""} onClick={onShowCc}>
              {say("compose.cc")}
            </Button>
          )
        }
      />
      {hasCc && (
        <div data-row="cc">
          <RecipientField
            label={say("compose.cc")}
            other={say("compose.to")}
            addresses={cc}
            lookups={lookups}
            taken={all}
            autoFocus={false}
            problem={undefined}
            onChange={(addresses) => onChange({ cc: addresses })}
            onMove={(address) => onChange({ cc: cc.filter((one) => one !== address), to: [...to, address] })}
            after={<NoBcc />}
          />
        </div>
      )}
      <label className={style.line}>
        <span className="aside">{say("compose.subject")}</span>
        <input
          className={style.subject}
          type="text"
          dir="auto"
          maxLength={1_000}
          placeholder={say("compose.subject")}
          value={subject}
          onChange={({ target }) => onChange({ subject: target.value })}
        />
      </label>
    </div>
  );
}

/** Why there is no row for hidden copies, for who looks for one. */
function NoBcc(): ReactElement {
  const id = useId();
  return (
    <>
      <button type="button" className={style.help} popoverTarget={id}>
        {say("compose.noBcc")}
      </button>
      <p id={id} popover="auto" className={style.helpText}>
        {say("compose.noBccWhy")}
      </p>
    </>
  );
}
