import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { shellWord } from "@posthorn/client/node";
import {
  type Config,
  ConfigError,
  processConfig,
  serve as runServer,
  type Server,
  type Settings,
  settingNames,
  settings,
} from "@posthorn/server";
import { type Command, Option } from "commander";
import { columns } from "../columns.ts";
import { Failure, refuseUsage } from "../failure.ts";
import { findStat } from "../find-stat.ts";
import { answer, posthornOf, type Shell } from "../shell.ts";

/** Settings that are yes or no, and yes when nothing follows. */
const switches: ReadonlySet<string> = new Set(["proxied", "local", "new-root"]);

export function serve(command: Command, shell: Shell): void {
  command.description(
    "Runs a server until it is stopped. Each option can stand in the environment: --tls-cert is POSTHORN_TLS_CERT.",
  );
  for (const name of settingNames) {
    const value = switches.has(name) ? "[yes]" : "<value>";
    command.addOption(new Option(`--${name} ${value}`, settings[name]).preset("yes"));
  }
  command.action((options: Record<string, string>) => run(shell, settingsIn(options)));
}

/** Commander has made `tlsCert` of `tls-cert`. */
function settingsIn(options: Readonly<Record<string, string>>): Settings {
  const found: Partial<Record<(typeof settingNames)[number], string>> = {};
  for (const name of settingNames) {
    const value = options[name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())];
    if (value !== undefined) found[name] = value;
  }
  return found;
}

async function run(shell: Shell, given: Settings): Promise<void> {
  const config = readConfig({ ...(await ownSite(given)), ...given });
  const isFirstStart = (await findStat(join(config.dataFolder, "operator.json"))) === undefined;
  try {
    await runServer(config, (server) => sayStarted(shell, config, server, isFirstStart));
  } catch (error) {
    throw explainStart(config, error);
  }
}

/** The web client that was built beside this program. */
async function ownSite({ local, port }: Settings): Promise<Settings> {
  const folder = fileURLToPath(new URL("../../../web/dist/site", import.meta.url));
  const isBuilt = (await findStat(join(folder, "index.html"))) !== undefined;
  if (!isBuilt || process.env.POSTHORN_WEB !== undefined) return {};
  return { web: folder, ...(local === "yes" ? { page: String(Number(port ?? 8443) + 10) } : {}) };
}

function readConfig(given: Settings): Config {
  try {
    return processConfig(given);
  } catch (error) {
    if (error instanceof ConfigError) refuseUsage(error.message);
    throw error;
  }
}

function sayStarted(shell: Shell, config: Config, server: Server, isFirstStart: boolean): void {
  const { host, endpoint, port, certificateWarning } = server;
  const setupUrl =
    server.setupPath && `${server.pagePort === undefined ? endpoint : pageOf(server)}${server.setupPath}`;
  const { dataFolder, address } = config;
  const listens = `${address ?? (config.tls.kind === "proxied" ? "127.0.0.1" : "every address")}, port ${port}`;
  const invite = `${posthornOf(shell)} invite --data ${shellWord(dataFolder)}`;
  const told = { host, endpoint, address, port, dataFolder, isFirstStart, certificateWarning, setupUrl };
  answer(shell, told, () =>
    [
      `Posthorn serves ${host} and runs until you press Ctrl+C.`,
      "",
      columns([
        ["  reached at", endpoint],
        ["  listens on", `${listens}${tlsWords[config.tls.kind]}`],
        ...(server.pagePort === undefined
          ? []
          : [["  for browsers", pageOf(server)] satisfies [string, string]]),
        ["  data", dataFolder],
        ["  database", config.database.kind === "sqlite" ? "SQLite, in the data folder" : "PostgreSQL"],
      ]),
      ...(certificateWarning === undefined ? [] : ["", `Warning: ${certificateWarning}`]),
      ...(config.tls.kind === "local" ? ["", "This is a trial on this machine. Nothing leaves it."] : []),
      ...(setupUrl === undefined
        ? []
        : [
            "",
            `Nobody has an account yet. Set it up in a browser, within the hour:\n\n  ${setupUrl}`,
            "",
            "Whoever opens this first is the operator: show it to nobody. Another start gives another.",
          ]),
      ...(isFirstStart
        ? [
            "",
            setupUrl === undefined
              ? `Nobody has an account yet. In another terminal, invite somebody:\n\n  ${invite}`
              : `Without a browser, invite somebody in another terminal:\n\n  ${invite}`,
          ]
        : []),
    ].join("\n"),
  );
}

/** Where browsers on this machine find a trial without being told to trust its certificate. */
function pageOf({ endpoint, pagePort }: Server): string {
  return `http://${new URL(endpoint).hostname}:${pagePort}`;
}

const tlsWords = {
  files: ", with your certificate",
  proxied: ", behind your proxy",
  local: ", with a certificate of its own",
} as const;

/** The server itself says what is wrong; what to type is the command's own. */
function explainStart(config: Config, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { cause } = error;
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "EADDRINUSE") {
    return new Failure(`Port ${config.port} is taken by another program.`, {
      next: "Stop that program, or choose another with --port.",
      cause: error,
    });
  }
  if (code === "EACCES" && cause instanceof Error && "syscall" in cause && cause.syscall === "listen") {
    return new Failure(`This user may not open port ${config.port}.`, {
      next: "Choose a port above 1023 with --port, or allow Node this one.",
      cause: error,
    });
  }
  return "code" in error ? error : new Failure(error.message, { cause: error });
}
