/** Where a file is to be written as it is made. Not all browsers can be told (File System Access API). */

type Picker = (options: { suggestedName: string }) => Promise<FileSystemFileHandle>;

/** Null where the browser cannot, and the file is collected first; `no` when somebody has thought better of it. */
export async function askWhere(suggestedName: string): Promise<FileSystemFileHandle | null | "no"> {
  const picker: unknown = Reflect.get(window, "showSaveFilePicker");
  if (!isPicker(picker)) return null;
  try {
    return await picker.call(window, { suggestedName });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return "no";
    throw error;
  }
}

function isPicker(value: unknown): value is Picker {
  return typeof value === "function";
}
