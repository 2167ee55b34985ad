import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Block, type Inline, readMarkdown } from "./markdown-tree.ts";

test("what people write in Markdown is known", () => {
  const text = [
    "# The *plan*",
    "",
    "Meet **Bo** at [our place](https://a.test/x?y=1&amp;z=2) & bring `tea`.",
    "",
    "- [x] cups",
    "- [ ] cake",
    "",
    "> said",
    "",
    "| a | b |",
    "| - | - |",
    "| 1 | 2 |",
    "",
    "---",
    "```js",
    "let x = 1 < 2;",
    "```",
  ].join("\n");
  expect(readMarkdown(text)?.map(({ kind }) => kind)).toEqual([
    "heading",
    "paragraph",
    "list",
    "quote",
    "table",
    "rule",
    "code",
  ]);
  expect(linksOf(readMarkdown(text) ?? [])).toEqual(["https://a.test/x?y=1&z=2"]);
  expect(readMarkdown("```\n1 < 2 &amp; 3\n```")).toEqual([{ kind: "code", text: "1 < 2 &amp; 3" }]);
});

test("HTML is words, and pictures are named without being loaded", () => {
  expect(readMarkdown("Hello <b onclick=x>you</b>")).toEqual([
    {
      kind: "paragraph",
      inside: [
        { kind: "text", text: "Hello " },
        { kind: "text", text: "<b onclick=x>" },
        { kind: "text", text: "you" },
        { kind: "text", text: "</b>" },
      ],
    },
  ]);
  expect(readMarkdown("![a cat](https://far.test/cat.png)")).toEqual([
    {
      kind: "paragraph",
      inside: [
        {
          kind: "image",
          words: "a cat",
          address: "https://far.test/cat.png",
          file: undefined,
          host: "far.test",
        },
      ],
    },
  ]);
});

test("a picture without a scheme is a file of the message, by its name", () => {
  expect(filesIn("![](cat.png)")).toEqual(["cat.png"]);
  expect(filesIn("![at home](the%20cat%20%281%29.png)")).toEqual(["the cat (1).png"]);
  expect(filesIn("![](100%.png)")).toEqual(["100%.png"]);
  for (const other of [
    "//far.test/cat.png",
    "/cat.png",
    "cid:cat",
    "data:image/png,x",
    "javascript:x",
    "#a",
  ]) {
    expect([other, filesIn(`![](${other})`)]).toEqual([other, [undefined]]);
  }
});

test("characters that are written by their names are those, and other names are words", () => {
  expect(readMarkdown("a &lt; b &#65; &valueOf; &nobody;")).toEqual([
    { kind: "paragraph", inside: [{ kind: "text", text: "a < b A &valueOf; &nobody;" }] },
  ]);
});

test("nothing of the published attacks is a link that runs", () => {
  const folder = new URL("../../../vectors/xss/", import.meta.url);
  const payloads = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name): string[] => JSON.parse(readFileSync(new URL(name, folder), "utf8")).payloads);
  expect(payloads.length).toBeGreaterThan(1_000);
  const schemes = new Set<string>();
  for (const payload of payloads) {
    for (const url of linksOf(readMarkdown(payload) ?? [])) schemes.add(new URL(url).protocol);
  }
  expect([...schemes].sort()).toEqual(["http:", "https:"]);
});

test("what is nested without end, or too long, is shown and not looked through", () => {
  expect(readMarkdown(`${">".repeat(2_000)} x`)).toHaveLength(1);
  expect(readMarkdown("x".repeat(200_000))).toBeUndefined();
});

function filesIn(text: string): (string | undefined)[] {
  return (readMarkdown(text) ?? []).flatMap((block) =>
    block.kind === "paragraph"
      ? block.inside.flatMap((inline) => (inline.kind === "image" ? [inline.file] : []))
      : [],
  );
}

function linksOf(blocks: readonly Block[]): string[] {
  return blocks.flatMap((block): string[] => {
    switch (block.kind) {
      case "paragraph":
      case "heading":
        return linksIn(block.inside);
      case "quote":
        return linksOf(block.blocks);
      case "list":
        return block.items.flatMap((item) => linksOf(item.blocks));
      case "table":
        return [...block.head, ...block.rows.flat()].flatMap(linksIn);
      default:
        return [];
    }
  });
}

function linksIn(inlines: readonly Inline[]): string[] {
  return inlines.flatMap((inline) => {
    const inside = "inside" in inline ? linksIn(inline.inside) : [];
    return inline.kind === "link" ? [inline.url, ...inside] : inside;
  });
}
