import { readFile } from "node:fs/promises";
import { dateOfId, type Session } from "@posthorn/client";
import {
  checkMessage,
  completeSubmission,
  formatTime,
  limits,
  type Message,
  ProblemError,
  parseAddress,
  readJson,
  uuidV7,
} from "@posthorn/protocol";
import { refuseUsage } from "./failure.ts";
import { findJsonFault } from "./find-json-fault.ts";
import { readText, textOf } from "./read-text.ts";
import type { Shell } from "./shell.ts";

/**
 * A message that was written elsewhere, from a file or, as `-`, from standard input, with what it leaves out filled in as
 * the server would (§80.4). Throws Failure `usage` when it is no text or no JSON, and what checking a message throws.
 */
export async function readWholeMessage(shell: Shell, session: Session, path: string): Promise<Message> {
  const { terminal } = shell;
  const text =
    path === "-" ? await readText(terminal.input, limits.messageBytes) : textOf(await readFile(path), path);
  checkJson(text, path === "-" ? "Standard input" : path);
  const value = readStrictly(text);
  const { clock, randomBytes } = session.platform;
  const now = clock.now();
  const missing = {
    from: parseAddress(session.address),
    id: uuidV7(now, randomBytes(16)),
    date: dateGivenBy(value) ?? formatTime(now),
  };
  return checkMessage(completeSubmission(value, missing).value);
}

/** JSON may still say the same twice, or more than can be told apart (§20.3). */
function readStrictly(text: string): unknown {
  try {
    return readJson(Buffer.from(text), { maxBytes: limits.messageBytes });
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === "badJson") refuseUsage(error.message);
    throw error;
  }
}

function checkJson(text: string, what: string): void {
  const fault = findJsonFault(text);
  if (fault === undefined) return;
  const { line, column } = fault;
  refuseUsage(
    `${what} is not JSON: it cannot be read from line ${line}, column ${column} on.`,
    "Look there for a comma, a quotation mark or a bracket that is missing or one too many.",
  );
}

/** A message that has an id and no date has that of its id, each time it is sent. */
function dateGivenBy(value: unknown): string | undefined {
  const id = typeof value === "object" && value !== null && "id" in value ? value.id : undefined;
  return typeof id === "string" ? dateOfId(id) : undefined;
}
