import { isDeepStrictEqual } from "node:util";
import { hkdfSha256 } from "@posthorn/crypto/parts";
import { fromHex, listMember, member, readSet, textMember } from "./read.ts";
import { type SetResult, tally } from "./set.ts";

/** Wycheproof's HKDF-SHA256: what is invalid asks for more bytes than there can be. */
export async function runHkdf(folder: string): Promise<SetResult> {
  const { count, result } = tally("wycheproof HKDF-SHA256");
  for (const group of listMember(
    await readSet(folder, "wycheproof/hkdf_sha256_test.json.gz"),
    "testGroups",
  )) {
    for (const one of listMember(group, "tests")) {
      const bytes = (name: string) => fromHex(textMember(one, name));
      const size = Number(member(one, "size"));
      const found = await hkdfSha256(bytes("ikm"), bytes("info"), size, bytes("salt")).catch(() => undefined);
      const expected = textMember(one, "result") === "valid" ? bytes("okm") : undefined;
      const name = `${member(one, "tcId")} ${textMember(one, "comment")}`;
      count(name, isDeepStrictEqual(found, expected) ? undefined : "has another output");
    }
  }
  return result();
}
