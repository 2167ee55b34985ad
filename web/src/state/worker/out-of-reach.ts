/** Whether a server is out of reach, or has answered itself that it cannot do something. */
import type { SyncStatus } from "@posthorn/client";

/** What the server itself has answered that it cannot do for now need not be all of it. */
export function isOutOfReach(status: SyncStatus | undefined): boolean {
  if (status?.state !== "waiting") return false;
  const { code = "" } = status;
  return code.startsWith("unreachable.") || code === "unexpectedAnswer";
}
