import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import {
  type BareItem,
  DisplayString,
  type InnerList,
  type Item,
  isInnerList,
  type Parameters,
  parseDictionary,
  parseItem,
  parseList,
  Token,
} from "@posthorn/crypto/parts";
import { list, member, readSet, text, textMember } from "./read.ts";
import { type SetResult, tally } from "./set.ts";

/** Structured fields (RFC 9651) as our reader reads them; writing them is not ours to do. */
export async function runStructuredFields(folder: string): Promise<SetResult> {
  const { count, result } = tally("structured fields, reading");
  const files = (await readdir(join(folder, "sfv"))).filter((name) => /\.json(\.gz)?$/.test(name)).sort();
  for (const file of files) {
    for (const one of list(await readSet(folder, `sfv/${file}`), file)) {
      const name = `${file} “${textMember(one, "name")}”`;
      const read = attempt(one);
      if (read.ok) {
        const expected = member(one, "must_fail") === true ? "nothing" : member(one, "expected");
        const same = isDeepStrictEqual(read.value, expected);
        count(name, same ? undefined : `read as ${JSON.stringify(read.value)}`);
      } else if (member(one, "must_fail") === true || member(one, "can_fail") === true) {
        count(name, undefined);
      } else {
        count(name, read.error);
      }
    }
  }
  return result();
}

type Attempt = { ok: true; value: unknown } | { ok: false; error: string };

function attempt(one: unknown): Attempt {
  const field = list(member(one, "raw"), "raw")
    .map((line) => text(line, "raw"))
    .join(", ");
  try {
    return { ok: true, value: read(textMember(one, "header_type"), field) };
  } catch (error) {
    return { ok: false, error: String(error) };
  }
}

/** The field in the set's own notation. */
function read(type: string, field: string): unknown {
  if (type === "item") return showMember(parseItem(field));
  if (type === "list") return parseList(field).map(showMember);
  return [...parseDictionary(field)].map(([key, value]) => [key, showMember(value)]);
}

function showMember(value: Item | InnerList): unknown {
  const shown = isInnerList(value) ? value[0].map(showMember) : showBare(value[0]);
  return [shown, showParameters(value[1])];
}

function showParameters(parameters: Parameters): unknown {
  return [...parameters].map(([key, value]) => [key, showBare(value)]);
}

function showBare(value: BareItem): unknown {
  if (value instanceof Token) return { __type: "token", value: value.toString() };
  if (value instanceof DisplayString) return { __type: "displaystring", value: value.toString() };
  if (value instanceof Date) return { __type: "date", value: value.getTime() / 1_000 };
  if (value instanceof ArrayBuffer) return { __type: "binary", value: base32(new Uint8Array(value)) };
  // −0 is 0 in a structured field, and no other number.
  return value === 0 ? 0 : value;
}

/** Base32 (RFC 4648 §6), in which the set writes bytes. */
function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const groups = bits.match(/.{1,5}/g) ?? [];
  const letters = groups.map((group) =>
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".charAt(Number.parseInt(group.padEnd(5, "0"), 2)),
  );
  return letters.join("").padEnd(Math.ceil(letters.length / 8) * 8, "=");
}
