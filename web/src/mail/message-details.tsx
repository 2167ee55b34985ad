import { type ReactElement, useEffect, useState } from "react";
import { CallFailed, call } from "../state/desk.ts";
import type { Fault } from "../state/worker/fault.ts";
import type { MessageDetails as Details } from "../state/worker/message-details.ts";
import type { ThreadMessage } from "../state/worker/read-thread.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Notice } from "../ui/notice.tsx";
import { saveBlob } from "../ui/save-blob.ts";
import { showToast } from "../ui/toaster.tsx";
import { told } from "../ui/told.ts";
import { Waiting } from "../ui/waiting.tsx";
import { longTime } from "../words/dates.ts";
import { fileSize } from "../words/sizes.ts";
import { say } from "../words/words.ts";
import { DeliveryList } from "./delivery-list.tsx";
import style from "./message-details.module.css";

/** What is known of a message: who signed it, which way it came, and itself as it is. */
export function MessageDetails({
  message,
  onClose,
}: {
  message: ThreadMessage;
  onClose(): void;
}): ReactElement {
  const [read, setRead] = useState<{ details: Details } | { fault: Fault }>();
  useEffect(() => {
    call("readDetails", { messageId: message.id }).then(
      (details) => setRead({ details }),
      (error: unknown) => {
        if (!(error instanceof CallFailed)) throw error;
        setRead({ fault: error.fault });
      },
    );
  }, [message.id]);
  return (
    <Dialog title={say("details.title")} onClose={onClose}>
      {read === undefined && <Waiting />}
      {read !== undefined && "fault" in read && <Notice code={read.fault.code}>{read.fault.sentence}</Notice>}
      {read !== undefined && "details" in read && <Facts message={message} details={read.details} />}
    </Dialog>
  );
}

function Facts({ message, details }: { message: ThreadMessage; details: Details }): ReactElement {
  const { body } = message;
  const trust = body.kind === "opened" ? say(`trust.${body.trust}`) : undefined;
  const facts: (readonly [string, string])[] = [];
  if (trust !== undefined) facts.push([say("details.trust"), trust]);
  if (details.signedWith !== null) facts.push([say("details.signedWith"), details.signedWith]);
  if (details.isSealedHere) facts.push([say("details.sealedHere"), say("details.sealedHereWhy")]);
  if (details.hosts.length > 0) facts.push([say("details.way"), details.hosts.join(" – ")]);
  if (details.writtenAt !== null) {
    facts.push([say("details.written"), longTime(Date.parse(details.writtenAt) || message.atMs)]);
  }
  facts.push([
    say(message.isOwn ? "details.sent" : "details.received"),
    longTime(Date.parse(details.receivedAt) || message.atMs),
  ]);
  facts.push([say("details.size"), fileSize(details.sizeBytes)]);
  if (details.wireId !== null) facts.push([say("details.id"), details.wireId]);
  return (
    <div className={style.inside}>
      <dl className={style.facts}>
        {facts.map(([name, value]) => (
          <div key={name} className={style.fact}>
            <dt>{name}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
      </dl>
      {message.delivery.length > 0 && <DeliveryList deliveries={message.delivery} />}
      {details.source !== null && (
        <details className={style.source}>
          <summary>{say("details.source")}</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reached by keys (WCAG 2.1.1) */}
          <pre tabIndex={0}>{details.source}</pre>
        </details>
      )}
      <div className={style.acts}>
        <Button icon="download" onClick={() => told(saveMessage(message.id))}>
          {say(details.wireId === null ? "details.saveEml" : "details.saveJson")}
        </Button>
        <Button icon="link" onClick={() => void copyLink()}>
          {say("details.copyLink")}
        </Button>
      </div>
    </div>
  );
}

async function saveMessage(messageId: string): Promise<void> {
  const { blob, name } = await call("saveMessage", { messageId });
  saveBlob(blob, name);
}

/** It opens the conversation for who is signed in to this account, and for nobody else. */
async function copyLink(): Promise<void> {
  try {
    await navigator.clipboard.writeText(location.href);
    showToast({ words: say("details.copied") });
  } catch {
    showToast({ words: say("details.notCopied") });
  }
}
