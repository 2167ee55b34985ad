import { limits } from "../limits.ts";
import { fail } from "../problem.ts";
import { readJson } from "../strict-json.ts";
import { isMessageType, type Message, messageForms, unknownForms } from "./message.ts";
import { checkRules } from "./rules.ts";

/**
 * Reads the bytes of one message: strict JSON, then `checkMessage`. Throws ProblemError `tooLarge` beyond 256 KiB,
 * `badJson` or `invalidMessage`.
 */
export function readMessage(bytes: Uint8Array): Message {
  return checkMessage(readJson(bytes, { maxBytes: limits.messageBytes }));
}

/**
 * The value itself as a message of its type, in the open or sealed, never both (§20.6). Throws ProblemError
 * `invalidMessage` with the pointer of the first field at fault.
 */
export function checkMessage(value: unknown): Message {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    fail("invalidMessage", "A message is a JSON object.", { pointer: "" });
  }
  const type = "type" in value ? value.type : "email";
  if (typeof type !== "string") fail("invalidMessage", "“type” must be a text.", { pointer: "/type" });
  const forms = isMessageType(type) ? messageForms[type] : unknownForms;
  const mark = sealMark(value);
  if (mark !== undefined && forms.sealed === undefined) {
    fail("invalidMessage", `A ${type} has no content, so it cannot be sealed.`, { pointer: `/${mark}` });
  }
  const form = mark === undefined ? forms.plain : (forms.sealed ?? forms.plain);
  const message = form.parse(value, "invalidMessage");
  checkRules(message);
  return message;
}

/** The field that says a message is sealed; any one of them does, so that a half-sealed message is refused. */
export function sealMark(value: object): "seal" | "encryptedBody" | "encryptionAlgorithm" | undefined {
  if ("seal" in value) return "seal";
  if ("encryptedBody" in value) return "encryptedBody";
  return "encryptionAlgorithm" in value ? "encryptionAlgorithm" : undefined;
}
