import { resolve } from "node:path";
import type { Command } from "commander";
import { cleanLine } from "../clean-text.ts";
import { columns } from "../columns.ts";
import { type Finding, skipped, wrong } from "../doctor/finding.ts";
import { lookAtFolder, lookAtNode } from "../doctor/machine.ts";
import { lookAtServer } from "../doctor/server.ts";
import { Failure } from "../failure.ts";
import { type OperatorOptions, openOperatorOf, takeData } from "../open-operator.ts";
import { answer, nextCommand, type Shell } from "../shell.ts";

export function doctor(command: Command, shell: Shell): void {
  takeData(command)
    .description(
      "Looks at a server you run and at the machine under it. Ends with 1 when something is wrong.",
    )
    .action((options: OperatorOptions) => run(shell, options));
}

async function run(shell: Shell, options: OperatorOptions): Promise<void> {
  const findings = [
    lookAtNode(process.versions.node),
    await lookAtFolder(resolve(options.data)),
    ...(await findServer(shell, options)),
  ];
  const wrongs = findings.filter(({ ok }) => ok === false);
  answer(shell, { ok: wrongs.length === 0, checks: findings }, () => show(shell, findings));
  if (wrongs.length === 0) return;
  throw new Failure(`${wrongs.length === 1 ? "One thing is" : `${wrongs.length} things are`} wrong.`, {
    next: `Do what the list says, then look again: ${nextCommand(shell, "doctor")}`,
  });
}

async function findServer(shell: Shell, options: OperatorOptions): Promise<Finding[]> {
  try {
    const { api, publicWay } = await openOperatorOf(shell, options);
    return await lookAtServer({ api, publicWay, next: (command) => nextCommand(shell, command) });
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const next = error instanceof Failure ? error.next : undefined;
    return [
      wrong("server", said, next ?? "Start the server again on this folder."),
      skipped("everything else", "The server has to run for it."),
    ];
  }
}

const marks = { well: "✓", wrong: "✗", skipped: "–" } as const;

function show({ terminal }: Shell, findings: readonly Finding[]): string {
  const rows = findings.flatMap(({ name, ok, detail, next }) => {
    const mark = ok === null ? marks.skipped : ok ? marks.well : marks.wrong;
    const row = [`${mark} ${name}`, cleanLine(detail)];
    return next === undefined ? [row] : [row, ["", `→ ${next}`]];
  });
  return columns(rows)
    .replaceAll(/^✓/gm, terminal.style("green", marks.well))
    .replaceAll(/^✗/gm, terminal.style("red", marks.wrong));
}
