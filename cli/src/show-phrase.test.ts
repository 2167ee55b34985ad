import { Unreachable } from "@posthorn/client";
import { expect, test } from "vitest";
import { exitCodes } from "./exit-codes.ts";
import { afterShowing, showPhrase } from "./show-phrase.ts";
import { trialShell } from "./test-shell.ts";

const recoveryPhrase = "one two three four five six seven eight nine ten eleven twelve";
const asked = "Write these down now; when you have, press Enter, and they are set: ";

test("A phrase is set when the person has written it down, and not when they go before", async () => {
  const ready = trialShell({}, "\r");
  await showPhrase(ready.shell, { recoveryPhrase });
  expect(ready.shown()).toMatch(/^Your recovery phrase:\n\n {3}1 {2}one +7 {2}seven\n/);
  expect(ready.shown()).toContain(asked);
  const gone = trialShell({}, "");
  await expect(showPhrase(gone.shell, { recoveryPhrase })).rejects.toThrow("nothing was changed");
});

test("A program is given the phrase as its one value and is asked nothing", async () => {
  const { shell, shown } = trialShell({ json: true }, "");
  await showPhrase(shell, { recoveryPhrase });
  expect(shown()).toBe(`{"recoveryPhrase":"${recoveryPhrase}"}\n`);
});

test("When the answer is lost both phrases are to be kept; a refusal is told as it is", () => {
  const lost = afterShowing(new Unreachable("cut", "a.test"), "Try both.");
  expect(lost).toMatchObject({ exitCode: exitCodes.unreachable, next: "Try both." });
  expect(String(lost)).toContain("keep both");
  const refused = afterShowing(new Unreachable("connect", "a.test"), "Try both.");
  expect(refused).toBeInstanceOf(Unreachable);
});
