import type { Opened } from "../open.ts";

/** What the files of a mail are called that its owner has brought in (§100.14); undefined of any other message. */
export function importedFileNames(opened: Opened): string[] | undefined {
  if (opened.kind !== "open" || opened.imported !== true) return undefined;
  const names: unknown = Reflect.get(opened.message, "fileNames");
  return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
}
