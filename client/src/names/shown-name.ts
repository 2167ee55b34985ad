/**
 * What is shown of the names that people give themselves. Anybody can write any name, so none may pass for an address, and
 * one that two people have tells nobody which of them it is (threats E8, decision 0035).
 */

/** What turns the direction of reading or begins a new line. */
const turns = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const unseen = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * A name as it may stand for this address; undefined when it is none that is shown: one without letters, one with an `@`,
 * and one that looks like a host other than the address's own.
 */
export function shownName(name: string | null | undefined, address: string): string | undefined {
  const line = (name ?? "").replaceAll(turns, " ").replaceAll(/\s+/g, " ").trim();
  const plain = line.normalize("NFKC").replaceAll(unseen, "");
  if (!/[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(plain)) return undefined;
  return plain.includes("@") || hasForeignHost(plain, address) ? undefined : line;
}

/** `Dr.Weber` and `J.Weber` are names, `bank.example` is a host. */
const abbreviated = /^(?:\p{Lu}\p{Ll}{0,2}\.)+\p{Lu}\p{Ll}{3,}$/u;
const hostLike = /^(?:[\p{L}\p{N}_-]+\.)+\p{L}[\p{L}\p{N}-]+$/u;

function hasForeignHost(name: string, address: string): boolean {
  const own = address
    .slice(address.lastIndexOf("@") + 1)
    .replace(/:\d+$/, "")
    .toLowerCase();
  return name.split(/[^\p{L}\p{M}\p{N}._-]+/u).some((word) => {
    if (!hostLike.test(word) || abbreviated.test(word)) return false;
    const host = word.toLowerCase();
    return own !== host && !own.endsWith(`.${host}`);
  });
}

/** Letters that look alike, of other alphabets and of the same. */
const alike = new Map(
  Object.entries({
    а: "a",
    е: "e",
    о: "o",
    р: "p",
    с: "c",
    у: "y",
    х: "x",
    і: "l",
    ј: "j",
    ѕ: "s",
    һ: "h",
    ԁ: "d",
    ԛ: "q",
    ԝ: "w",
    к: "k",
    м: "m",
    т: "t",
    α: "a",
    ο: "o",
    ν: "v",
    ρ: "p",
    ι: "l",
    κ: "k",
    υ: "u",
    ı: "l",
    i: "l",
    "1": "l",
    "0": "o",
  }),
);

/** The same for names that one reads as the same: whatever their case, marks, order, and letters that look alike. */
export function nameKey(name: string): string {
  const letters = name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[\p{M}\p{Default_Ignorable_Code_Point}]/gu, "");
  const read = [...letters].map((letter) => alike.get(letter) ?? letter).join("");
  return (read.match(/[\p{L}\p{N}]+/gu) ?? []).sort().join(" ") || letters;
}
