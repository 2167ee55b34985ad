import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { ofServer, seen, unseen } from "./server-sees.ts";

const root = new URL("../../../", import.meta.url);
const things = [...seen, ...unseen];

/** The names of all tables that the server makes. */
async function listTables(): Promise<string[]> {
  const folder = new URL("server/src/store/migrations/", root);
  const texts = await Promise.all(
    (await readdir(folder)).map((name) => readFile(new URL(name, folder), "utf8")),
  );
  return texts.flatMap((text) => [...text.matchAll(/CREATE TABLE (\w+)/g)].map(([, name = ""]) => name));
}

/** What the protocol says that a server sees, and what it does not, clause by clause. */
async function readSection(): Promise<{ sees: string[]; seesNot: string[] }> {
  const page = await readFile(new URL("docs/protocol/100-sealing.md", root), "utf8");
  const [, section = ""] =
    /## 100\.10 What a server still sees\n([\s\S]*?)\nWhat sealing does not give:/.exec(page) ?? [];
  const [sees = "", seesNot = ""] = section.replaceAll(/\s+/g, " ").split("It does not see ");
  return { sees: clausesOf(sees), seesNot: clausesOf(seesNot) };
}

function clausesOf(text: string): string[] {
  const plain = text.replace("What its own accounts have set there: ", "");
  return plain
    .split(/[;.] ?(?:- )?|^ ?- /)
    .map((clause) => clause.trim())
    .filter(Boolean);
}

test("whatever the server has a table for is among what is told, or is of nobody", async () => {
  const told = new Set<string>([...things.flatMap(({ tables }) => tables), ...ofServer]);
  const there = new Set([...(await listTables()), "migration"]);
  expect([...there].filter((table) => !told.has(table))).toEqual([]);
  expect([...told].filter((table) => !there.has(table))).toEqual([]);
});

test("what is told is what the protocol says, no more and no less", async () => {
  const { sees, seesNot } = await readSection();
  const said = (list: readonly { says: readonly string[] }[]) => list.flatMap(({ says }) => says).sort();
  expect(said(seen)).toEqual(sees.sort());
  expect(said(unseen)).toEqual(seesNot.sort());
});
