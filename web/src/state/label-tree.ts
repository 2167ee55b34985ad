/** Labels within labels, as people name them: `Work/Travel`. */
import type { Folder } from "./worker/folders.ts";

export interface NamedLabel {
  folder: Folder;
  /** With the names of those it is in. */
  path: string;
  depth: number;
}

/** Those that a person has made, each after the one it is in. One that is in none that is here stands by itself. */
export function labelTree(folders: readonly Folder[]): NamedLabel[] {
  const labels = folders.filter(({ role }) => role === null);
  const ids = new Set(labels.map(({ id }) => id));
  const within = (parentId: string | null, path: string, depth: number): NamedLabel[] =>
    labels
      .filter(
        (folder) =>
          (folder.parentId !== null && ids.has(folder.parentId) ? folder.parentId : null) === parentId,
      )
      .toSorted((a, b) => a.name.localeCompare(b.name))
      .flatMap((folder) => {
        const here = path === "" ? folder.name : `${path}/${folder.name}`;
        return [{ folder, path: here, depth }, ...within(folder.id, here, depth + 1)];
      });
  return within(null, "", 0);
}

/** Whether the words stand in it, in any case and without accents. */
export function hasWords(text: string, words: string): boolean {
  const plain = bare(text);
  return bare(words)
    .split(/\s+/)
    .every((word) => plain.includes(word));
}

function bare(text: string): string {
  return text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLocaleLowerCase().trim();
}
