import { PassThrough, Writable } from "node:stream";
import { expect, test } from "vitest";
import { agrees, ask, askNewPassword, askPassword, askPhrase, readLines, readPassword } from "./prompt.ts";
import { findPhraseFault } from "./recovery-phrase.ts";
import type { Terminal } from "./terminal.ts";

/** A person at a terminal who types these keys, and all that the terminal shows. */
function personAt(
  keys: string,
  options: { isTerminal?: boolean } = {},
): { terminal: Terminal; shown(): string } {
  let shown = "";
  const screen = new Writable({
    write(chunk, _encoding, done) {
      shown += String(chunk);
      done();
    },
  });
  const input = Object.assign(new PassThrough(), { isTTY: options.isTerminal ?? true });
  input.end(keys);
  return {
    terminal: { input, output: screen, errors: screen, width: 80, style: (_style, text) => text },
    shown: () => shown,
  };
}

test("A password is asked for without showing it", async () => {
  const { terminal, shown } = personAt("correct horse\r");
  expect(await askPassword(terminal, "Password: ")).toBe("correct horse");
  expect(shown()).toBe("Password: \n");
});

test("What is typed wrong can be taken back", async () => {
  const { terminal } = personAt("correkt\x7f\x7f\x7f\x7fr\x7frect horse\r");
  expect(await askPassword(terminal, "Password: ")).toBe("correct horse");
});

test("A new password is asked for twice, and two that differ are refused", async () => {
  const same = personAt("correct horse\rcorrect horse\r");
  expect(await askNewPassword(same.terminal, "Password: ", 8)).toBe("correct horse");
  expect(same.shown()).toBe("Password: \nThe same once more: \n");
  const other = personAt("correct horse\rcorrect house\r");
  await expect(askNewPassword(other.terminal, "Password: ", 8)).rejects.toThrow("differ");
});

test("A new password that is too short is told so before it is asked for once more", async () => {
  const { terminal, shown } = personAt("\rcorrect\rcorrect horse\rcorrect horse\r");
  expect(await askNewPassword(terminal, "Password: ", 8)).toBe("correct horse");
  const tooShort = "Password: \nThat is too short: it needs at least 8 characters.\n";
  expect(shown()).toBe(`${tooShort}${tooShort}Password: \nThe same once more: \n`);
});

test("Ctrl+C, and the end of the input, stop before anything is changed", async () => {
  for (const keys of ["corr\x03", ""]) {
    const { terminal } = personAt(keys);
    await expect(askPassword(terminal, "Password: ")).rejects.toMatchObject({
      exitCode: 130,
    });
  }
});

test("Without a terminal nothing is asked, and it is said what can be given instead", async () => {
  const { terminal, shown } = personAt("correct horse\r", { isTerminal: false });
  await expect(askPassword(terminal, "Password: ")).rejects.toMatchObject({
    exitCode: 2,
    next: "Give it on standard input, with --password-stdin.",
  });
  await expect(ask(terminal, "Your name: ", "Give it with --name NAME.")).rejects.toMatchObject({
    next: "Give it with --name NAME.",
  });
  expect(shown()).toBe("");
});

test("A name is shown while it is typed", async () => {
  const { terminal, shown } = personAt("carol \r");
  expect(await ask(terminal, "Your name: ", "Give it with --name NAME.")).toBe("carol");
  expect(shown()).toContain("carol");
});

test("A program gives the password as the first line of standard input", async () => {
  expect(await readPassword(personAt("correct horse\r\nmore\n").terminal)).toBe("correct horse");
  expect(await readPassword(personAt(" with spaces ").terminal)).toBe(" with spaces ");
  await expect(readPassword(personAt("\n").terminal)).rejects.toMatchObject({ exitCode: 2 });
  await expect(readPassword(personAt("x".repeat(5000)).terminal)).rejects.toThrow("more than 4096 bytes");
});

test("Only “y” or “yes” agrees to a question", async () => {
  for (const [keys, isAgreed] of [
    ["y\r", true],
    [" Yes \r", true],
    ["\r", false],
    ["n\r", false],
    ["yesterday\r", false],
  ] as const) {
    const { terminal, shown } = personAt(keys);
    expect(await agrees(terminal, "Go on?", "Give --yes.")).toBe(isAgreed);
    expect(shown()).toContain("Go on? (y/N) ");
  }
  const { terminal } = personAt("y\r", { isTerminal: false });
  await expect(agrees(terminal, "Go on?", "Give --yes.")).rejects.toMatchObject({ next: "Give --yes." });
});

const phrase = "legal winner thank year wave sausage worth useful legal winner thank yellow";

test("A recovery phrase is typed a word a line, or pasted at once, numbered or not", async () => {
  const words = phrase.split(" ");
  const sheet = words.slice(0, 6).map((word, at) => `${at + 1}. ${word}  ${at + 7}. ${words[at + 6]}`);
  for (const keys of [words.join("\r"), phrase, sheet.join("\r")]) {
    const typed = await askPhrase(personAt(`${keys}\r`).terminal, findPhraseFault);
    expect(findPhraseFault(typed)).toBeUndefined();
    expect(typed.match(/[a-z]+/g)?.sort()).toEqual(words.toSorted());
  }
});

test("A phrase that cannot be one is told which word is wrong, and asked for again", async () => {
  const { terminal, shown } = personAt(`${phrase.replace("sausage", "sausag")}\rlegal winner\r\r${phrase}\r`);
  expect(await askPhrase(terminal, findPhraseFault)).toBe(phrase);
  expect(shown()).toContain("Word 6, “sausag”, is not in the list. Is it “sausage”?\n");
  expect(shown()).toContain("A recovery phrase has twelve words; these are 2.\n");
});

test("A program gives several secrets a line each, and is told which one is missing", async () => {
  const names = ["password", "new password"];
  expect(await readLines(personAt("one\r\ntwo\nthree").terminal, names)).toEqual(["one", "two"]);
  await expect(readLines(personAt("one\n").terminal, names)).rejects.toMatchObject({
    exitCode: 2,
    message: "There is no new password on standard input.",
    next: "Write there, a line each: password, then new password.",
  });
});
