import { type ReactElement, useEffect, useState } from "react";
import { SignOutDialog } from "../login/sign-out-dialog.tsx";
import type { Storage } from "../state/worker/own-account.ts";
import { Actions } from "../ui/actions.tsx";
import { Button } from "../ui/button.tsx";
import form from "../ui/form.module.css";
import { Meter } from "../ui/meter.tsx";
import { Watched } from "../ui/watched.tsx";
import { fileSize } from "../words/sizes.ts";
import { say } from "../words/words.ts";
import { Row } from "./row.tsx";

/** What is kept at the server and on this device. */
export function StorageSettings({ address }: { address: string }): ReactElement {
  return (
    <Watched name="storage" input={{}}>
      {(storage) => (
        <>
          {storage.there !== null && (
            <Row row="quota" isWide>
              {({ labelledBy }) => <Quota there={storage.there} labelledBy={labelledBy} />}
            </Row>
          )}
          <Row row="here" help={say("settings.hereHelp")} isWide>
            {() => (
              <>
                <p>
                  {say("settings.here", {
                    count: storage.messages,
                    size: storage.hereBytes === null ? "?" : fileSize(storage.hereBytes),
                  })}
                </p>
                <Keeping />
              </>
            )}
          </Row>
          <ForgetRow address={address} />
        </>
      )}
    </Watched>
  );
}

function Quota({ there, labelledBy }: { there: Storage["there"]; labelledBy: string }): ReactElement | null {
  if (there === null) return null;
  const { usedBytes, mostBytes } = there;
  return (
    <>
      <Meter value={usedBytes} max={mostBytes} aria-labelledby={labelledBy} />
      <p>{say("settings.quota", { used: fileSize(usedBytes), most: fileSize(mostBytes) })}</p>
    </>
  );
}

/** Whether the browser may throw away what is kept, and asking it not to; nothing where it cannot be asked. */
function Keeping(): ReactElement | null {
  const [state, setState] = useState<"kept" | "loose" | "refused">();
  useEffect(() => {
    // There is none where the page has come without TLS.
    const storage: StorageManager | undefined = navigator.storage;
    void storage?.persisted().then((isKept) => setState(isKept ? "kept" : "loose"));
  }, []);
  const ask = async () => setState((await navigator.storage.persist()) ? "kept" : "refused");
  if (state === undefined) return null;
  return (
    <Actions>
      <p className={form.help} role="status">
        {say(`settings.keeping.${state}`)}
      </p>
      {state === "loose" && <Button onClick={() => void ask()}>{say("settings.keepHere")}</Button>}
    </Actions>
  );
}

function ForgetRow({ address }: { address: string }): ReactElement {
  const [isAsking, setAsking] = useState(false);
  return (
    <Row row="forget" help={say("settings.forgetHelp")}>
      {({ describedBy }) => (
        <>
          <Button look="danger" aria-describedby={describedBy} onClick={() => setAsking(true)}>
            {say("settings.forgetDo")}
          </Button>
          {isAsking && <SignOutDialog address={address} isAsked onClose={() => setAsking(false)} />}
        </>
      )}
    </Row>
  );
}
