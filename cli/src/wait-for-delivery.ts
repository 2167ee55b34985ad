import { isSettled, type Session, waitUntilSettled } from "@posthorn/client";
import type { SendAnswer } from "@posthorn/protocol";
import { columns } from "./columns.ts";
import { exitCodes } from "./exit-codes.ts";
import { Failure, refuseUsage } from "./failure.ts";
import { nextCommand, remark, type Shell } from "./shell.ts";
import { findFailed } from "./show-recipients.ts";
import { findLengthMs, shortLength } from "./times.ts";

/** How long `--wait` waits: true is as long as it takes. Throws Failure `usage`. */
export function readWait(wait: string | true): number | undefined {
  if (wait === true) return undefined;
  const ms = findLengthMs(/^\d+$/.test(wait) ? `${wait}s` : wait);
  return ms ?? refuseUsage(`“${wait}” is no length of time.`, "Write it as 90s, 10m or 2h.");
}

/** Waits until every copy of a message has arrived or will not, telling whoever watches. */
export async function waitForDelivery(
  shell: Shell,
  session: Session,
  id: string,
  timeoutMs: number | undefined,
): Promise<SendAnswer> {
  return waitUntilSettled(session, id, {
    timeoutMs,
    onChange: ({ recipients }) =>
      remark(shell, columns(recipients.map(({ address, status }) => [`  ${address}`, status]))),
  });
}

/** Throws Failure when a copy will never arrive or has not yet, so that a script sees it. */
export function checkArrived(shell: Shell, answer: SendAnswer, timeoutMs: number | undefined): void {
  const failed = findFailed(answer);
  if (failed !== undefined) {
    throw new Failure(failed, {
      next: "Correct the address, or ask them by another road, and send it again.",
    });
  }
  if (isSettled(answer)) return;
  throw new Failure(
    `It has not arrived everywhere after ${shortLength(timeoutMs ?? 0)}; it is tried on and on.`,
    { exitCode: exitCodes.notYet, next: nextCommand(shell, `status ${answer.id} --wait`) },
  );
}
