import { hmac } from "@posthorn/crypto/parts";
import { fromHex, listMember, member, readSet, textMember } from "./read.ts";
import { type SetResult, tally } from "./set.ts";

/** Wycheproof's HMAC-SHA256: ours is compared with the tag, which in some groups is only the beginning of the code. */
export async function runHmac(folder: string): Promise<SetResult> {
  const { count, result } = tally("wycheproof HMAC-SHA256");
  for (const group of listMember(
    await readSet(folder, "wycheproof/hmac_sha256_test.json.gz"),
    "testGroups",
  )) {
    for (const one of listMember(group, "tests")) {
      const code = await hmac("SHA-256", fromHex(textMember(one, "key")), fromHex(textMember(one, "msg")));
      const tag = textMember(one, "tag");
      const same = Buffer.from(code).toString("hex").slice(0, tag.length) === tag;
      const expected = textMember(one, "result") === "valid";
      const fault = same ? "is the code of something invalid" : "is another code";
      count(`${member(one, "tcId")} ${textMember(one, "comment")}`, same === expected ? undefined : fault);
    }
  }
  return result();
}
