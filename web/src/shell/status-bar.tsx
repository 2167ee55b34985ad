import { type ReactElement, useSyncExternalStore } from "react";
import { go } from "../routes.ts";
import { call } from "../state/desk.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import { Button } from "../ui/button.tsx";
import { giveFocus } from "../ui/give-focus.ts";
import { Notice } from "../ui/notice.tsx";
import { faultWords } from "../words/fault-words.ts";
import { say } from "../words/words.ts";
import style from "./shell.module.css";

/** Whether the browser has a network at all. */
export function useOnline(): boolean {
  return useSyncExternalStore(
    (listener) => {
      addEventListener("online", listener);
      addEventListener("offline", listener);
      return () => {
        removeEventListener("online", listener);
        removeEventListener("offline", listener);
      };
    },
    () => navigator.onLine,
  );
}

/** Nothing while all is well. */
export function StatusBar(): ReactElement | null {
  const isOnline = useOnline();
  const status = lastSeen(useView("status", {}));
  const { waiting = 0, unsent = null } = lastSeen(useView("activity", {})) ?? {};
  if (status === undefined) return null;
  const { state, sentence, code, isOutOfReach } = status;
  const why =
    sentence === null ? null : faultWords({ sentence, code: code ?? "", values: { host: location.host } });
  if (state === "signedOut") {
    return (
      <p className={`${style.status} ${style.bad}`} role="alert">
        {say("status.signedOut")}{" "}
        <Button look="link" onClick={() => go({ page: "signIn" })}>
          {say("signIn.do")}
        </Button>
      </p>
    );
  }
  if (state === "stopped") {
    return (
      <p className={`${style.status} ${style.bad}`} role="alert">
        {why}
      </p>
    );
  }
  if (!isOnline) {
    return (
      <p className={style.status} role="status">
        {say("status.offline", { count: waiting })}
      </p>
    );
  }
  if (state === "waiting" && why !== null) {
    return (
      <p className={style.status} role="status">
        {say(isOutOfReach ? "status.waiting" : "status.busy", { why, count: waiting })}
      </p>
    );
  }
  if (unsent !== null) {
    return (
      <p className={style.status} role="status">
        {say("status.unsent", { why: faultWords(unsent.why), count: unsent.count })}{" "}
        <Button
          look="link"
          onClick={() => go({ page: "list", place: { kind: "role", role: "drafts" }, threadId: undefined })}
        >
          {say("send.show")}
        </Button>
      </p>
    );
  }
  return null;
}

/** What the server did not take, until somebody has seen it. */
export function Refused(): ReactElement | null {
  const refused = lastSeen(useView("activity", {}))?.refused ?? [];
  const [first] = refused;
  if (first === undefined) return null;
  const { number, sentence, type } = first;
  return (
    <div className={style.refused}>
      <Notice
        look="warn"
        action={
          <span className={style.does}>
            <Button
              onClick={() => {
                // It goes with what it stands on.
                giveFocus(undefined);
                void call("resendRefusal", { number, label: say("refused.label") });
              }}
            >
              {say("refused.again")}
            </Button>
            <Button
              look="link"
              onClick={() => {
                giveFocus(undefined);
                void call("dismissRefusal", { number });
              }}
            >
              {say("refused.dismiss")}
            </Button>
          </span>
        }
      >
        {say("refused.title", { count: refused.length })}. {faultWords({ sentence, code: type })}
      </Notice>
    </div>
  );
}
