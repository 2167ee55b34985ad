import { useMemo } from "react";
import type { Folder } from "../state/worker/folders.ts";

export type Label = Pick<Folder, "id" | "name">;

/** The labels among the mailboxes: the same for as long as none of them has changed, whatever is counted in them. */
export function useLabels(folders: readonly Folder[]): readonly Label[] {
  const labels = folders.flatMap(({ id, name, role }) => (role === null ? [{ id, name }] : []));
  const key = JSON.stringify(labels);
  // The key says all that the labels say.
  return useMemo(() => labels, [key]);
}
