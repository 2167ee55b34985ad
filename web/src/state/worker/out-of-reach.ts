/** Whether a server is out of reach, or has answered itself that it cannot do something. */
import type { SyncStatus } from "@posthorn/client";

/** A server that has said itself what it cannot do may well do everything else. */
export function isOutOfReach(status: SyncStatus | undefined): boolean {
  if (status?.state !== "waiting") return false;
  const { code = "" } = status;
  return code.startsWith("unreachable.") || code === "unexpectedAnswer";
}
