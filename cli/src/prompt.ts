import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { exitCodes } from "./exit-codes.ts";
import { Failure, refuseUsage } from "./failure.ts";
import { readText } from "./read-text.ts";
import type { Terminal } from "./terminal.ts";

const longestPassword = 1024;

/** Asks for one line, shown as it is typed. Throws Failure when there is no terminal, saying what can be given instead. */
export async function ask(terminal: Terminal, question: string, instead: string): Promise<string> {
  const answer = await converse(terminal, { instead, isShown: true }, (askLine) => askLine(question));
  return answer.trim();
}

const insteadOfPassword = "Give it on standard input, with --password-stdin.";

/** Asks for a password, of which nothing is shown. */
export async function askPassword(terminal: Terminal, question: string): Promise<string> {
  const password = await converse(terminal, { instead: insteadOfPassword, isShown: false }, (askLine) =>
    askLine(question),
  );
  if (password === "") refuseUsage("A password has at least one character.", "Run the command again.");
  return password;
}

/** Asks for a new password until it is long enough, then once more, and refuses two that differ. */
export function askNewPassword(terminal: Terminal, question: string, leastLength: number): Promise<string> {
  return converse(terminal, { instead: insteadOfPassword, isShown: false }, async (askLine) => {
    let password = await askLine(question);
    while ([...password].length < leastLength) {
      terminal.errors.write(`That is too short: it needs at least ${leastLength} characters.\n`);
      password = await askLine(question);
    }
    if ((await askLine("The same once more: ")) === password) return password;
    throw new Failure("The two passwords differ.", { next: "Run the command again." });
  });
}

/** Asks a question that only “y” or “yes” agrees to. `instead` says how a program agrees. */
export async function agrees(terminal: Terminal, question: string, instead: string): Promise<boolean> {
  return /^y(?:es)?$/i.test(await ask(terminal, `${question} (y/N) `, instead));
}

const phraseWords = 12;

/**
 * Asks for a recovery phrase, a word a line or all at once, until `findFault` finds nothing wrong with it: its sentence is
 * shown, and the phrase asked for again. The words are shown as they are typed.
 */
export function askPhrase(
  terminal: Terminal,
  findFault: (phrase: string) => string | undefined,
): Promise<string> {
  const instead = "Give it on standard input, with --phrase-stdin.";
  return converse(terminal, { instead, isShown: true }, async (askLine) => {
    for (;;) {
      terminal.errors.write(
        `The ${phraseWords} words of your recovery phrase, one a line or all at once; an empty line ends them.\n`,
      );
      const lines: string[] = [];
      for (let count = 0; count < phraseWords; ) {
        const line = await askLine(`${count + 1}: `);
        if (line.trim() === "" && count > 0) break;
        lines.push(line);
        count += line.match(/\p{L}+/gu)?.length ?? 0;
      }
      const phrase = lines.join("\n");
      const fault = findFault(phrase);
      if (fault === undefined) return phrase;
      terminal.errors.write(`${fault}\n`);
    }
  });
}

/** What a program has written to standard input, a line each: `names` says what they are, in their order. */
export async function readLines(terminal: Terminal, names: readonly string[]): Promise<string[]> {
  const text = await readText(terminal.input, longestPassword * 4 * names.length);
  const lines = text.split(/\r?\n/).slice(0, names.length);
  names.forEach((name, index) => {
    if ((lines[index] ?? "") === "") {
      refuseUsage(
        `There is no ${name} on standard input.`,
        `Write there, a line each: ${names.join(", then ")}.`,
      );
    }
  });
  return lines;
}

/** The password that a program has written to standard input: its first line. */
export async function readPassword(terminal: Terminal): Promise<string> {
  const [password = ""] = await readLines(terminal, ["password"]);
  return password;
}

type AskLine = (question: string) => Promise<string>;

async function converse<T>(
  terminal: Terminal,
  { instead, isShown }: { instead: string; isShown: boolean },
  talk: (askLine: AskLine) => Promise<T>,
): Promise<T> {
  const { input, errors } = terminal;
  if (input.isTTY !== true) refuseUsage("This is asked on a terminal, and there is none.", instead);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const output = isShown ? errors : nowhere;
  const lines = createInterface({ input, output, terminal: true, historySize: 0 });
  try {
    const answered = lines[Symbol.asyncIterator]();
    return await talk(async (question) => {
      errors.write(question);
      const answer = await answered.next();
      if (!isShown || answer.done === true) errors.write("\n");
      if (answer.done === true) throw stopped();
      return answer.value;
    });
  } finally {
    lines.close();
    // Closing stops the terminal a turn later, and with it whoever had begun to read what is typed next.
    await new Promise((turn) => setImmediate(turn));
  }
}

function stopped(): Failure {
  return new Failure("Stopped; nothing was changed.", {
    exitCode: exitCodes.interrupted,
    next: "Run the command again when you want to.",
  });
}
