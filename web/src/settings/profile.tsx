import type { ReactElement } from "react";
import { call } from "../state/desk.ts";
import type { ViewOutput } from "../state/worker/views.ts";
import { Actions } from "../ui/actions.tsx";
import { Button } from "../ui/button.tsx";
import { Select } from "../ui/select.tsx";
import { Watched } from "../ui/watched.tsx";
import { say } from "../words/words.ts";
import { Row } from "./row.tsx";
import style from "./settings.module.css";
import { useDoing } from "./use-doing.ts";
import { useWritten } from "./use-written.ts";

type Own = ViewOutput<"identities">[number];

/** How one is shown to those one writes to. */
export function Profile({ address }: { address: string }): ReactElement {
  return (
    <>
      <p className={style.sentence}>
        <bdi>{address}</bdi>
      </p>
      <Watched name="identities" input={{}}>
        {(identities) => {
          const own = identities.find(({ mayDelete }) => !mayDelete);
          return (
            own !== undefined && (
              <>
                <NameRow own={own} />
                <SignatureRow own={own} />
              </>
            )
          );
        }}
      </Watched>
      <Watched name="ownSettings" input={{}}>
        {({ undoS, isSealed }) => isSealed && <UndoRow undoS={undoS} />}
      </Watched>
    </>
  );
}

function NameRow({ own }: { own: Own }): ReactElement {
  const doing = useDoing();
  const [name, setName] = useWritten(own.name);
  const keep = () => {
    const plain = name.trim();
    if (plain !== own.name)
      void doing.run(() => call("keepIdentity", { id: own.id, email: own.email, name: plain }));
  };
  return (
    <Row row="name" help={say("settings.nameHelp")} doing={doing}>
      {({ labelledBy, describedBy }) => (
        <input
          className={style.text}
          aria-labelledby={labelledBy}
          aria-describedby={describedBy}
          value={name}
          onChange={({ target }) => setName(target.value)}
          autoComplete="name"
          maxLength={100}
          dir="auto"
          onBlur={keep}
          onKeyDown={({ key }) => {
            if (key === "Enter") keep();
          }}
        />
      )}
    </Row>
  );
}

function SignatureRow({ own }: { own: Own }): ReactElement {
  const doing = useDoing();
  const [text, setText] = useWritten(own.textSignature);
  const keep = () =>
    doing.run(() => call("keepIdentity", { id: own.id, email: own.email, textSignature: text }));
  return (
    <Row row="signature" help={say("settings.signatureHelp")} isWide doing={doing}>
      {({ labelledBy, describedBy }) => (
        <>
          <textarea
            className={style.text}
            aria-labelledby={labelledBy}
            aria-describedby={describedBy}
            rows={4}
            dir="auto"
            maxLength={10_000}
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
          <Actions>
            <Button disabled={text === own.textSignature} isBusy={doing.isBusy} onClick={() => void keep()}>
              {say("settings.save")}
            </Button>
          </Actions>
        </>
      )}
    </Row>
  );
}

const undoTimes = [0, 5, 10, 30, 60];

function UndoRow({ undoS }: { undoS: number }): ReactElement {
  const doing = useDoing();
  return (
    <Row row="undo" help={say("settings.undoHelp")} doing={doing}>
      {({ labelledBy, describedBy }) => (
        <Select
          aria-labelledby={labelledBy}
          aria-describedby={describedBy}
          value={undoS}
          onChange={({ target }) =>
            void doing.run(() => call("setUndoTime", { undoS: Number(target.value) }))
          }
        >
          {[...new Set([...undoTimes, undoS])].map((seconds) => (
            <option key={seconds} value={seconds}>
              {say("settings.undoFor", { seconds })}
            </option>
          ))}
        </Select>
      )}
    </Row>
  );
}
