/**
 * The main job, seen from outside: two servers on this machine, a letter with a file from one to the other and an
 * answer back. It stays until it is stopped; with `--check` it looks, prints what it saw as JSON, and ends.
 */
import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { shellWord } from "@posthorn/client/node";
import { type Crossing, cross } from "./demo/cross.ts";
import { openPlace, type Place } from "./demo/place.ts";

const usage = `Usage: npm run demo -- [options]
  --check                   do it once, print what crossed as JSON, and end (0 when all was right, else 1)
  --store sqlite|postgres   where the servers keep their tables (sqlite)
  --data DIR                keep everything in this folder (demo-data)
  --subject TEXT            of the letter
  --body TEXT               of the letter
  --attach FILE             to go with it`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      check: { type: "boolean" },
      store: { type: "string", default: "sqlite" },
      data: { type: "string", default: "demo-data" },
      subject: { type: "string" },
      body: { type: "string" },
      attach: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    say(usage);
    return 0;
  }
  const { store } = values;
  if (store !== "sqlite" && store !== "postgres")
    throw new Error(`--store is sqlite or postgres, not ${store}.`);
  const folder = resolve(values.data);
  await mkdir(folder, { recursive: true });
  say(`Starting two servers, with their data in ${folder} …`);
  const place = await openPlace({ folder, store });
  try {
    const crossing = await cross(place, { ...values, say });
    if (values.check) {
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
  say(`
  ${alice}   password: ${place.alice.password}   ${place.alpha.endpoint}
  ${bob}     password: ${place.bob.password}   ${place.beta.endpoint}

Both servers run until you press Ctrl+C. In another terminal:

  ${posthorn} inbox --as ${alice}
  ${posthorn} send --as ${bob} --to ${alice} --subject "Hello" --body "It works"
  ${posthorn} read ${seen.messageId} --as ${bob}

A browser or curl must be told to trust ${place.caPath}:

  curl --cacert ${ca} ${place.alpha.endpoint}/.well-known/posthorn`);
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

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`The demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
