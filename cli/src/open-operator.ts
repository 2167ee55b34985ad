import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type Api, openOperator } from "@posthorn/client";
import { nodePlatform, type OperatorPlace, readOperatorFile } from "@posthorn/client/node";
import { ProblemError } from "@posthorn/protocol";
import { type Command, Option } from "commander";
import type { PublicWay } from "./doctor/public-way.ts";
import { type Hints, withHints } from "./explain.ts";
import { Failure } from "./failure.ts";
import { homeOf, nextCommand, type Shell } from "./shell.ts";

export interface OperatorOptions {
  data: string;
}

export interface Operator {
  /** The server by its listener on this machine, whatever its public name and its certificate are worth. */
  api: Api;
  dataFolder: string;
  place: OperatorPlace;
  /** How everybody else reaches it. */
  publicWay: PublicWay;
}

/** The option of all commands for whoever runs a server. */
export function takeData(command: Command): Command {
  return command.addOption(
    new Option("--data <folder>", "the data folder of the server, which runs on this machine")
      .env("POSTHORN_DATA")
      .default("posthorn-data"),
  );
}

/** As `withHints`, for a command of whoever runs a server. */
export function asOperator<Args extends readonly unknown[]>(
  action: (...args: Args) => Promise<void>,
  hints: () => Hints = () => ({}),
): (...args: Args) => Promise<void> {
  return withHints(
    () => ({ unauthorized: "Name the data folder of the running server with --data.", ...hints() }),
    action,
  );
}

/** The running server of a data folder, called as its operator. Throws Failure when there is none. */
export async function openOperatorOf(shell: Shell, options: OperatorOptions): Promise<Operator> {
  const dataFolder = resolve(options.data);
  const place = await readOperatorFile(dataFolder).catch((error: unknown) => {
    if (!(error instanceof ProblemError && error.problem.code === "notFound")) throw error;
    throw new Failure(error.message, {
      next: `Name its data folder with --data, or start it: ${nextCommand(shell, "serve")}`,
    });
  });
  const ca = place.ca === undefined ? undefined : await readFile(place.ca, "utf8");
  const platform = ca === undefined ? await homeOf(shell).platform() : nodePlatform({ ca, localhost: true });
  const api = openOperator(nodePlatform({ via: place.listener }), place);
  return { api, dataFolder, place, publicWay: { platform, endpoint: api.endpoint, ca } };
}
