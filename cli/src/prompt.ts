import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { exitCodes } from "./exit-codes.ts";
import { Failure, refuseUsage } from "./failure.ts";
import { readText } from "./read-text.ts";
import type { Terminal } from "./terminal.ts";

const longestPassword = 1024;

/** Asks for one line, shown as it is typed. Throws Failure when there is no terminal, saying what can be given instead. */
export async function ask(terminal: Terminal, question: string, instead: string): Promise<string> {
  const [answer = ""] = await askAll(terminal, [question], { instead, isShown: true });
  return answer.trim();
}

/** Asks for a password, of which nothing is shown. `again` asks twice and refuses two that differ. */
export async function askPassword(
  terminal: Terminal,
  question: string,
  options: { again: boolean },
): Promise<string> {
  const questions = options.again ? [question, "The same once more: "] : [question];
  const instead = "Give it on standard input, with --password-stdin.";
  const [password = "", ...repeated] = await askAll(terminal, questions, { instead, isShown: false });
  if (password === "") refuseUsage("A password has at least one character.", "Run the command again.");
  if (repeated.every((one) => one === password)) return password;
  throw new Failure("The two passwords differ.", { next: "Run the command again." });
}

/** The password that a program has written to standard input: its first line. */
export async function readPassword(terminal: Terminal): Promise<string> {
  const text = await readText(terminal.input, longestPassword * 4);
  const [password = ""] = text.split(/\r?\n/);
  if (password === "") refuseUsage("There is no password on standard input.");
  return password;
}

async function askAll(
  terminal: Terminal,
  questions: readonly string[],
  { instead, isShown }: { instead: string; isShown: boolean },
): Promise<string[]> {
  const { input, errors } = terminal;
  if (input.isTTY !== true) refuseUsage("This is asked on a terminal, and there is none.", instead);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const output = isShown ? errors : nowhere;
  const lines = createInterface({ input, output, terminal: true, historySize: 0 });
  try {
    const answered = lines[Symbol.asyncIterator]();
    const answers: string[] = [];
    for (const question of questions) {
      errors.write(question);
      const answer = await answered.next();
      if (!isShown || answer.done === true) errors.write("\n");
      if (answer.done === true) throw stopped();
      answers.push(answer.value);
    }
    return answers;
  } finally {
    lines.close();
  }
}

function stopped(): Failure {
  return new Failure("Stopped; nothing was changed.", {
    exitCode: exitCodes.interrupted,
    next: "Run the command again when you want to.",
  });
}
