/** `npm run bench`: how fast and at what cost letters go from one server to another and are sealed, on this machine, now. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { runBench, type Section, sections } from "./bench.ts";
import { fullPlan, quickPlan } from "./plan.ts";
import { report } from "./report.ts";

const usage = `Usage: npm run bench -- [options]
  --only SECTION   ${sections.join(" or ")}; otherwise all of them
  --quick          a little of everything, to see that everything works; its speeds mean little
  --json           the last line is one JSON object
  --data DIR       put the servers' data there: on the disk that is to be measured (the folder for temporary files)
  --profile DIR    keep a CPU profile of each server of the delivery section there`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      quick: { type: "boolean" },
      json: { type: "boolean" },
      data: { type: "string" },
      profile: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    print(usage);
    return 0;
  }
  const parent = resolve(values.data ?? tmpdir());
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, "posthorn-bench-"));
  const [load = 0] = loadavg();
  if (load > 1) say(`This machine is busy (load ${load.toFixed(1)}), so the figures will say little`);
  try {
    const profileFolder = values.profile === undefined ? undefined : resolve(values.profile);
    const plan = values.quick ? quickPlan : fullPlan;
    const results = await runBench({ folder, say, profileFolder }, plan, readSections(values.only));
    print(report(results, { json: values.json ?? false }));
    return 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function readSections(only: string | undefined): readonly Section[] {
  if (only === undefined) return sections;
  const found = sections.find((section) => section === only);
  if (found === undefined) throw new Error(`--only is ${sections.join(" or ")}, not ${only}.`);
  return [found];
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** How far it is, beside what was measured. */
function say(text: string): void {
  process.stderr.write(`${text} …\n`);
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`The bench failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
