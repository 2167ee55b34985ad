import { type ReactElement, Suspense, useContext, useEffect, useLayoutEffect, useState } from "react";
import type { MessageFile } from "../state/worker/read-body.ts";
import { part } from "../ui/part.ts";
import { saveBlob } from "../ui/save-blob.ts";
import { say } from "../words/words.ts";
import style from "./message-text.module.css";
import { comesByItself, type MessagePictures, PictureContext } from "./picture-context.ts";
import type { OpenPicture } from "./picture-store.ts";
import { withoutTurns } from "./text-links.ts";

const Lightbox = part(
  () => import("./lightbox.tsx"),
  ({ Lightbox }) => Lightbox,
);

/** A picture in the words of a message: the file of this name that came with it. */
export function TextPicture({ name, words }: { name: string; words: string }): ReactElement {
  const message = useContext(PictureContext);
  const file = message?.files.find((one) => one.name === name);
  if (message === undefined || file === undefined) return <Missing words={words || name} />;
  if (!comesByItself(file, message.files)) {
    return (
      <span className={style.picture}>{say("image.blocked", { words: withoutTurns(words || name) })}</span>
    );
  }
  return <Shown key={file.place} message={message} file={file} words={words} />;
}

function Missing({ words }: { words: string }): ReactElement {
  return <span className={style.picture}>{say("picture.missing", { words: withoutTurns(words) })}</span>;
}

function Shown({
  message: { store, onStands },
  file: { place, name },
  words,
}: {
  message: MessagePictures;
  file: MessageFile;
  words: string;
}): ReactElement {
  /** Null when it cannot be had. */
  const [opened, setOpened] = useState<OpenPicture | null>();
  const [isBroken, setBroken] = useState(false);
  const [isLarge, setLarge] = useState(false);
  useEffect(() => {
    let isHere = true;
    void store.open(place).then((picture) => {
      if (isHere) setOpened(picture);
    });
    return () => {
      isHere = false;
    };
  }, [store, place]);
  const isShown = opened !== null && !isBroken;
  // Before it is drawn, so that it is never seen twice.
  useLayoutEffect(() => {
    onStands(place, isShown);
    return () => onStands(place, false);
  }, [place, isShown, onStands]);

  const title = withoutTurns(words || name);
  if (opened === null || isBroken) return <Missing words={title} />;
  if (opened === undefined) {
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
        <img src={opened.url} alt={title} onError={() => setBroken(true)} />
      </button>
      {isLarge && (
        <Suspense>
          <Lightbox
            blob={opened.blob}
            name={title}
            onSave={() => saveBlob(opened.blob, name)}
            onClose={() => setLarge(false)}
          />
        </Suspense>
      )}
    </>
  );
}
