import { importVerifyKey, verifyBytes } from "@posthorn/crypto/parts";
import { fromHex, listMember, member, readSet, textMember } from "./read.ts";
import { type SetResult, tally } from "./set.ts";

/** Wycheproof's Ed25519: whatever is marked invalid must be refused, by the key's import or by the check. */
export async function runEd25519(folder: string): Promise<SetResult> {
  const { count, result } = tally("wycheproof Ed25519");
  for (const group of listMember(await readSet(folder, "wycheproof/ed25519_test.json.gz"), "testGroups")) {
    const publicKey = fromHex(textMember(member(group, "publicKey"), "pk"));
    for (const one of listMember(group, "tests")) {
      const name = `${member(one, "tcId")} ${textMember(one, "comment")}`;
      const expected = textMember(one, "result") === "valid";
      const message = fromHex(textMember(one, "msg"));
      const found = await holds(publicKey, message, fromHex(textMember(one, "sig")));
      count(name, found === expected ? undefined : found ? "was accepted" : "was refused");
    }
  }
  return result();
}

async function holds(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const key = await importVerifyKey(publicKey).catch(() => undefined);
  return key !== undefined && verifyBytes(key, message, signature);
}
