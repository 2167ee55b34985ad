import { type ReactElement, useEffect, useRef, useState } from "react";
import type { FromFrame, ToFrame } from "../frame/frame-words.ts";
import { openComposer } from "../state/composers.ts";
import { call } from "../state/desk.ts";
import { nextTicket } from "../state/file-tickets.ts";
import { isBetweenKeys } from "../state/keys.ts";
import { chooseOriginalColours, useOriginalColours } from "../state/original-colours.ts";
import type { MessageFile } from "../state/worker/read-body.ts";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { say } from "../words/words.ts";
import { isDarkNow, useIsDark } from "./is-dark.ts";
import style from "./message-frame.module.css";
import { safeUrl } from "./text-links.ts";

/** Pictures that are larger than this wait to be saved. */
const largestPictureBytes = 5_000_000;

/** Keys that only lead somewhere else: whoever has clicked into a letter goes on by them. Others could be the letter's own doing. */
const leadingKeys: ReadonlySet<string> = new Set([
  "j",
  "k",
  "n",
  "p",
  "u",
  "o",
  "g",
  "/",
  "?",
  ";",
  ":",
  "Escape",
  "F6",
]);

/** Somebody's HTML, in a frame that can do nothing: it has no origin, no network and no forms. */
export function MessageFrame({
  messageId,
  html,
  files,
  sender,
  onPlaced,
}: {
  messageId: string;
  html: string;
  files: readonly MessageFile[];
  sender: string;
  /** Told which of the files stand in it as pictures, by their places. */
  onPlaced(places: readonly number[]): void;
}): ReactElement {
  const frame = useRef<HTMLIFrameElement>(null);
  const isDark = useIsDark();
  const isOriginal = useOriginalColours(sender);
  const [height, setHeight] = useState(48);
  const [shown, setShown] = useState({ blocked: 0, isRecoloured: false });
  const [pointed, setPointed] = useState<string>();
  const pictures = usePictures(messageId, files);

  useEffect(() => {
    const tell = () => {
      const words: ToFrame = {
        html,
        isDark: isDarkNow(),
        isOriginal,
        pictures,
        quotedWords: say("message.quoted"),
      };
      // It has no origin that could be named.
      frame.current?.contentWindow?.postMessage(words, "*");
    };
    const hear = ({ data, source }: MessageEvent<FromFrame>) => {
      if (source === null || source !== frame.current?.contentWindow) return;
      switch (data.kind) {
        case "ready":
          tell();
          return;
        case "shown":
          setHeight(heightOf(data.heightPx));
          onPlaced(placesOf(files, data.placed));
          setShown({ blocked: Number(data.blocked) || 0, isRecoloured: data.isRecoloured === true });
          return;
        case "height":
          setHeight(heightOf(data.heightPx));
          return;
        case "pointed":
          setPointed(typeof data.url === "string" ? safeUrl(data.url)?.host : undefined);
          return;
        case "key":
          if (data.isMod ? data.key === "k" : leadingKeys.has(data.key) || isBetweenKeys()) {
            const isMac = /^(Mac|iP)/.test(navigator.platform);
            const mod = data.isMod ? { ctrlKey: !isMac, metaKey: isMac } : {};
            frame.current?.dispatchEvent(
              new KeyboardEvent("keydown", { key: data.key, bubbles: true, ...mod }),
            );
          }
          return;
        case "write":
          if (typeof data.address === "string" && /^[^\s@]{1,64}@[^\s@]{1,255}$/.test(data.address)) {
            openComposer({ kind: "new", to: [data.address] });
          }
      }
    };
    addEventListener("message", hear);
    tell();
    return () => removeEventListener("message", hear);
  }, [html, isDark, isOriginal, pictures, files, onPlaced]);

  return (
    <div className={style.around}>
      {(shown.blocked > 0 || (isDark && (shown.isRecoloured || isOriginal))) && (
        <div className={style.bar}>
          {shown.blocked > 0 && (
            <p className={style.blocked}>
              <Icon name="image" size={16} />
              {say("frame.blocked", { count: shown.blocked })}
            </p>
          )}
          {isDark && (shown.isRecoloured || isOriginal) && (
            <Button
              look="link"
              aria-pressed={isOriginal}
              onClick={() => chooseOriginalColours(sender, !isOriginal)}
            >
              {say(isOriginal ? "frame.ourColours" : "frame.originalColours")}
            </Button>
          )}
        </div>
      )}
      <iframe
        ref={frame}
        className={style.frame}
        src="/message.html"
        title={say("frame.title")}
        sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox"
        referrerPolicy="no-referrer"
        style={{ blockSize: height }}
      />
      {pointed !== undefined && (
        <p className={style.pointed} aria-hidden="true">
          {say("link.opens", { host: pointed })}
        </p>
      )}
    </div>
  );
}

/** What a frame says is not believed further than it can be so. */
function placesOf(files: readonly MessageFile[], placed: unknown): number[] {
  if (!Array.isArray(placed)) return [];
  return files.flatMap(({ place, cid }) => (cid !== null && placed.includes(bareCid(cid)) ? [place] : []));
}

function bareCid(cid: string): string {
  return cid.replace(/^<|>$/g, "");
}

function heightOf(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? Math.min(Math.max(value, 24), 30_000) : 48;
}

const none: ToFrame["pictures"] = [];

/** Those that the message brought along, as they come. */
function usePictures(messageId: string, files: readonly MessageFile[]): ToFrame["pictures"] {
  const [pictures, setPictures] = useState(none);
  const wanted = files.filter(
    ({ cid, type, sizeBytes }) =>
      cid !== null &&
      /^image\/(?:png|jpeg|gif|webp|avif|bmp)$/i.test(type) &&
      sizeBytes <= largestPictureBytes,
  );
  const key = wanted.map(({ place }) => place).join(" ");
  useEffect(() => {
    if (key === "") return;
    let isHere = true;
    const fetching = wanted.map(async ({ place, cid }) => {
      const fetched = await call("fetchFile", { messageId, place, ticket: nextTicket() });
      return fetched === null ? [] : [{ cid: bareCid(cid ?? ""), blob: fetched.blob }];
    });
    void Promise.allSettled(fetching).then((ended) => {
      const there = ended.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
      if (isHere && there.length > 0) setPictures(there);
    });
    return () => {
      isHere = false;
    };
  }, [messageId, key]);
  return pictures;
}
