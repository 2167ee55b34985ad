import { resolve } from "node:path";
import { type Home, openHome, shellWord, usualHomeFolder } from "@posthorn/client/node";
import { cleanJson } from "./clean-text.ts";
import type { Terminal } from "./terminal.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The options that may stand before or after any command. */
export interface GlobalOptions {
  home?: string;
  as?: string;
  json?: boolean;
  debug?: boolean;
}

/** What every command is given: a terminal, the environment, and the options of all commands. */
export interface Shell {
  readonly terminal: Terminal;
  readonly environment: Environment;
  options(): GlobalOptions;
}

/** Prints what a command has found or done: the value in JSON for programs with `--json`, else the text. */
export function answer(shell: Shell, value: unknown, text: () => string): void {
  const line = shell.options().json === true ? cleanJson(JSON.stringify(value)) : text();
  if (line !== "") shell.terminal.output.write(`${line}\n`);
}

/** Says something to whoever watches; programs do not see it. */
export function remark({ terminal }: Shell, text: string): void {
  if (terminal.errors.isTTY === true) terminal.errors.write(`${text}\n`);
}

export function homeOf(shell: Shell): Home {
  return openHome(shell.options().home ?? usualHomeFolder(shell.environment));
}

/** How this program is started from whichever folder, with the home that was named, before a command to be typed next. */
export function posthornOf(shell: Shell): string {
  const launcher = shellWord(shell.environment.POSTHORN_LAUNCHER ?? "posthorn");
  const { home } = shell.options();
  return home === undefined ? launcher : `${launcher} --home ${shellWord(resolve(home))}`;
}

/** A command to be typed next, for the same account when one was named. */
export function nextCommand(shell: Shell, command: string): string {
  const { as } = shell.options();
  return `${posthornOf(shell)} ${command}${as === undefined ? "" : ` --as ${shellWord(as)}`}`;
}
