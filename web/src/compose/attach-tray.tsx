import type { ReactElement, RefObject } from "react";
import { call } from "../state/desk.ts";
import type { LetterFile } from "../state/worker/letter-files.ts";
import { IconButton } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { told } from "../ui/told.ts";
import { faultWords } from "../words/fault-words.ts";
import { fileSize, timeLeft } from "../words/sizes.ts";
import { say } from "../words/words.ts";
import style from "./attach-tray.module.css";
import type { EditorHandle } from "./editor.tsx";
import { isPicture, type LetterPictures } from "./letter-pictures.ts";
import { fileDestination } from "./rich/write-words.ts";

/** The files of a letter: how far each has gone up, and what can be done when one cannot. */
export function AttachTray({
  letterId,
  files,
  text,
  editor,
  pictures,
}: {
  letterId: number;
  files: readonly LetterFile[];
  text: string;
  editor: RefObject<EditorHandle | null>;
  pictures: LetterPictures;
}): ReactElement | null {
  if (files.length === 0) return null;
  const isInText = ({ filename }: LetterFile) =>
    filename !== "" && text.includes(`](${fileDestination(filename)})`);
  const place = (file: LetterFile) => {
    if (!isInText(file)) editor.current?.putPicture(file.filename);
    else {
      pictures.release(file.filename);
      editor.current?.takePictureOut(file.filename);
    }
  };
  const remove = (file: LetterFile) => {
    if (isInText(file)) editor.current?.takePictureOut(file.filename);
    told(call("removeFile", { letterId, key: file.key }));
  };
  return (
    <ul className={style.tray} aria-label={say("files.title", { count: files.length })}>
      {files.map((file) => (
        <li key={file.key} className={style.file} data-state={file.state}>
          <Icon
            name={file.state === "failed" ? "warning" : file.mimeType.startsWith("image/") ? "image" : "file"}
            size={16}
          />
          <span className={style.words}>
            <bdi className={style.name}>{file.filename || say("files.noName")}</bdi>
            <span className={style.state}>{stateOf(file)}</span>
          </span>
          {file.state === "failed" && !isAway(file) && (
            <IconButton
              icon="undo"
              size={16}
              label={say("files.retry", { name: file.filename })}
              onClick={() => told(call("retryFile", { letterId, key: file.key }))}
            />
          )}
          {canPause(file) && (
            <IconButton
              icon={file.state === "paused" ? "play" : "pause"}
              size={16}
              label={say(file.state === "paused" ? "files.resume" : "files.pause", { name: file.filename })}
              onClick={() =>
                told(call(file.state === "paused" ? "resumeFiles" : "pauseFile", { letterId, key: file.key }))
              }
            />
          )}
          {isPicture(file) && file.filename !== "" && (
            <IconButton
              icon={isInText(file) ? "clip" : "image"}
              size={16}
              label={say(isInText(file) ? "files.onlyAttach" : "files.intoText", { name: file.filename })}
              onClick={() => place(file)}
            />
          )}
          <IconButton
            icon="close"
            size={16}
            label={say("files.remove", { name: file.filename })}
            onClick={() => remove(file)}
          />
          {file.state !== "done" && file.state !== "failed" && (
            <progress
              className={style.progress}
              max={1}
              value={file.state === "sealing" ? 0 : file.done}
              aria-label={say("files.progress", { name: file.filename })}
            />
          )}
        </li>
      ))}
    </ul>
  );
}

/** Its bytes are not on this device. */
function isAway({ fault }: LetterFile): boolean {
  return fault?.code === "file.lost" || fault?.code === "file.elsewhere";
}

function canPause({ state }: LetterFile): boolean {
  return state !== "done" && state !== "failed";
}

function stateOf({ state, sizeBytes, done, leftS, fault }: LetterFile): string {
  const size = fileSize(sizeBytes);
  const percent = Math.floor(done * 100);
  switch (state) {
    case "done":
      return size;
    case "failed":
      if (fault === null) return say("files.failed");
      if (fault.code === "file.elsewhere") return say("files.elsewhere");
      return fault.code === "file.lost" ? say("files.lost") : faultWords(fault);
    case "offline":
      return say("files.offline", { size });
    case "waiting":
      return say("files.waiting", { size });
    case "sealing":
      return say("files.sealing", { size });
    case "paused":
      return say("files.paused", { size, percent });
    case "uploading":
      return leftS === null
        ? say("files.uploading", { size, percent })
        : say("files.left", { size, percent, left: timeLeft(leftS) });
  }
}
