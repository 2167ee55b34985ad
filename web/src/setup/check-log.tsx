import type { Reach } from "@posthorn/protocol";
import { type ReactElement, useEffect, useState } from "react";
import { lastSeen, useView } from "../state/use-view.ts";
import { clockTime } from "../words/dates.ts";
import { say } from "../words/words.ts";
import style from "./setup.module.css";

interface Line {
  key: string;
  atMs: number;
  text: string;
  isWell: boolean;
}

const mostLines = 100;

/** What the checks have seen, line by line, as it changed. */
export function CheckLog({ reach }: { reach: Reach | undefined }): ReactElement {
  const hops = lastSeen(useView("hops", {})) ?? [];
  const [lines, setLines] = useState<readonly Line[]>([]);
  const found = [
    ...(reach === undefined ? [] : linesOf(reach)),
    ...hops.map(({ hop, afterMs }) => ({
      key: "hop",
      text: say("setup.logHop", { hop: say(`setup.hop.${hop}`), ms: Math.round(afterMs) }),
      isWell: true,
    })),
  ];
  const told = JSON.stringify(found);
  useEffect(() => {
    setLines((before) => {
      const atMs = Date.now();
      const fresh = found.filter(
        ({ key, text }) =>
          before.findLast((line) => line.key === key && (key !== "hop" || line.text === text))?.text !== text,
      );
      return fresh.length === 0
        ? before
        : [...before, ...fresh.map((line) => ({ ...line, atMs }))].slice(-mostLines);
    });
    // What was found is all in its text.
  }, [told]);
  return (
    <aside className={style.log} aria-label={say("setup.log")}>
      <h2 className={style.logTitle}>{say("setup.log")}</h2>
      <ol>
        {lines.map(({ atMs, text, isWell }) => (
          <li key={`${atMs} ${text}`} data-well={isWell ? "" : undefined}>
            <time>{clockTime(atMs)}</time> {text}
          </li>
        ))}
      </ol>
    </aside>
  );
}

/** For whoever knows what they mean: not translated, as in the log of a server. */
function linesOf({ trial, name, certificate, others, host }: Reach): Omit<Line, "atMs">[] {
  const addresses = name.addresses.join(", ");
  return [
    {
      key: "dns",
      text: `dns ${name.name} ${trial ? "local trial" : addresses === "" ? (name.fault ?? "nothing yet") : addresses}`,
      isWell: trial || addresses !== "",
    },
    {
      key: "tls",
      text: `tls ${certificate.shownBy} ${certificate.fault ?? certificate.endsAt ?? ""}`.trim(),
      isWell: certificate.fault === undefined,
    },
    {
      key: "host",
      text: `https ${host} ${others.ok ? "answers as this server" : (others.fault ?? "")}`,
      isWell: others.ok,
    },
  ];
}
