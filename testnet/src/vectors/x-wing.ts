import { isDeepStrictEqual } from "node:util";
import { availableBackends, encapsulateWith } from "@posthorn/crypto/parts";
import { fromHex, list, readSet, textMember } from "./read.ts";
import { type SetResult, tally } from "./set.ts";

/** X-Wing's own vectors, through every backend that this platform has. */
export async function runXWing(folder: string): Promise<SetResult> {
  const { count, note, result } = tally("X-Wing");
  const backends = await availableBackends();
  for (const [at, one] of list(await readSet(folder, "xwing/test-vectors.json"), "X-Wing").entries()) {
    const bytes = (name: string) => fromHex(textMember(one, name));
    const made = encapsulateWith(bytes("pk"), bytes("eseed"));
    let fault = isDeepStrictEqual(made.enc, bytes("ct")) ? undefined : "is encapsulated to something else";
    if (!isDeepStrictEqual(made.sharedSecret, bytes("ss"))) fault ??= "shares another secret";
    for (const backend of backends) {
      const key = await backend.openKey(bytes("seed"));
      const secret = await key.decapsulate(bytes("ct"));
      if (!isDeepStrictEqual(key.publicKey, bytes("pk"))) fault ??= `${backend.name} has another public key`;
      if (!isDeepStrictEqual(secret, bytes("ss"))) fault ??= `${backend.name} finds another secret`;
      note(`by the backend “${backend.name}”`);
    }
    count(`vector ${at + 1}`, fault);
  }
  return result();
}
