/** An event: goes well · comes twice · comes after the next one · never comes. */
export type EventFate = "well" | "twice" | "late" | "lost";

/** A stream of server-sent events, on a wire that does with each what it is told to. Pings go well. */
export function spoilEvents(
  body: AsyncIterable<Uint8Array>,
  fate: () => EventFate,
): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      const reading = body[Symbol.asyncIterator]();
      const spoilt = spoil(reading, fate);
      return {
        next: () => spoilt.next(),
        // At once: one that waits for the next event would hear of it only then.
        async return() {
          await reading.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

async function* spoil(
  reading: AsyncIterator<Uint8Array>,
  fate: () => EventFate,
): AsyncGenerator<Uint8Array, undefined> {
  const [decoder, encoder] = [new TextDecoder(), new TextEncoder()];
  let rest = "";
  let late = "";
  for (;;) {
    const read = await reading.next();
    if (read.done === true) return undefined;
    const blocks = (rest + decoder.decode(read.value, { stream: true })).split(/(?<=\n\n)/);
    rest = blocks.at(-1)?.endsWith("\n\n") === true ? "" : (blocks.pop() ?? "");
    for (const block of blocks) {
      const what = block.includes("event: state") ? fate() : "well";
      if (what === "late") late += block;
      if (what === "late" || what === "lost") continue;
      yield encoder.encode(what === "twice" ? block + block + late : block + late);
      late = "";
    }
  }
}
