import { type ReactElement, useState } from "react";
import { go } from "../routes.ts";
import { call } from "../state/desk.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import type { Trust } from "../state/worker/read-body.ts";
import { Button } from "../ui/button.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { Notice } from "../ui/notice.tsx";
import { told } from "../ui/told.ts";
import { say } from "../words/words.ts";
import style from "./trust-line.module.css";

const signs: Readonly<Record<Trust, IconName>> = {
  self: "lock",
  sealed: "lock",
  verified: "shield",
  changed: "warning",
  formerKey: "warning",
  open: "unlocked",
  unexpected: "warning",
};

/** How a message came, in one sign; its words for whoever asks. */
export function TrustSign({ trust }: { trust: Trust }): ReactElement {
  const words = say(`trust.${trust}`);
  return (
    <span className={style.sign} data-trust={trust} title={words}>
      <Icon name={signs[trust]} size={16} />
      <span className="aside">{words}</span>
    </span>
  );
}

/** What needs looking at before a message is believed, in a line of its own; nothing when nothing does. */
export function TrustLine({
  trust,
  doubt,
  address,
  name,
}: {
  trust: Trust;
  doubt: string | null;
  address: string;
  name: string;
}): ReactElement | null {
  const isSealed = trust === "sealed" || trust === "changed";
  const sender = lastSeen(useView("senderNews", isSealed ? { address } : undefined));
  if (doubt !== null) return <Line words={doubt} why={say("trust.whyDoubt", { name })} address={address} />;
  if (trust === "changed") {
    return (
      <Line
        words={say("trust.changedLine", { name })}
        why={say("trust.whyChanged", { name })}
        address={address}
      />
    );
  }
  if (trust === "formerKey") {
    return (
      <Line
        words={say("trust.formerLine", { name })}
        why={say("trust.whyFormer", { name })}
        address={address}
      />
    );
  }
  if (trust === "unexpected") {
    return (
      <Line
        words={say("trust.unexpectedLine", { name })}
        why={say("trust.whyUnexpected", { name })}
        address={address}
      />
    );
  }
  const news = sender?.news ?? null;
  if (news === null) return null;
  return (
    <Line
      words={say(`trust.news.${news}`, { name })}
      why={say("trust.whyNews", { name, news })}
      address={address}
      onTold={() => told(call("tellNews", { address, news }))}
    />
  );
}

function Line({
  words,
  why,
  address,
  onTold,
}: {
  words: string;
  why: string;
  address: string;
  onTold?: () => void;
}): ReactElement {
  const [isAsked, setAsked] = useState(false);
  return (
    <div className={style.line}>
      <Notice
        look="warn"
        action={
          <span className={style.acts}>
            <Button look="link" onClick={() => go({ page: "people", address })}>
              {say("trust.verify")}
            </Button>
            <Button look="link" aria-expanded={isAsked} onClick={() => setAsked(!isAsked)}>
              {say("trust.why")}
            </Button>
            {onTold !== undefined && (
              <Button look="link" onClick={onTold}>
                {say("trust.told")}
              </Button>
            )}
          </span>
        }
      >
        {words}
        {isAsked && <span className={style.why}>{why}</span>}
      </Notice>
    </div>
  );
}
