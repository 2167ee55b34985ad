import { type ReactElement, Suspense, useState } from "react";
import { CallFailed, call } from "../state/desk.ts";
import { nextTicket } from "../state/file-tickets.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import type { MessageFile } from "../state/worker/read-body.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { part } from "../ui/part.ts";
import { resting } from "../ui/resting.ts";
import { saveBlob } from "../ui/save-blob.ts";
import { fileSize } from "../words/sizes.ts";
import { say } from "../words/words.ts";
import style from "./file-tiles.module.css";
import { canBeShown, isPicture } from "./picture-context.ts";
import { withoutTurns } from "./text-links.ts";

const Lightbox = part(
  () => import("./lightbox.tsx"),
  ({ Lightbox }) => Lightbox,
);

type Motion = { kind: "still" } | { kind: "moving"; ticket: number } | { kind: "failed"; sentence: string };

/** The files of a message: each can be saved, pictures can be looked at. */
export function FileTiles({
  messageId,
  files,
}: {
  messageId: string;
  files: readonly MessageFile[];
}): ReactElement | null {
  const [motions, setMotions] = useState<ReadonlyMap<number, Motion>>(new Map());
  const [shown, setShown] = useState<{ file: MessageFile; blob: Blob }>();
  const setMotion = (place: number, motion: Motion) =>
    setMotions((before) => new Map(before).set(place, motion));

  const bring = async (file: MessageFile) => {
    const ticket = nextTicket();
    setMotion(file.place, { kind: "moving", ticket });
    try {
      const fetched = await call("fetchFile", { messageId, place: file.place, ticket });
      setMotion(file.place, { kind: "still" });
      return fetched;
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      setMotion(file.place, { kind: "failed", sentence: error.message });
      return null;
    }
  };
  const save = async (file: MessageFile) => {
    const fetched = await bring(file);
    if (fetched !== null) saveBlob(fetched.blob, fetched.name);
  };
  const saveAll = async () => {
    for (const file of files) await save(file);
  };
  const look = async (file: MessageFile) => {
    const fetched = await bring(file);
    if (fetched !== null) setShown({ file, blob: fetched.blob });
  };

  if (files.length === 0) return null;
  return (
    <div className={style.files}>
      <ul className={style.tiles} aria-label={say("reader.files", { count: files.length })}>
        {files.map((file) => (
          <Tile
            key={file.place}
            file={file}
            motion={motions.get(file.place) ?? { kind: "still" }}
            onSave={() => void save(file)}
            onLook={canBeShown(file) ? () => void look(file) : undefined}
          />
        ))}
      </ul>
      {files.length > 1 && (
        <Button look="link" onClick={() => void saveAll()}>
          {say("file.saveAll", { count: files.length })}
        </Button>
      )}
      {shown !== undefined && (
        <Suspense>
          <Lightbox
            blob={shown.blob}
            name={nameOf(shown.file)}
            onSave={() => void save(shown.file)}
            onClose={() => setShown(undefined)}
          />
        </Suspense>
      )}
    </div>
  );
}

function Tile({
  file,
  motion,
  onSave,
  onLook,
}: {
  file: MessageFile;
  motion: Motion;
  onSave(): void;
  onLook: (() => void) | undefined;
}): ReactElement {
  const name = nameOf(file);
  const isMoving = motion.kind === "moving";
  return (
    <li className={style.tile} data-failed={motion.kind === "failed" ? "" : undefined}>
      <button
        type="button"
        className={style.main}
        {...resting(isMoving, onLook ?? onSave)}
        title={say(onLook === undefined ? "file.save" : "file.look", { name })}
      >
        <Icon name={isPicture(file) ? "image" : "file"} />
        <span className={style.about}>
          <bdi className={style.name}>{name}</bdi>
          <span className={style.size}>
            {motion.kind === "failed" ? (
              <span role="alert">{motion.sentence}</span>
            ) : isMoving ? (
              <Progress ticket={motion.ticket} sizeBytes={file.sizeBytes} />
            ) : (
              fileSize(file.sizeBytes)
            )}
          </span>
        </span>
      </button>
      {isMoving ? (
        <IconButton
          icon="close"
          size={16}
          label={say("file.stop", { name })}
          onClick={() => void call("stopFile", { ticket: motion.ticket })}
        />
      ) : (
        <IconButton
          icon={motion.kind === "failed" ? "undo" : "download"}
          size={16}
          label={say(motion.kind === "failed" ? "file.again" : "file.save", { name })}
          onClick={onSave}
        />
      )}
    </li>
  );
}

function Progress({ ticket, sizeBytes }: { ticket: number; sizeBytes: number }): ReactElement {
  const motion = lastSeen(useView("motion", { ticket }));
  const done = motion?.doneBytes ?? 0;
  const total = Math.max(motion?.totalBytes ?? sizeBytes, 1);
  return (
    <progress
      value={done}
      max={total}
      aria-label={say("file.coming", { percent: Math.round((done / total) * 100) })}
    />
  );
}

/** Without what would make an end look like a beginning (`exe.txt` for `txt.exe`). */
function nameOf({ name }: MessageFile): string {
  return withoutTurns(name).trim() || say("reader.noName");
}
