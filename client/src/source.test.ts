import { expect, onTestFinished, test } from "vitest";
import { readAll } from "./read-all.ts";
import { blobSource } from "./source.ts";

/** As in browsers whose streams can be read but not iterated. */
function forgetIteration(): void {
  const place: [object, symbol] = [ReadableStream.prototype, Symbol.asyncIterator];
  const iterate = Reflect.getOwnPropertyDescriptor(...place);
  if (iterate === undefined) throw new Error("Node's streams cannot be iterated.");
  Reflect.deleteProperty(...place);
  onTestFinished(() => void Reflect.defineProperty(...place, iterate));
}

test("A chosen file is read where a stream cannot be iterated", async () => {
  forgetIteration();
  const source = blobSource(new Blob(["a cho", "sen file"]));
  expect(source.sizeBytes).toBe(13);
  expect(new TextDecoder().decode(await readAll(source.read(2, 6), 100))).toBe("chosen");
});
