import { type ReactElement, useEffect, useRef, useState } from "react";
import { Notice } from "../ui/notice.tsx";
import { say } from "../words/words.ts";
import style from "./people.module.css";

/** As much as is used of https://wicg.github.io/shape-detection-api/#barcode-detection-api. */
interface Detector {
  detect(image: HTMLVideoElement): Promise<readonly { rawValue: string }[]>;
}

declare global {
  interface Window {
    BarcodeDetector?: new (options: { formats: string[] }) => Detector;
  }
}

const everyMs = 250;

/** Whether this browser has a camera that it can read codes with. */
export function canScan(): boolean {
  return window.BarcodeDetector !== undefined && navigator.mediaDevices !== undefined;
}

/** Looks through the camera until there is a code. The picture is looked at here and goes nowhere. */
export function ScanCode({
  onFound,
  onFailed,
}: {
  onFound(text: string): void;
  onFailed(): void;
}): ReactElement {
  const video = useRef<HTMLVideoElement>(null);
  const [isRefused, setRefused] = useState(false);
  const told = useRef({ onFound, onFailed });
  useEffect(() => {
    told.current = { onFound, onFailed };
  });
  useEffect(() => {
    let stream: MediaStream | undefined;
    let timer: ReturnType<typeof setInterval> | undefined;
    let isOver = false;
    const begin = async () => {
      if (window.BarcodeDetector === undefined) return told.current.onFailed();
      const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      if (isOver || video.current === null) return stopAll(stream);
      video.current.srcObject = stream;
      await video.current.play();
      let last = "";
      timer = setInterval(() => {
        if (video.current === null) return;
        detector.detect(video.current).then(
          ([code]) => {
            if (code === undefined || code.rawValue === last || isOver) return;
            last = code.rawValue;
            told.current.onFound(code.rawValue);
          },
          () => undefined,
        );
      }, everyMs);
    };
    begin().catch(() => setRefused(true));
    return () => {
      isOver = true;
      clearInterval(timer);
      stopAll(stream);
    };
  }, []);
  if (isRefused) return <Notice look="warn">{say("people.noCamera")}</Notice>;
  return <video ref={video} className={style.camera} aria-label={say("people.camera")} muted playsInline />;
}

function stopAll(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
