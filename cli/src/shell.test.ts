import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { type GlobalOptions, nextCommand, type Shell } from "./shell.ts";

function shellWith(options: GlobalOptions, dataFolder?: string): Shell {
  const stream = new PassThrough();
  return {
    terminal: { input: stream, output: stream, errors: stream, width: 80, style: (_style, text) => text },
    environment: { POSTHORN_LAUNCHER: "/my programs/posthorn" },
    options: () => options,
    dataFolder: () => dataFolder,
  };
}

test("A command to be typed next begins with the launcher, from whichever folder, and has no option without need", () => {
  expect(nextCommand(shellWith({}), "inbox")).toBe("'/my programs/posthorn' inbox");
  expect(nextCommand(shellWith({}), "queue")).toBe("'/my programs/posthorn' queue");
});

test("It is for the same home and account, or for the one that is named", () => {
  const shell = shellWith({ home: "/tmp/ann", as: "ann@a.test" }, "/srv/data");
  expect(nextCommand(shell, "read 7")).toBe("'/my programs/posthorn' --home /tmp/ann read 7 --as ann@a.test");
  expect(nextCommand(shell, "inbox", { as: "bob@b.test" })).toContain("inbox --as bob@b.test");
  expect(nextCommand(shell, "login ann@a.test")).toBe(
    "'/my programs/posthorn' --home /tmp/ann login ann@a.test",
  );
});

test("It is for the same data folder when it is for whoever runs a server", () => {
  const shell = shellWith({ as: "ann@a.test" }, "/srv/my data");
  for (const command of ["serve", "invite", "account list", "queue", "peer allow b.test", "doctor"]) {
    expect(nextCommand(shell, command)).toBe(`'/my programs/posthorn' ${command} --data '/srv/my data'`);
  }
});
