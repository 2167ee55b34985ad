import { leastPasswordLength } from "@posthorn/client";
import { ProblemError } from "@posthorn/protocol";
import { Failure } from "./failure.ts";
import { askNewPassword, askPassword, readLines } from "./prompt.ts";
import type { Shell } from "./shell.ts";

/** The password that there is and a new one, asked for without showing them, or given on standard input. */
export async function readPasswords(
  { terminal }: Shell,
  address: string,
  isGiven: boolean,
): Promise<{ current: string; next: string }> {
  if (isGiven) {
    const [current = "", next = ""] = await readLines(terminal, ["password", "new password"]);
    return { current, next };
  }
  const current = await askPassword(terminal, `The password of ${address}: `);
  return { current, next: await askNewPassword(terminal, "A new one: ", leastPasswordLength) };
}

/** A wrong password is no sign-in that has ended. */
export function explainWrongPassword(error: unknown): never {
  if (!(error instanceof ProblemError && error.problem.code === "unauthorized")) throw error;
  throw new Failure(error.message, { next: "Try again; nothing was changed.", cause: error });
}
