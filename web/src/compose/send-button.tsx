import { type ReactElement, useId } from "react";
import { useKeyHint } from "../state/keys.ts";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { say } from "../words/words.ts";
import style from "./send-button.module.css";
import type { Sending } from "./use-send.ts";

/** Sends, and behind its arrow the other ways to. Its words say when a letter could be read on the way. */
export function SendButton({
  sending,
  isOpenMail,
  canArchive,
  onSchedule,
}: {
  sending: Sending;
  isOpenMail: boolean;
  canArchive: boolean;
  onSchedule(): void;
}): ReactElement {
  const id = useId();
  const sendKey = useKeyHint("send");
  const archiveKey = useKeyHint("sendAndArchive");
  const shut = () => document.getElementById(id)?.hidePopover();
  if (sending.state === "files") {
    return (
      <span className={style.both}>
        <Button look="ink" isBusy className={style.send ?? ""}>
          {say("send.afterFiles")}
        </Button>
        <Button look="link" onClick={sending.stopWaiting}>
          {say("send.stop")}
        </Button>
      </span>
    );
  }
  return (
    <span className={style.both}>
      <Button
        look="ink"
        icon={isOpenMail ? "unlocked" : "sent"}
        className={style.send ?? ""}
        isBusy={sending.state === "busy"}
        title={sendKey?.shown}
        aria-keyshortcuts={sendKey?.spoken}
        onClick={() => sending.send({ mayGoInTheOpen: isOpenMail })}
      >
        {say(isOpenMail ? "send.open" : "send.do")}
      </Button>
      <button
        type="button"
        className={style.more}
        popoverTarget={id}
        aria-label={say("send.more")}
        title={say("send.more")}
      >
        <Icon name="down" size={16} />
      </button>
      <span id={id} popover="auto" className={style.menu}>
        <button
          type="button"
          onClick={() => {
            shut();
            onSchedule();
          }}
        >
          <Icon name="clock" size={16} />
          {say("send.later")}
        </button>
        {canArchive && (
          <button
            type="button"
            onClick={() => {
              shut();
              sending.send({ andArchive: true, mayGoInTheOpen: isOpenMail });
            }}
          >
            <Icon name="archive" size={16} />
            {say("send.andArchive")}
            {archiveKey !== undefined && <kbd>{archiveKey.shown}</kbd>}
          </button>
        )}
      </span>
    </span>
  );
}
