import { createContext } from "react";
import type { MessageFile } from "../state/worker/read-body.ts";
import type { PictureStore } from "./picture-store.ts";

/** The files that the text of a message can show (§20.7). */
export interface MessagePictures {
  files: readonly MessageFile[];
  store: PictureStore;
  /** A file stands in the text, or does not any more. */
  onStands(place: number, isShown: boolean): void;
}

export const PictureContext = createContext<MessagePictures | undefined>(undefined);

/** Larger pictures are saved and looked at elsewhere. */
const largestShownBytes = 10 * 1024 * 1024;
/** So much of a message comes without being asked for. */
const mostUnaskedBytes = 40 * 1024 * 1024;
/** Types that show themselves and cannot run. */
const pictures = /^image\/(?:png|jpeg|gif|webp|avif|bmp)$/i;

export function isPicture({ type }: Pick<MessageFile, "type">): boolean {
  return pictures.test(type);
}

export function canBeShown(file: MessageFile): boolean {
  return isPicture(file) && file.sizeBytes <= largestShownBytes;
}

/** Whether a picture is shown in the text without a word of whoever reads it: the first ones are. */
export function comesByItself(file: MessageFile, files: readonly MessageFile[]): boolean {
  const before = files.filter((other) => other.place <= file.place && canBeShown(other));
  return canBeShown(file) && before.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) <= mostUnaskedBytes;
}
