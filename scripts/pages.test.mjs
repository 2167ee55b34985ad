/** Pages rot quietly: links, numbers and lists in them are held to what is there. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";

const root = dirname(import.meta.dirname);
const outside = /(?:^|\/)(?:node_modules|dist)(?:\/|$)/;
const pages = glob("**/*.md");
const decisions = pages.filter((page) => page.startsWith("docs/decisions/"));

describe("the pages", () => {
  it("link only to what is there", () => {
    const dead = pages.flatMap((page) =>
      linksOf(page)
        .filter((link) => !existsSync(join(root, dirname(page), link.split("#")[0])))
        .map((link) => `${page} links to ${link}, which is not there.`),
    );
    expect(dead).toEqual([]);
  });

  it("have every heading that a link points at", () => {
    const dead = pages.flatMap((page) =>
      linksOf(page)
        .filter((link) => /\.md#|^#/.test(link))
        .filter((link) => {
          const [file, heading] = link.split("#");
          const target = file === "" ? page : relative(root, join(root, dirname(page), file));
          return existsSync(join(root, target)) && !headingsOf(target).includes(heading);
        })
        .map((link) => `${page} links to ${link}; there is no such heading.`),
    );
    expect(dead).toEqual([]);
  });

  it("say what every number means that a comment cites", () => {
    const explained = new Set(
      ["docs/threats.md", "docs/reliability.md"].flatMap((page) =>
        [...read(page).matchAll(/^\| ([A-Z]\d+) \|/gm)].map(([, number]) => number),
      ),
    );
    const unexplained = glob("*/{src,journeys}/**/*.ts").flatMap((file) =>
      [...read(file).matchAll(/\b(?:threats|reliability) ([A-Z]\d+(?:, (?:and )?[A-Z]\d+)*)/g)]
        .flatMap(([, numbers]) => numbers.split(/, (?:and )?/))
        .filter((number) => !explained.has(number))
        .map(
          (number) => `${file} cites ${number}, which docs/threats.md and docs/reliability.md do not know.`,
        ),
    );
    expect(unexplained).toEqual([]);
  });
});

describe("the decisions", () => {
  it("are numbered without gap or double", () => {
    const numbers = decisions.map((page) => /\/(\d{4})-[a-z0-9-]+\.md$/.exec(page)?.[1]).sort();
    expect(numbers).toEqual(numbers.map((_, index) => String(index + 1).padStart(4, "0")));
  });

  it("each have their five parts", () => {
    const parts = ["Context", "Decision", "Why", "What else", "How it is kept"];
    const lacking = decisions.flatMap((page) =>
      parts.filter((part) => !read(page).includes(`**${part}.**`)).map((part) => `${page}: ${part}`),
    );
    expect(lacking).toEqual([]);
  });

  it("speak of every dependency that is shipped, in the version that is installed", () => {
    const text = decisions.map(read).join("\n");
    const silent = glob("*/package.json").flatMap((file) =>
      Object.entries(JSON.parse(read(file)).dependencies ?? {})
        .filter(([name]) => !name.startsWith("@posthorn/"))
        .filter(([name, version]) => !text.includes(`\`${name}\` ${version}`))
        .map(([name, version]) => `${file} has ${name} ${version}; no decision says so.`),
    );
    expect(silent).toEqual([]);
  });

  it("exist when they are cited", () => {
    const numbers = decisions.map((page) =>
      page.slice("docs/decisions/".length, "docs/decisions/".length + 4),
    );
    const lost = glob("*/{src,journeys}/**/*.ts").flatMap((file) =>
      [...read(file).matchAll(/[Dd]ecisions?[ /](\d{4})/g)]
        .filter(([, number]) => !numbers.includes(number))
        .map(([citation]) => `${file} cites ${citation}.`),
    );
    expect(lost).toEqual([]);
  });
});

function glob(pattern) {
  return globSync(pattern, { cwd: root, exclude: (path) => outside.test(path) }).sort();
}

function read(file) {
  return readFileSync(join(root, file), "utf8");
}

/** Links to places in this repository. */
function linksOf(page) {
  const prose = read(page).replaceAll(/^```[\s\S]*?^```|`[^`\n]*`/gm, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link)
    .filter((link) => !/^[a-z]+:/.test(link));
}

/** The anchors a page's headings have. */
function headingsOf(page) {
  return [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(/\s/g, "-"),
  );
}
