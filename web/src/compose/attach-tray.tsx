import type { ReactElement, RefObject } from "react";
import { call } from "../state/desk.ts";
import type { LetterFile } from "../state/worker/letter-files.ts";
import { IconButton } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { told } from "../ui/told.ts";
import { faultWords } from "../words/fault-words.ts";
import { languageNow, say } from "../words/words.ts";
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
          {file.state === "failed" && file.fault?.code !== "file.lost" && (
            <IconButton
              icon="undo"
              size={16}
              label={say("files.retry", { name: file.filename })}
              onClick={() => told(call("retryFile", { letterId, key: file.key }))}
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
              value={file.state === "uploading" ? file.done : 0}
              aria-label={say("files.progress", { name: file.filename })}
            />
          )}
        </li>
      ))}
    </ul>
  );
}

function stateOf({ state, sizeBytes, done, fault }: LetterFile): string {
  const size = sizeOf(sizeBytes);
  switch (state) {
    case "done":
      return size;
    case "failed":
      if (fault === null) return say("files.failed");
      return fault.code === "file.lost" ? say("files.lost") : faultWords(fault);
    case "offline":
      return say("files.offline", { size });
    case "waiting":
      return say("files.waiting", { size });
    case "sealing":
      return say("files.sealing", { size });
    case "uploading":
      return say("files.uploading", { size, percent: Math.floor(done * 100) });
  }
}

const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** As people say it: 1.2 MB. */
function sizeOf(bytes: number): string {
  const at = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const value = bytes / 1_000 ** at;
  return new Intl.NumberFormat(languageNow(), {
    style: "unit",
    unit: units[at] ?? "byte",
    unitDisplay: at === 0 ? "long" : "short",
    maximumFractionDigits: value < 10 && at > 1 ? 1 : 0,
  }).format(value);
}
