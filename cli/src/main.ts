/** The command `posthorn`: the table of its commands, and the one place where a failure becomes words and a number. */
import { resolve } from "node:path";
import { isErrorCode } from "@posthorn/protocol";
import { Command, CommanderError } from "commander";
import { cleanJson, cleanLine, cleanLines } from "./clean-text.ts";
import { exitCodes } from "./exit-codes.ts";
import { type Explanation, explain, Hinted } from "./explain.ts";
import { Failure } from "./failure.ts";
import { type GlobalOptions, nextCommand, posthornOf, type Shell } from "./shell.ts";
import { processTerminal } from "./terminal.ts";

/** Gives a command its arguments, options and action. */
type Define = (command: Command, shell: Shell) => void;

interface Entry {
  summary: string;
  load(): Promise<Define>;
}

function entry(summary: string, load: () => Promise<Define>): Entry {
  return { summary, load };
}

const groups: Readonly<Record<string, Readonly<Record<string, Entry>>>> = {
  "Your mail:": {
    send: entry("send a message", async () => (await import("./commands/send.ts")).send),
    status: entry(
      "where a message you sent stands",
      async () => (await import("./commands/status.ts")).status,
    ),
    cancel: entry(
      "take back a message that is still held",
      async () => (await import("./commands/cancel.ts")).cancel,
    ),
    inbox: entry("list messages", async () => (await import("./commands/inbox.ts")).inbox),
    search: entry("find messages", async () => (await import("./commands/search.ts")).search),
    watch: entry("show messages as they come", async () => (await import("./commands/watch.ts")).watch),
    read: entry("show a message", async () => (await import("./commands/read.ts")).read),
    save: entry("save the files of a message", async () => (await import("./commands/save.ts")).save),
    screener: entry(
      "who has written for the first time and waits",
      async () => (await import("./commands/screener.ts")).screener,
    ),
    accept: entry(
      "take mail of somebody from now on",
      async () => (await import("./commands/accept.ts")).accept,
    ),
    block: entry(
      "put what somebody writes into Junk",
      async () => (await import("./commands/block.ts")).block,
    ),
    flag: entry("mark a message", async () => (await import("./commands/flag.ts")).flag),
    move: entry("move a message to another mailbox", async () => (await import("./commands/move.ts")).move),
  },
  "Your account:": {
    register: entry(
      "make an account with an invitation",
      async () => (await import("./commands/register.ts")).register,
    ),
    login: entry("sign in", async () => (await import("./commands/login.ts")).login),
    recover: entry(
      "sign in when the password is lost",
      async () => (await import("./commands/recover.ts")).recover,
    ),
    password: entry("change your password", async () => (await import("./commands/password.ts")).password),
    logout: entry("sign out", async () => (await import("./commands/logout.ts")).logout),
    sessions: entry("where you are signed in", async () => (await import("./commands/sessions.ts")).sessions),
    token: entry("tokens for programs", async () => (await import("./commands/token.ts")).token),
    leave: entry("delete your account", async () => (await import("./commands/leave.ts")).leave),
  },
  "Your keys:": {
    verify: entry(
      "make sure that somebody's keys are theirs",
      async () => (await import("./commands/verify.ts")).verify,
    ),
    keys: entry("your own keys and recovery phrase", async () => (await import("./commands/keys.ts")).keys),
  },
  "Your server:": {
    serve: entry("run a server", async () => (await import("./commands/serve.ts")).serve),
    invite: entry("invite somebody", async () => (await import("./commands/invite.ts")).invite),
    account: entry("the accounts", async () => (await import("./commands/account.ts")).account),
    policy: entry("what people may do here", async () => (await import("./commands/policy.ts")).policy),
    queue: entry("what waits to go out", async () => (await import("./commands/queue.ts")).queue),
    peer: entry("the servers known here", async () => (await import("./commands/peer.ts")).peer),
    doctor: entry("look for what is wrong", async () => (await import("./commands/doctor.ts")).doctor),
  },
};

const about =
  "Mail, chat, invitations and files between people on different servers, over HTTPS and nothing else. What you write is sealed here and opened there: no server on the way reads it.";

const epilogue = `
The environment: POSTHORN_HOME and POSTHORN_AS stand for --home and --as; POSTHORN_TOKEN is an API token to be used in
place of a sign-in; NO_COLOR switches styles off.
Ends with 0 when all went well, 1 when something was refused or failed, 2 when the command was wrong, 3 when a server
could not be reached, 4 when nobody is signed in, 5 when --wait was over before a message had arrived.`;

/** The whole program with its commands; those that `argv` does not name are only listed. */
async function makeProgram(shell: Shell, program: Command, argv: readonly string[]): Promise<void> {
  program
    .name("posthorn")
    .description(about)
    .option("--home <folder>", "where your sign-ins are kept (~/.posthorn)")
    .option("--as <address>", "the account, when several are signed in")
    .option("--json", "print one JSON value, for programs")
    .option("--debug", "print all that is known of a failure")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: () => undefined })
    .addHelpText("after", epilogue)
    .helpCommand(false)
    .exitOverride();
  for (const [group, entries] of Object.entries(groups)) {
    program.commandsGroup(group);
    for (const [name, { summary, load }] of Object.entries(entries)) {
      const command = program.command(name).summary(summary);
      if (argv.includes(name)) (await load())(command, shell);
    }
  }
}

async function main(argv: readonly string[]): Promise<number> {
  const program = new Command();
  let running: Command | undefined;
  program.hook("preAction", (_, command) => {
    running = command;
  });
  const shell: Shell = {
    terminal: processTerminal(),
    environment: process.env,
    options: () => program.opts<GlobalOptions>(),
    dataFolder: () => dataFolderOf(running),
  };
  try {
    await makeProgram(shell, program, argv);
    await program.parseAsync(argv, { from: "user" });
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.ok;
    if (shell.options().debug === true) shell.terminal.errors.write(`${cleanLines(deepest(error))}\n`);
    const explanation = explain(usageOf(error), {
      help: [posthornOf(shell), ...(running === undefined ? namedIn(argv) : pathOf(running)), "--help"].join(
        " ",
      ),
      next: (command) => nextCommand(shell, command),
    });
    tell(shell, explanation);
    return explanation.exitCode;
  }
}

/** The command that arguments name which could not be read. */
function namedIn(argv: readonly string[]): string[] {
  const known = Object.values(groups).flatMap((entries) => Object.keys(entries));
  return argv.filter((argument) => known.includes(argument)).slice(0, 1);
}

/** The names by which a command is called, such as `token create`. */
function pathOf(command: Command): string[] {
  return command.parent === null ? [] : [...pathOf(command.parent), command.name()];
}

function dataFolderOf(command: Command | undefined): string | undefined {
  const data: unknown = command?.getOptionValue("data");
  return typeof data === "string" && command?.getOptionValueSource("data") !== "env"
    ? resolve(data)
    : undefined;
}

/** What Commander says of a wrong command, as a sentence; its help has been printed already. */
function usageOf(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error;
  const said = error.message.replace(/^error: /, "").replaceAll("\n", " ");
  const message =
    error.code === "commander.help" ? "Which command?" : `${said[0]?.toUpperCase()}${said.slice(1)}`;
  return new Failure(/[.?)]$/.test(message) ? message : `${message}.`, { exitCode: exitCodes.usage });
}

function tell(shell: Shell, { exitCode, code, message, next }: Explanation): void {
  const { errors } = shell.terminal;
  if (shell.options().json === true) {
    errors.write(`${cleanJson(JSON.stringify({ error: { code, message, next }, exitCode }))}\n`);
    return;
  }
  // The other codes are words for programs, and say no more than the sentence.
  errors.write(`posthorn: ${cleanLine(message)}${isErrorCode(code) ? ` (${code})` : ""}\n`);
  if (next !== undefined) errors.write(`Next: ${cleanLines(next)}\n`);
}

/** All that is known of a failure, its causes included. */
function deepest(error: unknown): string {
  const known = error instanceof Hinted ? error.cause : error;
  if (!(known instanceof Error)) return String(known);
  const cause = known.cause === undefined ? "" : `\ncaused by ${deepest(known.cause)}`;
  return `${known.stack ?? String(known)}${cause}`;
}

process.exitCode = await main(process.argv.slice(2));
