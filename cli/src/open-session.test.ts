import { PassThrough, Writable } from "node:stream";
import { makeApi, type Session } from "@posthorn/client";
import { nodePlatform } from "@posthorn/client/node";
import { type ErrorCode, ProblemError, problem } from "@posthorn/protocol";
import { expect, test } from "vitest";
import { renewKeys } from "./open-session.ts";
import type { Shell } from "./shell.ts";

/** A sign-in whose keys cannot be looked at for that reason. */
function sessionRefusing(code: ErrorCode): Session {
  const refuse = async () => {
    throw new ProblemError(problem(code, "The reason."));
  };
  const keys = { find: refuse, replace: async () => undefined, renew: refuse };
  return { ...makeApi(nodePlatform(), "https://a.test"), address: "alice@a.test", keys };
}

function shellWith(lines: string[]): Shell {
  const screen = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return {
    terminal: {
      input: new PassThrough(),
      output: screen,
      errors: screen,
      width: undefined,
      style: (_style, text) => text,
    },
    environment: {},
    options: () => ({}),
    dataFolder: () => undefined,
  };
}

test.each(["mailboxFull", "notOpened", "unavailable"] as const)(
  "Keys that cannot be renewed now are one line of warning, and the command goes on: %s",
  async (code) => {
    const lines: string[] = [];
    await renewKeys(shellWith(lines), sessionRefusing(code));
    expect(lines).toEqual([`posthorn: The keys of alice@a.test were not renewed. The reason. (${code})\n`]);
  },
);

test("Keys that are not believed are no warning: the command stops", async () => {
  const lines: string[] = [];
  const renewing = renewKeys(shellWith(lines), sessionRefusing("keysNotBelieved"));
  await expect(renewing).rejects.toThrow("The reason.");
  expect(lines).toEqual([]);
});
