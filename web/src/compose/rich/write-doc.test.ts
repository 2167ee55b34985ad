import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import type { Mark, Node } from "prosemirror-model";
import { expect, it } from "vitest";
import { readDoc } from "./read-doc.ts";
import { schema } from "./schema.ts";
import { writeDoc } from "./write-doc.ts";

const { nodes, marks } = schema;

/** A text that the editor has taken in and given out. */
const again = (text: string) => writeDoc(readDoc(text) ?? nodes.doc.create());

const samples = [
  "Hello Bob,\n\nI am **very** *much* looking forward: `ls -l` and ~~that~~.",
  "# The *plan*\n\n## In short",
  "- one\n- two\n  - within\n    1. deeper\n- three",
  "3. three\n4. four",
  "- [x] cups\n- [ ] cake",
  "> said\n>\n> > before that\n\nanswered",
  "```\nlet x = 1 < 2;\n\n`tick` ```` four\n```".replace("````", "``"),
  "one line\nand another",
  "See [our place](https://a.test/x?y=1&z=2) or [write](mailto:bo@b.test).",
  "![a cat](the%20cat%20%281%29.png) and ![far](https://far.test/cat.png)",
  "| a | b |\n| - | - |\n| 1 | 2 |",
  "above\n\n---\n\nbelow",
  "\n\n-- \nAlice\nAt the sea",
  "https://a.test/a_b?c=*d*&e=1 and bo@b.test and www.a.test",
  "2 * 3 * 4 and snake_case_name and 5 < 6 & 7 > 6",
];

it("gives out as it was taken in what people write", () => {
  const plain = samples.filter((text) => !text.includes("*d*") && !text.startsWith("2 *"));
  expect(plain.map(again)).toEqual(plain);
});

it("escapes what only looks like Markdown", () => {
  const said = (text: string) =>
    writeDoc(nodes.doc.create(null, nodes.paragraph.create(null, schema.text(text))));
  expect(said("1. I say")).toBe("1\\. I say");
  expect(said("# no heading")).toBe("\\# no heading");
  expect(said("- no list")).toBe("\\- no list");
  expect(said("**not** bold")).toBe("\\*\\*not\\*\\* bold");
  expect(said("<b>")).toBe("\\<b>");
  expect(said("snake_case, 5 > 4, a & b - c (d)!")).toBe("snake_case, 5 > 4, a & b - c (d)!");
});

it("keeps marks that Markdown can only say with a letter's number", () => {
  const bold = schema.text("Note:", [marks.strong.create()]);
  const doc = nodes.doc.create(null, nodes.paragraph.create(null, [bold, schema.text("this")]));
  expect(readDoc(writeDoc(doc))?.eq(doc)).toBe(true);
});

it("takes in what it has given out as the same, whatever was written", () => {
  const folder = new URL("../../../../vectors/xss/", import.meta.url);
  const payloads = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name): string[] => JSON.parse(readFileSync(new URL(name, folder), "utf8")).payloads);
  for (const text of [...samples, ...payloads])
    expect([text, again(again(text))]).toEqual([text, again(text)]);
});

const signs = fc.constantFrom(
  ..."*_`~[]()<>#!|-+=\\&;:.1 \t\"'",
  "://",
  "www.",
  "&amp;",
  "a@b.test",
  "https://a.test/",
);
const letters = fc.constantFrom("a", "B", "é", "ß", "漢", "1", "one", " two ", "🙂");
const someWords = fc.array(fc.oneof({ arbitrary: letters, weight: 2 }, signs), {
  minLength: 1,
  maxLength: 8,
});
const someMarks: fc.Arbitrary<Mark[]> = fc.subarray([
  marks.strong.create(),
  marks.em.create(),
  marks.del.create(),
  marks.link.create({ url: "https://far.test/a_(b)?c=*&amp;" }),
]);
const someText = fc
  .tuple(someWords, fc.oneof({ arbitrary: fc.constant([]), weight: 2 }, someMarks))
  .map(([parts, all]) => schema.text(parts.join(""), setOf(all)));
const someCode = fc
  .tuple(
    fc.array(fc.constantFrom("a", "`", " ", "*", "\\", "&lt;"), { minLength: 1, maxLength: 5 }),
    someMarks,
  )
  .map(([parts, all]) => schema.text(parts.join(""), setOf([marks.monospace.create(), ...all])));
const someImage = fc
  .tuple(fc.constantFrom("a.png", "a b(1)%.png", "ü*_.jpg"), fc.constantFrom("", "a cat", "[x] `*_\\&lt;"))
  .map(([file, alt]) => nodes.image.create({ file, alt }));
const someBreak = fc.constant(nodes.lineBreak.create());

function setOf(all: readonly Mark[]): readonly Mark[] {
  return all.reduce<readonly Mark[]>((set, mark) => mark.addToSet(set), []);
}

const inline = fc.oneof({ arbitrary: someText, weight: 6 }, someCode, someImage, someBreak);
const paragraph = fc
  .array(inline, { minLength: 1, maxLength: 6 })
  .map((inside) => nodes.paragraph.create(null, inside));
const heading = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.array(someText, { maxLength: 3 }))
  .map(([level, inside]) => nodes.heading.create({ level }, inside));
const code = fc
  .array(fc.constantFrom("a", "```", "\n", "  ", "> ", "- "), { maxLength: 6 })
  .map((parts) => nodes.code.create(null, parts.length === 0 ? [] : schema.text(parts.join(""))));
const rule = fc.constant(nodes.rule.create());

const { block } = fc.letrec<{ block: Node; item: Node }>((tie) => {
  const items = fc.array(tie("item"), { minLength: 1, maxLength: 3 });
  return {
    block: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      paragraph,
      heading,
      code,
      rule,
      fc
        .array(tie("block"), { minLength: 1, maxLength: 3 })
        .map((blocks) => nodes.quote.create(null, blocks)),
      items.map((all) => nodes.bulletList.create(null, all)),
      fc
        .tuple(fc.integer({ min: 0, max: 12 }), items)
        .map(([start, all]) => nodes.orderedList.create({ start }, all)),
    ),
    item: fc
      .tuple(paragraph, fc.array(tie("block"), { maxLength: 2 }), fc.constantFrom(null, true, false))
      .map(([first, others, checked]) => nodes.listItem.create({ checked }, [first, ...others])),
  };
});
const someDoc = fc
  .array(block, { minLength: 1, maxLength: 4 })
  .map((blocks) => nodes.doc.create(null, blocks));

it("loses no word and no block of any document, and takes it in as it gave it out", () => {
  fc.assert(
    fc.property(someDoc, (doc) => {
      const text = writeDoc(doc);
      const read = readDoc(text);
      expect(read?.textContent.replaceAll(/\s/g, "")).toBe(doc.textContent.replaceAll(/\s/g, ""));
      expect(places(read ?? nodes.doc.create())).toEqual(places(doc));
      expect(writeDoc(read ?? nodes.doc.create())).toBe(text);
    }),
    { numRuns: 300 },
  );
});

/** Where words stand: in which blocks within which, each once where several follow. */
function places(doc: Node): string[] {
  const found: string[] = [];
  doc.descendants((node, at) => {
    if (!node.isTextblock || node.textContent.trim() === "") return;
    const $in = doc.resolve(at + 1);
    const place = Array.from({ length: $in.depth }, (_, depth) => $in.node(depth + 1).type.name).join(" ");
    if (found.at(-1) !== place) found.push(place);
  });
  return found;
}

it("keeps the marks of words of which each stands apart", () => {
  const word = fc
    .tuple(fc.constantFrom("one", "two", "3 and 4", "(five)"), someMarks)
    .map(([text, all]) => schema.text(text, setOf(all)));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (words) => {
      const apart = words.flatMap((one, at) => (at === 0 ? [one] : [schema.text(", "), one]));
      const doc = nodes.doc.create(null, nodes.paragraph.create(null, apart));
      expect(readDoc(writeDoc(doc))?.toString()).toBe(doc.toString());
    }),
  );
});
