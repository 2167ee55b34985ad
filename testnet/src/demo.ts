/**
 * The main job, seen from outside: two servers on this machine, a letter with a file from one to the other and an
 * answer back, sealed so that neither server can read it. It stays until it is stopped; with `--check` it looks, prints what it saw as JSON, and ends.
 */
import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { shellWord } from "@posthorn/client/node";
import { type Crossing, cross } from "./demo/cross.ts";
import { DemoFailure, explainFolder } from "./demo/failure.ts";
import { checkAttachment, type DemoOptions, readDemoOptions, usage } from "./demo/options.ts";
import { openPlace, type Person, type Place } from "./demo/place.ts";
import type { TestNode } from "./testnet.ts";

async function main(options: DemoOptions): Promise<number> {
  if (options.help) {
    say(usage);
    return 0;
  }
  await checkAttachment(options.attach);
  const folder = resolve(options.data);
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw explainFolder(folder, error);
  });
  say(`Starting two servers, with their data in ${folder} …`);
  const place = await openPlace({ folder, store: options.store }).catch((error: unknown) => {
    throw explainFolder(folder, error);
  });
  try {
    const crossing = await cross(place, { ...options, say });
    if (options.check) {
      say(JSON.stringify({ ok: crossing.ok, ...crossing.seen }));
      return crossing.ok ? 0 : 1;
    }
    sayWhatNext(place, crossing);
    await stopped();
    say("\nStopping …");
    return 0;
  } catch (error) {
    for (const { name, log } of [place.alpha, place.beta]) {
      for (const line of log.filter(isTrouble)) process.stderr.write(`${name}: ${line}`);
    }
    throw error;
  } finally {
    await place.close();
  }
}

function sayWhatNext(place: Place, { seen }: Crossing): void {
  const [alice, bob] = [place.alice.address, place.bob.address];
  const ca = shellWord(place.caPath);
  const launcher = shellWord(process.env.POSTHORN_LAUNCHER ?? "posthorn");
  const posthorn = `${launcher} --home ${shellWord(place.clientFolder)}`;
  const width = Math.max(alice.length, bob.length);
  const passwordWidth = Math.max(place.alice.password.length, place.bob.password.length);
  const row = ({ address, password }: Person, node: TestNode) =>
    `  ${pageOf(node)}   ${address.padEnd(width)}   password: ${password.padEnd(passwordWidth)}`;
  say(`
Open these in a browser and sign in; each is a server of its own:

${row(place.alice, place.alpha)}
${row(place.bob, place.beta)}

Both servers run until you press Ctrl+C. In another terminal:

  ${posthorn} inbox --as ${alice}
  ${posthorn} send --as ${bob} --to ${alice} --subject "Hello" --body "It works"
  ${posthorn} read ${seen.messageId} --as ${bob}

What speaks to a server itself must be told to trust ${place.caPath}:

  curl --cacert ${ca} ${place.alpha.endpoint}/.well-known/posthorn`);
}

/** Without TLS and on this machine alone, so that a browser has nothing to warn of. */
function pageOf({ endpoint, server }: TestNode): string {
  const { hostname } = new URL(endpoint);
  return server.pagePort === undefined ? endpoint : `http://${hostname}:${server.pagePort}`;
}

function isTrouble(line: string): boolean {
  return /^\{"time":"[^"]*","level":"(?:warn|error)"/.test(line);
}

function stopped(): Promise<void> {
  return new Promise((stop) => {
    process.once("SIGINT", () => stop());
    process.once("SIGTERM", () => stop());
  });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** With `--check` what went wrong is a line of JSON as well, for whatever reads the last one. */
function tell(error: unknown, isChecked: boolean): void {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`The demo failed: ${message}\n`);
  if (isChecked) say(JSON.stringify({ ok: false, error: message }));
}

const args = process.argv.slice(2);
try {
  process.exitCode = await main(readDemoOptions(args));
} catch (error) {
  tell(error, args.includes("--check"));
  process.exitCode = error instanceof DemoFailure ? error.exitCode : 1;
}
