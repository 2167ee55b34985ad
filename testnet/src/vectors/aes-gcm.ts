import { isDeepStrictEqual } from "node:util";
import { importAeadKey, openAead, sealAead } from "@posthorn/crypto/parts";
import { fromHex, listMember, member, readSet, textMember } from "./read.ts";
import { type SetResult, tally } from "./set.ts";

/** Wycheproof's AES-GCM in the sizes that are used: keys of 256 bits, nonces of 96. What is invalid must not open. */
export async function runAesGcm(folder: string): Promise<SetResult> {
  const { count, result } = tally("wycheproof AES-256-GCM");
  for (const group of listMember(await readSet(folder, "wycheproof/aes_gcm_test.json.gz"), "testGroups")) {
    if (member(group, "keySize") !== 256 || member(group, "ivSize") !== 96) continue;
    for (const one of listMember(group, "tests")) {
      const name = `${member(one, "tcId")} ${textMember(one, "comment")}`;
      count(name, await findFault(one));
    }
  }
  return result();
}

async function findFault(one: unknown): Promise<string | undefined> {
  const bytes = (name: string) => fromHex(textMember(one, name));
  const key = await importAeadKey(bytes("key"));
  const sealed = Uint8Array.of(...bytes("ct"), ...bytes("tag"));
  const opened = await openAead(key, bytes("iv"), sealed, bytes("aad"));
  if (textMember(one, "result") !== "valid") return opened === undefined ? undefined : "was opened";
  if (!isDeepStrictEqual(opened, bytes("msg"))) return "was not opened to its message";
  const again = await sealAead(key, bytes("iv"), bytes("msg"), bytes("aad"));
  return isDeepStrictEqual(again, sealed) ? undefined : "is sealed to something else";
}
