import { bindTexts, openStream, sealedSize, sealStream } from "@posthorn/crypto";
import { collect, drain, flowOf, plaintextOf } from "./byte-flow.ts";
import type { Work } from "./contender.ts";
import { randomBytes } from "./random-bytes.ts";

/** A file as Posthorn seals it while it is sent, and opens it while it comes. */
export async function posthornFile(size: number): Promise<Work> {
  const key = randomBytes(32);
  const context = bindTexts("posthorn-file-v1", [crypto.randomUUID(), "0"]);
  const sealed = await collect(sealStream(key, context, plaintextOf(size)));
  return {
    seal: () => drain(sealStream(key, context, plaintextOf(size)), sealedSize(size)),
    open: () => drain(openStream(key, context, flowOf(sealed)), size),
  };
}
