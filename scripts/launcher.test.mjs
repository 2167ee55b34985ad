import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { folderOfCaller, launcherOf } from "./launcher.mjs";

const root = dirname(import.meta.dirname);
const launcher = join(root, "scripts", "posthorn");
const folder = mkdtempSync(join(tmpdir(), "posthorn-launcher-"));

afterAll(() => rmSync(folder, { recursive: true }));

/** A folder with a `posthorn` in it that leads to `target`. */
function linked(name, target) {
  const place = join(folder, name);
  mkdirSync(place, { recursive: true });
  symlinkSync(target, join(place, "posthorn"));
  return place;
}

describe("the launcher", () => {
  it("starts the command in another folder, by its path and by a link", () => {
    const place = linked("by link", launcher);
    for (const file of [launcher, join(place, "posthorn")]) {
      const help = execFileSync(file, ["--help"], { cwd: folder, encoding: "utf8" });
      expect(help).toMatch(/^Usage: posthorn/);
    }
  });

  it("stands in what is to be typed next, never npx", () => {
    const env = { ...process.env, POSTHORN_HOME: folder, npm_command: "exec" };
    const { stderr } = spawnSync(launcher, ["inbox"], { cwd: folder, env, encoding: "utf8" });
    expect(stderr).toContain(`Next: ${launcher} login ADDRESS\n`);
  });

  it("is typed by its path where nothing of this repository lies in PATH", () => {
    expect(launcherOf(root, "")).toBe(launcher);
    expect(launcherOf(root, ["/nowhere", linked("empty link", "/nowhere")].join(delimiter))).toBe(launcher);
  });

  it("is typed by its name alone where PATH leads to it", () => {
    expect(launcherOf(root, linked("scripts link", launcher))).toBe("posthorn");
    expect(launcherOf(root, linked("npm link", join(root, "cli", "bin", "posthorn.mjs")))).toBe("posthorn");
  });

  it("is not typed by a name that leads to somebody else's program first", () => {
    const strange = join(folder, "strange");
    writeFileSync(strange, "");
    const path = [linked("theirs", strange), linked("ours", launcher)].join(delimiter);
    expect(launcherOf(root, path)).toBe(launcher);
  });

  it("is not typed by a name that only npm's own children find", () => {
    expect(launcherOf(root, linked("node_modules/.bin", launcher))).toBe(launcher);
  });
});

describe("the folder of whoever calls", () => {
  const byNpm = {
    INIT_CWD: "/home/ann",
    npm_lifecycle_event: "demo",
    npm_package_json: join(root, "package.json"),
  };

  it("is where npm was called, of a script of ours", () => {
    expect(folderOfCaller(root, "demo", { environment: byNpm, cwd: root })).toBe("/home/ann");
  });

  it("is the folder of the process otherwise", () => {
    const others = [
      {},
      { ...byNpm, npm_lifecycle_event: "test" },
      { ...byNpm, npm_package_json: "/home/ann/package.json" },
    ];
    for (const environment of others) {
      expect(folderOfCaller(root, "demo", { environment, cwd: "/srv" })).toBe("/srv");
    }
  });
});
