import { isDeepStrictEqual } from "node:util";
import { decapsulateMlKem, importMlKemKey } from "@posthorn/crypto/parts";
import { fromHex, listMember, member, readSet, textMember } from "./read.ts";
import { type SetResult, tally } from "./set.ts";

/** Wycheproof's ML-KEM-768: key from seed, and decapsulation. What is invalid has the wrong length somewhere. */
export async function runMlKem(folder: string): Promise<SetResult> {
  const { count, result } = tally("wycheproof ML-KEM-768");
  for (const group of listMember(await readSet(folder, "wycheproof/mlkem_768_test.json.gz"), "testGroups")) {
    for (const one of listMember(group, "tests")) {
      const bytes = (name: string) => fromHex(textMember(one, name));
      const found = await decapsulated(bytes("seed"), bytes("c")).catch(() => undefined);
      const valid = textMember(one, "result") === "valid";
      const expected = valid ? { publicKey: bytes("ek"), sharedSecret: bytes("K") } : undefined;
      const same = isDeepStrictEqual(found, expected);
      count(
        `${member(one, "tcId")} ${member(one, "comment") ?? ""}`,
        same ? undefined : "has another outcome",
      );
    }
  }
  return result();
}

async function decapsulated(seed: Uint8Array, ciphertext: Uint8Array) {
  const key = await importMlKemKey(seed);
  return { publicKey: key.publicKey, sharedSecret: await decapsulateMlKem(key, ciphertext) };
}
