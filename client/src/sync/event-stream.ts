/** Server-sent events as they come over the wire (HTML Living Standard, “Server-sent events”, parsing an event stream). */

/** One block of fields. What has no data is no event, but may say where the stream is. */
export interface StreamEvent {
  event: string;
  data: string | undefined;
  id: string | undefined;
}

/** More in one line than any event of ours has. */
const mostLength = 1024 * 1024;

/** Reads events as they come; what is cut off in the middle is none. Throws what reading throws, and Error for a line without end. */
export async function* readEvents(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent, void> {
  let fields = noFields();
  for await (const line of linesOf(bytes)) {
    if (line === "") {
      if (fields.isAny) yield { event: fields.event, data: fields.data?.join("\n"), id: fields.id };
      fields = noFields();
      continue;
    }
    const colon = line.indexOf(":");
    if (colon === 0) continue;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") fields.event = value;
    else if (name === "data") fields.data = [...(fields.data ?? []), value];
    else if (name === "id" && !value.includes("\0")) fields.id = value;
    else continue;
    fields.isAny = true;
  }
}

interface Fields {
  isAny: boolean;
  event: string;
  data: string[] | undefined;
  id: string | undefined;
}

function noFields(): Fields {
  return { isAny: false, event: "message", data: undefined, id: undefined };
}

/** Lines end with a line feed, a carriage return, or both. */
async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of bytes) {
    rest += decoder.decode(piece, { stream: true });
    // A line feed after a carriage return at the end may still come.
    const isOpen = rest.endsWith("\r");
    const lines = (isOpen ? rest.slice(0, -1) : rest).split(/\r\n|\r|\n/);
    rest = (lines.pop() ?? "") + (isOpen ? "\r" : "");
    yield* lines;
    if (rest.length > mostLength) throw new Error("A line of an event stream does not end.");
  }
}
