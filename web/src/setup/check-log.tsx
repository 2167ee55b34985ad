import type { Reach } from "@posthorn/protocol";
import { type ReactElement, useEffect, useState } from "react";
import { lastSeen, useView } from "../state/use-view.ts";
import { clockTime } from "../words/dates.ts";
import { checkWords } from "../words/fault-words.ts";
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

/** Begins with what was asked of, as it is called in the log of a server. */
function linesOf({ trial, name, certificate, others, host }: Reach): Omit<Line, "atMs">[] {
  return [
    {
      key: "dns",
      text: `dns ${name.name} ${trial ? say("setup.logTrial") : foundFor(name)}`,
      isWell: trial || name.addresses.length > 0,
    },
    {
      key: "tls",
      text: `tls ${say(`setup.log.${certificate.shownBy}`)} ${certificate.fault === undefined ? (certificate.endsAt ?? "") : checkWords("certificate", certificate.fault, certificate.reason)}`.trim(),
      isWell: certificate.fault === undefined,
    },
    {
      key: "host",
      text: `https ${host} ${others.ok ? say("setup.logAnswers") : others.fault === undefined ? "" : checkWords("others", others.fault, others.reason)}`,
      isWell: others.ok,
    },
  ];
}

function foundFor({ addresses, fault, reason }: Reach["name"]): string {
  if (addresses.length > 0) return addresses.join(", ");
  return fault === undefined ? say("setup.logNothing") : checkWords("name", fault, reason);
}
