import type { PeerInfo, PeerPolicy } from "@posthorn/protocol";
import { type ReactElement, useState } from "react";
import { call } from "../state/desk.ts";
import { codeOf, useWork } from "../state/use-work.ts";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Confirm } from "../ui/confirm.tsx";
import { Empty } from "../ui/empty.tsx";
import { Field } from "../ui/field.tsx";
import { Icon } from "../ui/icon.tsx";
import items from "../ui/items.module.css";
import { Notice } from "../ui/notice.tsx";
import { Watched } from "../ui/watched.tsx";
import { longDay, shortMoment } from "../words/dates.ts";
import { problemWords } from "../words/fault-words.ts";
import { say } from "../words/words.ts";
import style from "./admin.module.css";

/** Other servers that this one knows, and which of them it takes mail from. */
export function Peers(): ReactElement {
  const [blocking, setBlocking] = useState<string>();
  const { isBusy, fault, run } = useWork();
  const set = (host: string, policy: PeerPolicy) => run(() => call("setPeer", { host, policy }));
  return (
    <>
      <BlockForm isBusy={isBusy} onBlock={setBlocking} />
      {fault !== undefined && <Notice code={codeOf(fault)}>{fault.sentence}</Notice>}
      <Watched name="peers" input={{}}>
        {(peers) =>
          peers.length === 0 ? (
            <Empty title={say("admin.noPeers")} sentence={say("admin.noPeersSentence")} />
          ) : (
            <ul className={items.list} data-signs="wide">
              {peers.map((peer) => (
                <PeerItem
                  key={peer.host}
                  peer={peer}
                  onBlock={() => setBlocking(peer.host)}
                  onAllow={() => void set(peer.host, "allow")}
                />
              ))}
            </ul>
          )
        }
      </Watched>
      {blocking !== undefined && (
        <Confirm
          title={say("admin.blockTitle", { host: blocking })}
          verb={say("admin.block")}
          onClose={() => setBlocking(undefined)}
          onDo={() => {
            setBlocking(undefined);
            void set(blocking, "block");
          }}
        >
          <p>{say("admin.blockSentence", { host: blocking })}</p>
        </Confirm>
      )}
    </>
  );
}

function BlockForm({ isBusy, onBlock }: { isBusy: boolean; onBlock(host: string): void }): ReactElement {
  const [host, setHost] = useState("");
  return (
    <form
      className={style.line}
      onSubmit={(event) => {
        event.preventDefault();
        const asked = host.trim().toLowerCase();
        if (asked === "") return;
        setHost("");
        onBlock(asked);
      }}
    >
      <Field
        label={say("admin.blockHost")}
        placeholder="b.example"
        value={host}
        onChange={({ target }) => setHost(target.value)}
        autoComplete="off"
        autoCapitalize="none"
        inputMode="url"
        spellCheck={false}
        after={
          <Button type="submit" isBusy={isBusy}>
            {say("admin.block")}
          </Button>
        }
      />
    </form>
  );
}

function PeerItem({
  peer,
  onBlock,
  onAllow,
}: {
  peer: PeerInfo;
  onBlock(): void;
  onAllow(): void;
}): ReactElement {
  const { host, policy, lastSuccessAt, lastSeenAt, firstSeenAt, lastFailure, rootKeyChangedAt } = peer;
  const isBlocked = policy === "block";
  return (
    <li className={items.item}>
      <span className={items.sign}>
        <Icon name="server" size={18} />
      </span>
      <div className={items.about}>
        <p className={items.name}>
          <bdi>{host}</bdi>
          {isBlocked && <Badge look="bad">{say("admin.blocked")}</Badge>}
        </p>
        <p className={items.meta}>
          {lastSuccessAt === undefined
            ? say("admin.neverReached", { day: longDay(Date.parse(firstSeenAt)) })
            : say("admin.lastReached", { when: shortMoment(Date.parse(lastSuccessAt)) })}
          {lastSeenAt !== undefined && (
            <> · {say("admin.lastHeard", { when: shortMoment(Date.parse(lastSeenAt)) })}</>
          )}
        </p>
        {lastFailure !== undefined && (
          <p className={style.reason}>
            {say("admin.failedSince", { when: shortMoment(Date.parse(lastFailure.at)) })}{" "}
            {problemWords(lastFailure.problem)}
          </p>
        )}
        {rootKeyChangedAt !== undefined && (
          <Notice
            look="warn"
            action={
              <Button look="link" onClick={onAllow}>
                {say("admin.believeKey")}
              </Button>
            }
          >
            {say("admin.keyChanged", { host, day: longDay(Date.parse(rootKeyChangedAt)) })}
          </Notice>
        )}
      </div>
      {isBlocked ? (
        <Button aria-label={say("admin.allowWhich", { host })} onClick={onAllow}>
          {say("admin.allow")}
        </Button>
      ) : (
        <Button aria-label={say("admin.blockWhich", { host })} onClick={onBlock}>
          {say("admin.block")}
        </Button>
      )}
    </li>
  );
}
