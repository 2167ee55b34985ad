import { type ErrorCode, ProblemError, problem } from "@posthorn/protocol";
import { expect, test } from "vitest";
import { renewKeys } from "./open-session.ts";
import { trialSession, trialShell } from "./test-shell.ts";

/** A sign-in whose keys cannot be looked at for that reason. */
function sessionRefusing(code: ErrorCode) {
  return trialSession(async () => {
    throw new ProblemError(problem(code, "The reason."));
  });
}

test.each(["mailboxFull", "notOpened", "unavailable"] as const)(
  "Keys that cannot be renewed now are one line of warning, and the command goes on: %s",
  async (code) => {
    const { shell, shown } = trialShell();
    await renewKeys(shell, sessionRefusing(code));
    expect(shown()).toBe(`posthorn: The keys of alice@a.test were not renewed. The reason. (${code})\n`);
  },
);

test("Keys that are not believed are no warning: the command stops", async () => {
  const { shell, shown } = trialShell();
  const renewing = renewKeys(shell, sessionRefusing("keysNotBelieved"));
  await expect(renewing).rejects.toThrow("The reason.");
  expect(shown()).toBe("");
});
