import type { Check } from "@posthorn/protocol";
import type { ReactElement, ReactNode } from "react";
import { go, writeRoute } from "../routes.ts";
import type { ServerState } from "../state/worker/administrate.ts";
import { Badge } from "../ui/badge.tsx";
import { DataTable } from "../ui/data-table.tsx";
import { Facts } from "../ui/facts.tsx";
import { Watched } from "../ui/watched.tsx";
import { longDay, longTime } from "../words/dates.ts";
import { checkWords } from "../words/fault-words.ts";
import { fileSize } from "../words/sizes.ts";
import { say, type Words } from "../words/words.ts";
import style from "./admin.module.css";

/** Longer than a host that is started again is away. */
const longestWaitMs = 15 * 60_000;
const dayMs = 86_400_000;

interface Light {
  name: string;
  state: "well" | "look" | "wrong";
  detail: ReactNode;
}

/** Every check as a row, with what to do about it. */
export function Overview(): ReactElement {
  return (
    <Watched name="server" input={{}}>
      {(server) => {
        const lights = lightsOf(server);
        const wrongs = lights.filter(({ state }) => state !== "well").length;
        return (
          <>
            <p className={style.summary} data-state={wrongs === 0 ? "well" : "look"} role="status">
              {say("admin.wrongs", { count: wrongs })}
            </p>
            <DataTable columns={[say("admin.check"), say("admin.state"), say("admin.detail")]} isLastBelow>
              {lights.map((light) => (
                <LightRow key={light.name} light={light} />
              ))}
            </DataTable>
            <ServerFacts server={server} />
          </>
        );
      }}
    </Watched>
  );
}

const signs = { well: "check", look: "warning", wrong: "warning" } as const;
const looks = { well: "ok", look: "warn", wrong: "bad" } as const;

function LightRow({ light: { name, state, detail } }: { light: Light }): ReactElement {
  return (
    <tr role="row">
      <th scope="row" role="rowheader">
        {name}
      </th>
      <td role="cell">
        <Badge look={looks[state]} icon={signs[state]}>
          {say(`admin.state.${state}`)}
        </Badge>
      </td>
      <td role="cell" className={style.detail}>
        {detail}
      </td>
    </tr>
  );
}

function lightsOf(server: ServerState): Light[] {
  return [
    ...server.status.checks.map((check) => ownLight(check, server)),
    nameLight(server),
    queueLight(server),
    peersLight(server),
  ];
}

/** What the server looks at itself has names of its own; others than these are shown as they come. */
const known: Readonly<Record<string, Words>> = {
  database: "admin.check.database",
  disk: "admin.check.disk",
  "signing key": "admin.check.signingKey",
  certificate: "admin.check.certificate",
};

function ownLight({ name, ok, detail, reason }: Check, { status, reach }: ServerState): Light {
  const words = known[name];
  const shown = words === undefined ? name : say(words);
  if (!ok) return { name: shown, state: "wrong", detail: detail && checkWords("own", detail, reason) };
  const { endsAt, shownBy } = reach.certificate;
  if (name === "disk") {
    return { name: shown, state: "well", detail: say("admin.free", { size: fileSize(status.freeBytes) }) };
  }
  if (name === "certificate" && shownBy === "proxy") {
    return { name: shown, state: "well", detail: say("setup.certificateProxy") };
  }
  if (name === "certificate" && endsAt !== undefined) {
    const endsAtMs = Date.parse(endsAt);
    const days = Math.max(0, Math.floor((endsAtMs - Date.now()) / dayMs));
    return {
      name: shown,
      state: "well",
      detail: say("setup.certificateUntil", { day: longDay(endsAtMs), days }),
    };
  }
  return { name: shown, state: "well", detail: detail ?? say("admin.isWell") };
}

function nameLight({ reach }: ServerState): Light {
  const name = say("admin.check.reach");
  if (reach.others.ok) {
    return { name, state: "well", detail: say("setup.othersReach", { host: reach.host }) };
  }
  const { fault, reason } = reach.others;
  return { name, state: "look", detail: fault && checkWords("others", fault, reason) };
}

function queueLight({ queue }: ServerState): Light {
  const name = say("admin.check.queue");
  const stuck = queue.hosts.filter(
    ({ problem, oldestAt }) =>
      problem !== undefined && oldestAt !== undefined && Date.now() - Date.parse(oldestAt) > longestWaitMs,
  );
  const [first] = stuck;
  if (first !== undefined) {
    return {
      name,
      state: "look",
      detail: (
        <ToTopic topic="queue">{say("admin.queueStuck", { host: first.host, count: stuck.length })}</ToTopic>
      ),
    };
  }
  return {
    name,
    state: "well",
    detail: say("admin.queueWell", { waiting: queue.waiting, scheduled: queue.scheduled }),
  };
}

function peersLight({ peers, failingPeers, changedPeers }: ServerState): Light {
  const name = say("admin.check.peers");
  if (changedPeers > 0) {
    return {
      name,
      state: "wrong",
      detail: <ToTopic topic="peers">{say("admin.peersChanged", { count: changedPeers })}</ToTopic>,
    };
  }
  if (failingPeers > 0) {
    return {
      name,
      state: "look",
      detail: <ToTopic topic="peers">{say("admin.peersFailing", { count: failingPeers })}</ToTopic>,
    };
  }
  return { name, state: "well", detail: say("admin.peersWell", { count: peers }) };
}

function ToTopic({ topic, children }: { topic: string; children: ReactNode }): ReactElement {
  return (
    <a
      href={writeRoute({ page: "admin", topic })}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        go({ page: "admin", topic });
      }}
    >
      {children}
    </a>
  );
}

function ServerFacts({ server: { status } }: { server: ServerState }): ReactElement {
  return (
    <Facts>
      <dt>{say("admin.host")}</dt>
      <dd>
        <bdi>{status.host}</bdi>
      </dd>
      <dt>{say("admin.accounts")}</dt>
      <dd>{say("count", { count: status.accounts })}</dd>
      <dt>{say("admin.messages")}</dt>
      <dd>{say("count", { count: status.messages })}</dd>
      <dt>{say("admin.stored")}</dt>
      <dd>{fileSize(status.storedBytes)}</dd>
      <dt>{say("admin.since")}</dt>
      <dd>{longTime(Date.parse(status.startedAt))}</dd>
      <dt>{say("admin.version")}</dt>
      <dd>{say("admin.versionIs", { software: status.software, wire: status.wireVersion })}</dd>
    </Facts>
  );
}
