import { agree, importAgreementKey } from "@posthorn/crypto/parts";
import { fromHex, listMember, member, readSet, textMember } from "./read.ts";
import { type SetResult, tally } from "./set.ts";

/** Wycheproof's X25519. A shared secret of zeros, which the set lets pass, is refused here. */
export async function runX25519(folder: string): Promise<SetResult> {
  const { count, note, result } = tally("wycheproof X25519");
  for (const group of listMember(await readSet(folder, "wycheproof/x25519_test.json.gz"), "testGroups")) {
    for (const one of listMember(group, "tests")) {
      const expected = textMember(one, "shared");
      const key = await importAgreementKey(fromHex(textMember(one, "private")));
      const found = await agree(key, fromHex(textMember(one, "public")));
      const name = `${member(one, "tcId")} ${textMember(one, "comment")}`;
      if (/^0+$/.test(expected)) {
        note("refused because ours is stricter: a shared secret of zeros");
        count(name, found === undefined ? undefined : "was accepted");
      } else {
        const same = found !== undefined && Buffer.from(found).toString("hex") === expected;
        count(name, same ? undefined : "has another shared secret");
      }
    }
  }
  return result();
}
