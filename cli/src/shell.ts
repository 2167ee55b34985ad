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
  /** The whole path of the data folder that the running command is for; undefined when the environment names it, too. */
  dataFolder(): string | undefined;
}

/** Prints what a command has found or done: the value in JSON for programs with `--json`, else the text. */
export function answer(shell: Shell, value: unknown, text: () => string): void {
  const line = shell.options().json === true ? cleanJson(JSON.stringify(value)) : text();
  if (line !== "") shell.terminal.output.write(`${line}\n`);
}

/** Prints what is for people alone, before or after the answer. */
export function say(shell: Shell, text: string): void {
  if (shell.options().json !== true) shell.terminal.output.write(`${text}\n`);
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

/** The commands for whoever runs a server, which take `--data`; the others take `--as`. */
const ofOperators: ReadonlySet<string> = new Set(["serve", "invite", "account", "queue", "peer", "doctor"]);
/** Save these, which say in their arguments whose account it is. */
const ofNewcomers: ReadonlySet<string> = new Set(["register", "login", "recover"]);

/**
 * A command to be typed next, whole: with the home, and the account or the data folder, that the running command was
 * given. `as` names another account.
 */
export function nextCommand(shell: Shell, command: string, { as = shell.options().as } = {}): string {
  const [name = ""] = command.split(" ");
  const [option, value] = ofOperators.has(name) ? ["--data", shell.dataFolder()] : ["--as", as];
  const isNeeded = value !== undefined && !ofNewcomers.has(name);
  return `${posthornOf(shell)} ${command}${isNeeded ? ` ${option} ${shellWord(value)}` : ""}`;
}
