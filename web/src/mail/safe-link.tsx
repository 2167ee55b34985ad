import type { ReactElement, ReactNode } from "react";
import { openComposer } from "../state/composers.ts";
import { say } from "../words/words.ts";
import style from "./message-text.module.css";
import { hidesHost, realHost } from "./text-links.ts";

/** A link in a message. Where its words do not say so, where it leads stands beside it. */
export function SafeLink({
  url,
  words,
  children,
}: {
  url: string;
  words: string;
  children: ReactNode;
}): ReactElement {
  const target = new URL(url);
  const host = realHost(target);
  return (
    <>
      <a href={url} target="_blank" rel="noopener noreferrer nofollow" title={say("link.opens", { host })}>
        {children}
      </a>
      {hidesHost(words, target) && <bdi className={style.host}>{host}</bdi>}
    </>
  );
}

/** An address of a person, to write to. */
export function AddressLink({ address, children }: { address: string; children: ReactNode }): ReactElement {
  return (
    <button
      type="button"
      className={style.address}
      title={say("link.write", { address })}
      onClick={() => openComposer({ kind: "new", to: [address] })}
    >
      {children}
    </button>
  );
}
