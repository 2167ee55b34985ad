import type { ReactElement } from "react";
import style from "./message-text.module.css";
import { AddressLink, SafeLink } from "./safe-link.tsx";
import { linksIn, withoutTurns } from "./text-links.ts";

/** Text as it was written, with its lines, and with its addresses to follow. */
export function PlainText({ text }: { text: string }): ReactElement {
  return (
    <div className={style.plain} dir="auto">
      {linksIn(text).map((piece, at) => {
        switch (piece.kind) {
          case "text":
            return piece.text;
          case "link":
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: a text's pieces change with the text alone
              <SafeLink key={at} url={piece.url} words={piece.text}>
                {withoutTurns(piece.text)}
              </SafeLink>
            );
          case "address":
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: a text's pieces change with the text alone
              <AddressLink key={at} address={piece.text}>
                {piece.text}
              </AddressLink>
            );
        }
        return null;
      })}
    </div>
  );
}
