/** What the calls of one request read of mails: each large one is parsed once, and all of them have one purse for it. */
import type { ParsedMail } from "../../rfc5322/mail.ts";
import type { StoredObject } from "../../store/object-store.ts";
import { type MethodCall, refuseCall } from "./method.ts";
import { mailOfStored } from "./stored-mail.ts";

/**
 * Of what one request goes through: mails that are read, and what is decoded of them, each time. So it keeps the one thread
 * for a second or two, and others come in between.
 */
const mostParsed = 256 * 1024 * 1024;
/** What is smaller is parsed again. */
const leastKept = 1024 * 1024;
/** Of the mails that are kept for all requests that are being answered. */
const mostKept = 64 * 1024 * 1024;

const parsed = new WeakMap<MethodCall, number>();

/**
 * Throws MethodError `requestTooLarge` when the request that a call is of has gone through too much. The last that it pays
 * for may go beyond, so that all of the largest mail can be asked for.
 */
export function chargeParsing(call: MethodCall, sizeBytes: number): void {
  const sum = parsed.get(call) ?? 0;
  if (sum >= mostParsed) {
    refuseCall("requestTooLarge", "This request has read much mail already. Ask in another request.");
  }
  parsed.set(call, sum + sizeBytes);
}

const keptFor = new WeakMap<MethodCall, Map<string, ParsedMail>>();
let free = mostKept;

/** A message that was parsed before in this request, and kept. */
export function findKept(call: MethodCall, object: StoredObject): ParsedMail | undefined {
  return keptFor.get(call)?.get(keyOf(object));
}

/**
 * Parses a message, and keeps it until the request is answered when it is large and there is room. Throws as
 * `chargeParsing`, as does whatever asks the mail for what must be decoded.
 */
export function parseAndKeep(call: MethodCall, object: StoredObject, bytes: Uint8Array): ParsedMail {
  chargeParsing(call, bytes.length);
  const mail = mailOfStored(object, bytes, (sizeBytes) => chargeParsing(call, sizeBytes));
  const { answered } = call;
  const sizeBytes = bytes.length;
  if (answered === undefined || answered.aborted || sizeBytes < leastKept || sizeBytes > free) return mail;
  const kept = keptFor.get(call) ?? new Map<string, ParsedMail>();
  keptFor.set(call, kept.set(keyOf(object), mail));
  free -= sizeBytes;
  answered.addEventListener(
    "abort",
    () => {
      free += sizeBytes;
      kept.clear();
    },
    { once: true },
  );
  return mail;
}

/** A draft that is sent, and one that is taken back, has other bytes under the same id. */
function keyOf({ id, changedState }: StoredObject): string {
  return `${id}/${changedState}`;
}
