import { type ReactElement, Suspense, useContext, useEffect, useLayoutEffect, useState } from "react";
import { call } from "../state/desk.ts";
import { nextTicket } from "../state/file-tickets.ts";
import type { MessageFile } from "../state/worker/read-body.ts";
import { part } from "../ui/part.ts";
import { saveBlob } from "../ui/save-blob.ts";
import { say } from "../words/words.ts";
import style from "./message-text.module.css";
import { canBeShown, type MessagePictures, PictureContext } from "./picture-context.ts";
import { withoutTurns } from "./text-links.ts";

const Lightbox = part(
  () => import("./lightbox.tsx"),
  ({ Lightbox }) => Lightbox,
);

/** A picture in the words of a message: the file of this name that came with it. */
export function TextPicture({ name, words }: { name: string; words: string }): ReactElement {
  const message = useContext(PictureContext);
  const file = message?.files.find((one) => one.name === name && canBeShown(one));
  if (message === undefined || file === undefined) return <Missing words={words || name} />;
  return <Shown key={file.place} message={message} file={file} words={words} />;
}

function Missing({ words }: { words: string }): ReactElement {
  return <span className={style.picture}>{say("picture.missing", { words: withoutTurns(words) })}</span>;
}

type Fetched = { kind: "coming" } | { kind: "failed" } | { kind: "here"; blob: Blob; url: string };

function Shown({
  message: { messageId, onStands },
  file: { place, name },
  words,
}: {
  message: MessagePictures;
  file: MessageFile;
  words: string;
}): ReactElement {
  const fetched = useFetched(messageId, place);
  const [isBroken, setBroken] = useState(false);
  const [isLarge, setLarge] = useState(false);
  const isShown = fetched.kind !== "failed" && !isBroken;
  // Before it is drawn, so that it is never seen twice.
  useLayoutEffect(() => {
    onStands(place, isShown);
    return () => onStands(place, false);
  }, [place, isShown, onStands]);

  const title = withoutTurns(words || name);
  if (!isShown) return <Missing words={title} />;
  if (fetched.kind !== "here") {
    return <span className={style.coming}>{say("picture.loading", { words: title })}</span>;
  }
  return (
    <>
      <button
        type="button"
        className={style.shown}
        title={say("file.look", { name: title })}
        onClick={() => setLarge(true)}
      >
        <img src={fetched.url} alt={title} onError={() => setBroken(true)} />
      </button>
      {isLarge && (
        <Suspense>
          <Lightbox
            blob={fetched.blob}
            name={title}
            onSave={() => saveBlob(fetched.blob, name)}
            onClose={() => setLarge(false)}
          />
        </Suspense>
      )}
    </>
  );
}

/** Opened by the worker, and shown from memory; it is not waited for when nobody looks any more. */
function useFetched(messageId: string, place: number): Fetched {
  const [fetched, setFetched] = useState<Fetched>({ kind: "coming" });
  useEffect(() => {
    const ticket = nextTicket();
    let url: string | undefined;
    let isHere = true;
    call("fetchFile", { messageId, place, ticket }).then(
      (file) => {
        if (file === null || !isHere) return;
        url = URL.createObjectURL(file.blob);
        setFetched({ kind: "here", blob: file.blob, url });
      },
      () => setFetched({ kind: "failed" }),
    );
    return () => {
      isHere = false;
      if (url === undefined) void call("stopFile", { ticket });
      else URL.revokeObjectURL(url);
    };
  }, [messageId, place]);
  return fetched;
}
