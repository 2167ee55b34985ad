import { changePolicy, readPolicy } from "@posthorn/client";
import { limits, type Policy, type PolicyPatch, type PolicyRule, type PolicyRules } from "@posthorn/protocol";
import type { Command } from "commander";
import { cleanLine } from "../clean-text.ts";
import { columns } from "../columns.ts";
import { refuseUsage } from "../failure.ts";
import { asOperator, type OperatorOptions, openOperatorOf, takeData } from "../open-operator.ts";
import { readQuota } from "../read-options.ts";
import { answer, nextCommand, type Shell } from "../shell.ts";
import { shortSize } from "../sizes.ts";

/** The rules by the names that `serve` knows them by. */
const rules = {
  quota: "quotaBytes",
  screening: "screening",
  greeting: "greeting",
  "send-rate": "recipientsPerMinute",
  "send-burst": "recipientsAtOnce",
  contact: "contact",
} as const satisfies Record<string, PolicyRule>;

type Name = keyof typeof rules;

const names = Object.keys(rules).filter(isName);

interface Given {
  quota?: string;
  screening?: string;
  greeting?: string;
  sendRate?: string;
  sendBurst?: string;
  contact?: string;
}

export function policy(command: Command, shell: Shell): void {
  command.description("What a server you run lets people do.");
  takeData(
    command
      .command("list", { isDefault: true })
      .description("The rules as they are now, and what the server was started with where one was changed."),
  ).action(asOperator((options: OperatorOptions) => list(shell, options)));
  takeData(
    command
      .command("set")
      .description(
        "Changes rules of the running server. They hold at once and after each start, in place of what it is started with.",
      )
      .option("--quota <size>", "what a new account may hold, such as 5GiB")
      .option("--screening <yes|no>", "whether mail of strangers waits in new accounts")
      .option("--greeting <yes|no>", "whether new accounts begin with a few letters")
      .option("--send-rate <count>", "recipients an account may write to in a minute")
      .option("--send-burst <count>", "recipients an account may write to at once")
      .option("--contact <text>", "where you can be reached, shown to other servers; empty for nowhere"),
  ).action(asOperator((options: OperatorOptions & Given) => change(shell, options, readChange(options))));
  takeData(
    command
      .command("reset")
      .description("Takes changes back: what the server is started with holds again.")
      .argument("<rules...>", names.join(", ")),
  ).action(
    asOperator((given: string[], options: OperatorOptions) => change(shell, options, readReset(given))),
  );
}

async function list(shell: Shell, options: OperatorOptions): Promise<void> {
  const { api } = await openOperatorOf(shell, options);
  const now = await readPolicy(api);
  answer(shell, now, () => showPolicy(shell, now));
}

async function change(shell: Shell, options: OperatorOptions, patch: PolicyPatch): Promise<void> {
  const { api } = await openOperatorOf(shell, options);
  const now = await changePolicy(api, patch);
  answer(shell, now, () => showPolicy(shell, now));
}

function showPolicy(shell: Shell, now: Policy): string {
  const rows = names.map((name) => {
    const rule = rules[name];
    const isChanged = now.changed.includes(rule);
    return [name, shown(now, rule), isChanged ? `here; started with ${shown(now.started, rule)}` : "start"];
  });
  const table = columns([["Rule", "Now", "Set by"], ...rows]);
  return `${table}\n\nTo change one: ${nextCommand(shell, "policy set --help")}`;
}

function shown(from: PolicyRules, rule: PolicyRule): string {
  const value = from[rule];
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (rule === "quotaBytes") return shortSize(from.quotaBytes);
  return value === "" ? "not said" : cleanLine(String(value));
}

function readChange({ quota, screening, greeting, sendRate, sendBurst, contact }: Given): PolicyPatch {
  const patch: PolicyPatch = {
    ...(quota === undefined ? {} : { quotaBytes: readQuota(quota) }),
    ...(screening === undefined ? {} : { screening: readYesNo(screening, "--screening") }),
    ...(greeting === undefined ? {} : { greeting: readYesNo(greeting, "--greeting") }),
    ...(sendRate === undefined ? {} : { recipientsPerMinute: readRecipients(sendRate, "--send-rate") }),
    ...(sendBurst === undefined ? {} : { recipientsAtOnce: readRecipients(sendBurst, "--send-burst") }),
    ...(contact === undefined ? {} : { contact }),
  };
  if (Object.keys(patch).length > 0) return patch;
  return refuseUsage("Which rule?", `Name one or more: ${names.map((name) => `--${name}`).join(", ")}.`);
}

function readReset(given: readonly string[]): PolicyPatch {
  return Object.fromEntries(
    given.map((name) => {
      if (isName(name)) return [rules[name], null];
      return refuseUsage(`“${name}” is no rule.`, `Choose from ${names.join(", ")}.`);
    }),
  );
}

function isName(name: string): name is Name {
  return Object.hasOwn(rules, name);
}

function readYesNo(text: string, option: string): boolean {
  if (text === "yes" || text === "no") return text === "yes";
  return refuseUsage(`“${text}” is neither yes nor no, as ${option} is.`);
}

function readRecipients(text: string, option: string): number {
  const count = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= limits.recipientsInTime) return count;
  return refuseUsage(`“${text}” is not a whole number from 1 on, as ${option} is.`);
}
