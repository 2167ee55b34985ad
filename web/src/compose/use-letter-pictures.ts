import { useEffect, useLayoutEffect, useMemo } from "react";
import { call } from "../state/desk.ts";
import type { LetterFile } from "../state/worker/letter-files.ts";
import { told } from "../ui/told.ts";
import { type LetterFileCalls, type LetterPictures, makeLetterPictures } from "./letter-pictures.ts";

/** Those of a letter, for as long as it is open; undefined before it is. */
export function useLetterPictures(
  letterId: number | undefined,
  files: readonly LetterFile[] | undefined,
): LetterPictures | undefined {
  const pictures = useMemo(
    () => (letterId === undefined ? undefined : makeLetterPictures(callsFor(letterId))),
    [letterId],
  );
  // With what is drawn: a key that comes as soon as a file is seen means it.
  useLayoutEffect(() => {
    if (files !== undefined) pictures?.follow(files);
  }, [pictures, files]);
  useEffect(() => () => pictures?.forget(), [pictures]);
  return pictures;
}

function callsFor(letterId: number): LetterFileCalls {
  return {
    read: (key) => call("readLetterFile", { letterId, key }),
    add: (files) => told(call("addFiles", { letterId, files })),
    remove: (key) => told(call("removeFile", { letterId, key })),
  };
}
