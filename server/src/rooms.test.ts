/**
 * Who may import whom. The tables here are the ones in ARCHITECTURE.md and are checked against every source file, so a
 * shortcut between rooms fails here before it becomes a habit. A room that needs more is handed it by `server.ts`; when
 * the house itself is to change, change the table here and there in one commit that says why.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";
import { describe, expect, it } from "vitest";
import { codeOf, importsOf } from "./scan-source.ts";

/** Beside its own, a room's files import only from these; `env/env.ts` and `config.ts` give their types to every room. */
const rooms = {
  http: ["auth", "keys", "submit", "receive", "objects", "sync", "blobs", "peers", "admin"],
  auth: ["store"],
  keys: ["auth", "deliver", "store"],
  submit: ["objects", "blobs", "store"],
  queue: ["deliver", "store"],
  deliver: ["peers", "receive", "store"],
  peers: ["store"],
  receive: ["peers", "objects", "blobs", "store"],
  objects: ["kinds", "blobs", "rfc5322", "store"],
  kinds: [],
  sync: ["objects", "blobs", "rfc5322", "store"],
  rfc5322: [],
  blobs: ["store", "env"],
  store: [],
  admin: ["store", "queue", "peers"],
  env: [],
} as const satisfies Record<string, readonly string[]>;

/** Single doors beyond the table. */
const doors = [
  // A report lands in the sender's mailbox in the transaction that settles the delivery.
  { from: "queue/report.ts", to: "objects/add-message.ts" },
  // And is sealed as what others send it.
  { from: "queue/report.ts", to: "receive/arrival.ts" },
];

/** The files beside the rooms, and what they may import of ours. */
const root: Record<string, readonly string[] | "everything"> = {
  "main.ts": ["server.ts", "config.ts", "start-fault.ts", "env", "http"],
  "server.ts": "everything",
  "open-door.ts": ["config.ts", "auth", "env", "http"],
  "open-house.ts": "everything",
  "lost-keys.ts": ["env", "peers", "store"],
  "make-journey.ts": "everything",
  "make-handler.ts": "everything",
  "make-live.ts": "everything",
  "join-jmap.ts": "everything",
  "start-fault.ts": ["config.ts"],
  "keep-house.ts": "everything",
  "index.ts": "everything",
  "config.ts": [],
};

/** Which rooms speak to other servers, or hold what owners have signed, and so sign and verify. */
const cryptoRooms = ["http", "keys", "deliver", "peers", "receive"];

/** Each of these packages stays behind the room that has a door for it. */
const packages: Record<string, readonly string[]> = {
  pg: ["store"],
  "node:sqlite": ["store"],
  jose: ["auth"],
  "@serenity-kit/opaque": ["auth"],
  "@peculiar/x509": ["env"],
  "reflect-metadata": ["env"],
  htmlparser2: ["rfc5322"],
};

/** What of the platform is pure and free to all; of `node:crypto` nothing that makes keys or chance. */
const pureModules = ["node:path", "node:crypto"];
const chance = /^(?:random|generate|getRandomValues|webcrypto)/;

/** Files outside `env/` that touch the platform, each with what it needs. */
const touches: Record<string, readonly string[]> = {
  "http/listen.ts": ["node:http", "node:https", "node:net", "node:tls"],
  "store/sqlite.ts": ["setImmediate"],
  "store/query-turns.ts": ["setImmediate"],
  // Only tests import it.
  "store/each-store.ts": ["node:fs/promises", "node:os", "fetch"],
  "main.ts": ["process"],
};

const platformNames =
  /(?<![.\w$#])(?:Date|performance|setTimeout|setInterval|setImmediate|process|globalThis|WebSocket|crypto|fetch(?=\s*\())(?![\w$:?])|\bMath\s*\.\s*random\b/g;

/** Which of our packages each workspace may import, always by name and never by a path into its sources. */
const workspaces: Record<string, readonly string[]> = {
  protocol: [],
  crypto: [],
  client: ["protocol", "crypto"],
  server: ["protocol", "crypto"],
  web: ["protocol", "client"],
  cli: ["protocol", "client", "server"],
  testnet: ["protocol", "crypto", "client", "server", "web"],
  bench: ["protocol", "crypto", "client", "server", "testnet", "web"],
};

const repository = join(import.meta.dirname, "..", "..");
/** What a server consists of; what no door leads to is there for tests, and Knip sees to it that it is. */
const files = reachableFrom(["index.ts", "main.ts"]);

describe("the rooms of the server", () => {
  it("import one another only as the table allows", () => {
    expect(files.flatMap(strangersIn)).toEqual([]);
  });

  it("read SQL nowhere but in store/", () => {
    expect(files.flatMap(sqlIn)).toEqual([]);
  });

  it("keep each driver and library behind one door", () => {
    expect(files.flatMap(packagesIn)).toEqual([]);
  });

  it("touch clock, chance, network and disk only through env/", () => {
    expect(files.flatMap(platformIn)).toEqual([]);
  });

  it("are all in the table, and the table names no other", () => {
    const found = new Set(files.map(roomOf));
    expect([...found].filter((room) => !(room in rooms) && !(room in root))).toEqual([]);
    expect(Object.keys(rooms).filter((room) => !found.has(room))).toEqual([]);
  });

  it("have the table that ARCHITECTURE.md shows", () => {
    const page = readFileSync(join(repository, "ARCHITECTURE.md"), "utf8");
    const shown = [...page.matchAll(/^\| `(\w+)` \| ([^|]*) \|$/gm)].map(([, room = "", may = ""]) => [
      room,
      [...may.matchAll(/`(\w+)`/g)].map(([, name]) => name).sort(),
    ]);
    const table = Object.entries(rooms).map(([room, may]) => [room, [...may].sort()]);
    expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(table));
  });
});

describe("the workspaces", () => {
  it("import one another only by name, and only as the table allows", () => {
    expect(Object.keys(workspaces).flatMap(strangersInWorkspace)).toEqual([]);
  });
});

describe("the scanner", () => {
  const cases: [string, string, boolean][] = [
    ['import { a } from "x";', "x", false],
    ['import type { A } from "x";', "x", true],
    ['import { type A, type B as C } from "x";', "x", true],
    ['import { type A, b } from "x";', "x", false],
    ['import * as a from "x";', "x", false],
    ['import a, {\n  b,\n} from "x";', "x", false],
    ['import "x";', "x", false],
    ['export { a } from "x";', "x", false],
    ['export type * from "x";', "x", true],
    ['const a = await import("x");', "x", false],
    ['type A = typeof import("x");', "x", true],
    ["const a = await import(name);", "", false],
  ];
  it.each(cases)("reads %j", (source, from, typeOnly) => {
    expect(importsOf(source)).toMatchObject([{ from, typeOnly }]);
  });

  it("reads neither comments nor strings as code", () => {
    const source = [
      '// import { a } from "x";',
      '/* import "y"; */ const from = "import z";',
      'const quote = /"/; const date = "Date.now()";',
      "const text = `Date $" + "{clock.now()} fetch()`;",
      'export const path = "//a.test/"; // Date',
    ].join("\n");
    expect(importsOf(source)).toEqual([]);
    expect(codeOf(source)).not.toMatch(platformNames);
    expect(codeOf(source)).toContain("clock.now()");
  });

  it.each([
    "const a = Date.now();",
    "new Date(0)",
    "Math.random()",
    "await fetch(url)",
    "setTimeout(f, 1)",
    "[...`$" + "{Date.now()}`]",
    "process.env.HOME",
    "crypto.randomUUID()",
  ])("finds the platform in %j", (source) => {
    expect(codeOf(source)).toMatch(platformNames);
  });

  it.each(["this.#fetch(host)", "ctx.fetch(url)", "{ process: 1 }", "notBefore: string; updateDate()"])(
    "finds none of the platform in %j",
    (source) => {
      expect(codeOf(source)).not.toMatch(platformNames);
    },
  );
});

function strangersIn(file: string): string[] {
  const room = roomOf(file);
  const may = mayImport(room);
  return importsOf(read(file)).flatMap(({ from, typeOnly }) => {
    if (from === "")
      return [`${file} imports what is only known at run time, so nobody can see which room it enters.`];
    if (!from.startsWith(".")) return [];
    const target = posix.join(posix.dirname(file), from);
    const entered = roomOf(target);
    if (entered === room || may === "everything" || may.includes(entered)) return [];
    if (typeOnly && (target === "env/env.ts" || target === "config.ts") && room in rooms) return [];
    if (doors.some((door) => door.from === file && door.to === target)) return [];
    return [
      `${file} imports ${target}, but “${room}” may import ${may.join(", ") || "no other room"}. ` +
        "Let server.ts hand over what is needed, or change the table here and in ARCHITECTURE.md.",
    ];
  });
}

function sqlIn(file: string): string[] {
  if (roomOf(file) === "store" || file === "index.ts") return [];
  return importsOf(read(file)).flatMap(({ from, typeOnly }) => {
    const target = posix.join(posix.dirname(file), from);
    if (target !== "store/sql.ts" || typeOnly) return [];
    return [`${file} takes more than types from store/sql.ts. Write a function in store/ and call that.`];
  });
}

function packagesIn(file: string): string[] {
  const room = roomOf(file);
  return importsOf(read(file)).flatMap(({ from, typeOnly }) => {
    const owners = from === "@posthorn/crypto" ? cryptoRooms : packages[from];
    if (owners === undefined || owners.includes(room) || typeOnly || room === "index.ts") return [];
    return [
      `${file} imports ${from}, which belongs to ${owners.join(", ")}. Ask that room for what is needed.`,
    ];
  });
}

function platformIn(file: string): string[] {
  if (roomOf(file) === "env") return [];
  const source = read(file);
  const allowed = touches[file] ?? [];
  const modules = importsOf(source)
    .filter(({ from, typeOnly, names }) => {
      if (typeOnly || !from.startsWith("node:") || packages[from] !== undefined) return false;
      if (from === "node:crypto") return names.some((name) => chance.test(name));
      return !pureModules.includes(from);
    })
    .map(({ from }) => from);
  const names = [...codeOf(source).matchAll(platformNames)].map(([name]) => name);
  return [...new Set([...modules, ...names])]
    .filter((name) => !allowed.includes(name))
    .map(
      (name) =>
        `${file} touches the outside by ${name}. Take Clock, Random, Files or Egress of env/env.ts from ctx instead.`,
    );
}

function strangersInWorkspace(workspace: string): string[] {
  const folder = join(repository, workspace);
  const may = workspaces[workspace] ?? [];
  return sourcesBelow(folder).flatMap((file) =>
    importsOf(readFileSync(join(folder, file), "utf8")).flatMap(({ from }) => {
      const target = posix.join(posix.dirname(file), from);
      if (from.startsWith(".") && target.startsWith("..")) {
        return [`${workspace}/${file} reaches into another workspace by ${from}. Import it by its name.`];
      }
      if (!from.startsWith("@posthorn/")) return [];
      const [name = "", ...path] = from.slice("@posthorn/".length).split("/");
      if (!doorsOf(name).includes(["."].concat(path).join("/"))) {
        return [
          `${workspace}/${file} imports ${from}, which is not among the exports of ${name}/package.json.`,
        ];
      }
      // An example names its own workspace, as whoever copies it will.
      const isExample = name === workspace && file.startsWith("examples/");
      if (may.includes(name) || isExample) return [];
      return [
        `${workspace}/${file} imports ${from}, but ${workspace} may import ${may.join(", ") || "nothing of ours"}.`,
      ];
    }),
  );
}

/** `.`, `./node`: what a workspace exports. */
function doorsOf(workspace: string): string[] {
  const { exports } = JSON.parse(readFileSync(join(repository, workspace, "package.json"), "utf8"));
  return Object.keys(exports);
}

function mayImport(room: string): readonly string[] | "everything" {
  return Object.entries({ ...rooms, ...root }).find(([name]) => name === room)?.[1] ?? [];
}

/** `http` for `http/listen.ts`, `main.ts` for itself. */
function roomOf(file: string): string {
  return file.split("/")[0] ?? file;
}

function read(file: string): string {
  return readFileSync(join(import.meta.dirname, file), "utf8");
}

function reachableFrom(entries: readonly string[]): string[] {
  const found = new Set(entries);
  for (const file of found) {
    for (const { from } of importsOf(read(file))) {
      const target = posix.join(posix.dirname(file), from);
      if (from.startsWith(".") && existsSync(join(import.meta.dirname, target))) found.add(target);
    }
  }
  return [...found].sort();
}

/** The TypeScript files in a folder, by their path in it. */
function sourcesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((file) => !/(?:^|\/)(?:node_modules|dist)\//.test(file));
}
