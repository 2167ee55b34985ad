import { isLine, limits } from "@posthorn/protocol";
import type { Outgoing } from "./result.ts";

export interface BatchLimits {
  batchLines?: number | undefined;
  batchBytes?: number | undefined;
}

/**
 * Recipients at the host, those included that are not due any more: each has an entry in the answer, and of an answer
 * only so much is read (signed-call.ts). One message may have as many.
 */
const mostRecipients = limits.recipients;

/**
 * The messages as requests, in order: as many lines in each as the host takes. A message that was written over several
 * lines goes alone, because its bytes are relayed as they are.
 */
export function asRequests(messages: readonly Outgoing[], host: string, batch: BatchLimits): Outgoing[][] {
  const mostLines = Math.min(batch.batchLines ?? limits.batchLines, limits.batchLines);
  const mostBytes = Math.min(batch.batchBytes ?? limits.batchBytes, limits.batchBytes);
  const requests: Outgoing[][] = [];
  let open: Outgoing[] | undefined;
  let openBytes = 0;
  let openRecipients = 0;
  for (const message of messages) {
    const lineBytes = message.bytes.length + 1;
    const recipients = recipientsAtMost(message.bytes, host);
    if (!isLine(message.bytes)) {
      requests.push([message]);
      open = undefined;
    } else if (
      open === undefined ||
      open.length >= mostLines ||
      openBytes + lineBytes > mostBytes ||
      openRecipients + recipients > mostRecipients
    ) {
      open = [message];
      openBytes = lineBytes;
      openRecipients = recipients;
      requests.push(open);
    } else {
      open.push(message);
      openBytes += lineBytes;
      openRecipients += recipients;
    }
  }
  return requests;
}

/**
 * No fewer than the recipients that a message names at a host. They are counted in its text, as reading it costs more
 * than sending it: by the host, or by the objects where a letter may be written as an escape.
 */
function recipientsAtMost(bytes: Uint8Array, host: string): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return countOf(text, text.includes("\\u") ? "{" : `"${host}"`);
}

function countOf(text: Buffer, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) count++;
  return count;
}
