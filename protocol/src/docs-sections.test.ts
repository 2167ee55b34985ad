/** Sections of docs/protocol are numbered by their page, and whatever cites one, here or in code, cites one that is there. */
import { access, glob, readdir, readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
const folder = new URL("docs/protocol/", root);
const names = (await readdir(folder)).filter((name) => /^[0-9]+-.+\.md$/.test(name)).sort();
const pages = await Promise.all(
  names.map(async (file) => ({ file, text: await readFile(new URL(file, folder), "utf8") })),
);

/** The numbers of a text's headings in order. */
function sectionsOf(text: string): string[] {
  return [...text.matchAll(/^##? ([0-9]+(?:\.[0-9]+)?) /gm)].map(([, number = ""]) => number);
}

/** What a text cites of the protocol; sections of standards are of theirs. */
function citedIn(text: string): string[] {
  const own = text.replaceAll(/RFC [0-9]+,?[\s*/]+§[0-9.]+(?:(?:, | and |[–-])§[0-9.]+)*/g, "");
  return [...own.matchAll(/§((?:100|85|[1-9]0)(?:\.[0-9]+)?)/g)].map(([, number = ""]) => number);
}

const known = new Set(pages.flatMap(({ text }) => sectionsOf(text)));

describe("docs/protocol", () => {
  test.each(pages)("$file numbers its sections by its page, in order", ({ file, text }) => {
    const page = file.slice(0, file.indexOf("-"));
    const [title, ...sections] = sectionsOf(text);
    expect(title).toBe(page);
    const numbers = sections.map((section) => Number(section.slice(page.length + 1)));
    // The parts of JMAP have tens of their own, so that each can grow.
    const expected = page === "85" ? numbers.toSorted((a, b) => a - b) : numbers.map((_, index) => index + 1);
    expect(sections).toEqual(expected.map((number) => `${page}.${number}`));
  });

  test.each(pages)("$file cites sections that are there", ({ text }) => {
    expect(citedIn(text).filter((number) => !known.has(number))).toEqual([]);
  });

  test("is cited by the code where there is such a section", async () => {
    const astray: string[] = [];
    for await (const file of glob("*/{src,journeys}/**/*.ts", { cwd: root.pathname })) {
      const cited = citedIn(await readFile(new URL(file, root), "utf8"));
      for (const number of cited) if (!known.has(number)) astray.push(`${file}: §${number}`);
    }
    expect(astray).toEqual([]);
  });

  test("is read from a table that names each page", async () => {
    const text = await readFile(new URL("README.md", folder), "utf8");
    for (const { file } of pages) expect(text).toContain(`](${file})`);
  });

  test("names tests of the RFCs' examples that are there", async () => {
    const text = await readFile(new URL("jmap-examples.md", folder), "utf8");
    const named = new Set([...text.matchAll(/`([a-z0-9/-]+\.test\.ts)`/g)].map(([, file = ""]) => file));
    expect(named.size).toBeGreaterThan(20);
    const missing: string[] = [];
    for (const file of named) {
      const path = file.includes("/") ? `server/src/${file}` : `server/src/sync/jmap/${file}`;
      await access(new URL(path, root)).catch(() => missing.push(file));
    }
    expect(missing).toEqual([]);
  });
});
