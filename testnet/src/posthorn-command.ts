import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

const bin = join(import.meta.dirname, "..", "..", "cli", "bin", "posthorn.mjs");

/** How the command ended and what it printed. */
export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

export interface RunPosthornOptions {
  /** The home folder; `--home` may still name another. */
  home: string;
  /** What stands on standard input; nothing when left out. */
  input?: string | Uint8Array;
  environment?: Readonly<Record<string, string>>;
}

/** Starts the command `posthorn` as npm links it, in a process without a terminal. */
export function startPosthorn(args: readonly string[], options: RunPosthornOptions): ChildProcess {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(?:POSTHORN_|npm_|NO_COLOR|FORCE_COLOR)/.test(name),
  );
  // What is to be typed next then begins with the plain name, wherever this repository lies.
  const own = { POSTHORN_HOME: options.home, POSTHORN_LAUNCHER: "posthorn" };
  const env = { ...Object.fromEntries(inherited), ...own, ...options.environment };
  const child = spawn(process.execPath, [bin, ...args], { env, stdio: ["pipe", "pipe", "pipe"] });
  child.stdin?.end(options.input ?? "");
  return child;
}

/** As `startPosthorn`, until it ends. */
export async function runPosthorn(args: readonly string[], options: RunPosthornOptions): Promise<Ended> {
  const child = startPosthorn(args, options);
  let out = "";
  let err = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  return { code, out, err };
}
