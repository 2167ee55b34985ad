import { isLine, limits } from "@posthorn/protocol";
import type { Outgoing } from "./result.ts";

export interface BatchLimits {
  batchLines?: number | undefined;
  batchBytes?: number | undefined;
}

/**
 * The messages as requests, in order: as many lines in each as the host takes. A message that was written over several
 * lines goes alone, because its bytes are relayed as they are.
 */
export function asRequests(messages: readonly Outgoing[], host: BatchLimits): Outgoing[][] {
  const mostLines = Math.min(host.batchLines ?? limits.batchLines, limits.batchLines);
  const mostBytes = Math.min(host.batchBytes ?? limits.batchBytes, limits.batchBytes);
  const requests: Outgoing[][] = [];
  let open: Outgoing[] | undefined;
  let openBytes = 0;
  for (const message of messages) {
    const lineBytes = message.bytes.length + 1;
    if (!isLine(message.bytes)) {
      requests.push([message]);
      open = undefined;
    } else if (open === undefined || open.length >= mostLines || openBytes + lineBytes > mostBytes) {
      open = [message];
      openBytes = lineBytes;
      requests.push(open);
    } else {
      open.push(message);
      openBytes += lineBytes;
    }
  }
  return requests;
}
