import type { Reach } from "@posthorn/protocol";
import type { ReactElement } from "react";
import { CopyText } from "../ui/copy-text.tsx";
import { checkWords } from "../words/fault-words.ts";
import { say } from "../words/words.ts";
import style from "./setup.module.css";
import { Step } from "./step.tsx";
import { useNow } from "./use-setup.ts";

function isNameFound({ trial, name }: Reach): boolean {
  return trial || name.addresses.length > 0;
}

/** Where a host has no file that leads others here, nothing is found though the name is there. */
function needsFile({ wellKnown, others }: Reach): boolean {
  return wellKnown !== undefined && !others.ok;
}

/** Which host the addresses end in, and whether its name leads here; where it does not, what to paste. */
export function DomainStep({
  reach,
  lookedAtMs,
}: {
  reach: Reach | undefined;
  lookedAtMs: number | undefined;
}): ReactElement {
  const title = say("setup.domain");
  if (reach === undefined) {
    return (
      <Step number={1} title={title} state="checking">
        <p>{say("setup.checking")}</p>
      </Step>
    );
  }
  const isFound = isNameFound(reach);
  const isDone = isFound && !needsFile(reach);
  return (
    <Step number={1} title={title} state={isDone ? "done" : "wrong"}>
      <p>
        {reach.wellKnown === undefined
          ? say("setup.domainIs", { host: reach.host })
          : say("setup.domainSplit", { host: reach.host, endpoint: reach.endpoint })}
      </p>
      {reach.trial ? (
        <p className={style.note}>{say("setup.trial")}</p>
      ) : (
        <Records reach={reach} lookedAtMs={lookedAtMs} />
      )}
      {reach.wellKnown !== undefined && <WellKnown reach={reach} text={reach.wellKnown} />}
    </Step>
  );
}

function Records({ reach, lookedAtMs }: { reach: Reach; lookedAtMs: number | undefined }): ReactElement {
  const { name, addresses, resolvers, ownAddresses, fault, reason } = reach.name;
  const [own] = ownAddresses;
  const isElsewhere =
    addresses.length > 0 && own !== undefined && !addresses.some((address) => ownAddresses.includes(address));
  return (
    <>
      {addresses.length > 0 ? (
        <p>{say("setup.nameLeads", { name, addresses: addresses.join(", ") })}</p>
      ) : (
        <>
          <p>
            {fault === undefined ? say("setup.nameMissing", { name }) : checkWords("name", fault, reason)}
          </p>
          <CopyText label={say("setup.record")} text={recordOf(name, own)} />
          {own === undefined && <p className={style.note}>{say("setup.ownUnknown")}</p>}
        </>
      )}
      {isElsewhere && <p className={style.note}>{say("setup.nameElsewhere", { own })}</p>}
      {lookedAtMs !== undefined && (
        <p className={style.note}>
          <LookedAt atMs={lookedAtMs} resolvers={resolvers} isFound={addresses.length > 0} />
        </p>
      )}
    </>
  );
}

/** As it is pasted into a zone (RFC 1035 §5, RFC 3596). */
function recordOf(name: string, address: string | undefined): string {
  const type = address?.includes(":") === true ? "AAAA" : "A";
  return `${name}.  300  IN  ${type}  ${address ?? "…"}`;
}

function LookedAt({
  atMs,
  resolvers,
  isFound,
}: {
  atMs: number;
  resolvers: readonly string[];
  isFound: boolean;
}): ReactElement {
  const seconds = Math.max(0, Math.round((useNow() - atMs) / 1_000));
  const asked = resolvers.join(", ");
  return <>{say("setup.lookedAt", { seconds, asked, found: isFound ? "yes" : "no" })}</>;
}

function WellKnown({ reach, text }: { reach: Reach; text: string }): ReactElement {
  const { host, others, name } = reach;
  if (others.ok) return <p>{say("setup.wellKnownDone", { host, name: name.name })}</p>;
  return (
    <>
      <p>{say("setup.wellKnown", { host, name: name.name })}</p>
      <CopyText label={say("setup.wellKnownFile", { host })} text={text} />
      {others.fault !== undefined && (
        <p className={style.note}>{checkWords("others", others.fault, others.reason)}</p>
      )}
    </>
  );
}
