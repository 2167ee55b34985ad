import { type ReactElement, useEffect, useState } from "react";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Notice } from "../ui/notice.tsx";
import { say } from "../words/words.ts";
import style from "./lightbox.module.css";

/** A picture, as large as there is room. */
export function Lightbox({
  blob,
  name,
  onSave,
  onClose,
}: {
  blob: Blob;
  name: string;
  onSave(): void;
  onClose(): void;
}): ReactElement {
  const [url, setUrl] = useState<string>();
  const [isBroken, setBroken] = useState(false);
  useEffect(() => {
    const made = URL.createObjectURL(blob);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return (
    <Dialog title={name} onClose={onClose} width="wide">
      <div className={style.inside}>
        <figure className={style.figure}>
          {isBroken ? (
            <Notice look="warn">{say("file.noPicture")}</Notice>
          ) : (
            url !== undefined && <img src={url} alt={name} onError={() => setBroken(true)} />
          )}
        </figure>
        <Button icon="download" onClick={onSave}>
          {say("file.saveThis")}
        </Button>
      </div>
    </Dialog>
  );
}
