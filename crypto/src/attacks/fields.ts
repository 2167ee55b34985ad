/**
 * The fields that carry a signature and the fields that are signed (threats A1, A3, A4): removed, doubled, joined,
 * changed, written in other ways, and the labels.
 */
import { fromBase64, toBase64 } from "../base64.ts";
import type { SignatureRefusal } from "../signature-refusal.ts";
import { digest, forgeRequest, goodRequest } from "./actors.ts";
import { type Attack, headerOf, setHeader, swap, type Wire } from "./attack.ts";

const signedFields = ["content-type", "content-digest", "posthorn-destination"];
const allFields = [...signedFields, "signature-input", "signature"];
const joinedReasons: Readonly<Record<string, SignatureRefusal>> = {
  "content-type": "mismatch",
  "content-digest": "malformedDigest",
  "posthorn-destination": "otherDestination",
  "signature-input": "malformedInput",
  signature: "malformedSignature",
};

function changed(name: string, reason: SignatureRefusal, change: (wire: Wire) => unknown): Attack {
  return {
    name,
    reason,
    async wire() {
      const wire = await goodRequest();
      change(wire);
      return wire;
    },
  };
}

/** One field rewritten. */
function rewritten(
  field: string,
  how: string,
  reason: SignatureRefusal,
  rewrite: (value: string) => string,
): Attack {
  return changed(`${field} ${how}`, reason, (wire) => setHeader(wire, field, rewrite(headerOf(wire, field))));
}

/** The signature's bytes changed and written in the accepted way. */
function resigned(how: string, reason: SignatureRefusal, change: (bytes: Uint8Array) => Uint8Array): Attack {
  return rewritten("signature", how, reason, (value) => {
    const bytes = fromBase64(value.slice("posthorn=:".length, -1));
    return `posthorn=:${toBase64(change(bytes))}:`;
  });
}

const order = 2n ** 252n + 27742317777372353535851937790883648493n;

/** The same signature with its second half raised by the group's order, which careless verifiers take as well. */
function raised(bytes: Uint8Array): Uint8Array {
  const half = bytes.slice(32).toReversed();
  let value = BigInt(`0x${Buffer.from(half).toString("hex")}`) + order;
  return Uint8Array.from(bytes, (byte, at) => {
    if (at < 32) return byte;
    const low = Number(value & 0xffn);
    value >>= 8n;
    return low;
  });
}

const inner = (value: string) => value.slice("posthorn=".length);

export const fieldAttacks: readonly Attack[] = [
  allFields.map((name) => changed(`${name} removed`, "missingField", (wire) => wire.headers.delete(name))),
  allFields.map((name) => changed(`${name} without a line`, "missingField", (wire) => setHeader(wire, name))),
  allFields.map((name) =>
    changed(`${name} on two lines, alike`, "doubledField", (wire) =>
      setHeader(wire, name, headerOf(wire, name), headerOf(wire, name)),
    ),
  ),
  allFields.map((name) =>
    changed(`${name} on two lines, the second another`, "doubledField", (wire) =>
      setHeader(wire, name, headerOf(wire, name), "text/html"),
    ),
  ),
  allFields.map((name) =>
    rewritten(name, "twice on one line", joinedReasons[name] ?? "mismatch", (value) => `${value}, ${value}`),
  ),
  allFields.map((name) =>
    changed(`${name} under its name in capitals only`, "missingField", (wire) => {
      wire.headers.set(name.toUpperCase(), [headerOf(wire, name)]);
      wire.headers.delete(name);
    }),
  ),
  [
    rewritten("content-type", "of another type", "mismatch", () => "application/x-ndjson"),
    rewritten("content-type", "with a parameter", "mismatch", (value) => `${value}; charset=utf-16`),
    rewritten("content-type", "in capitals", "mismatch", (value) => value.toUpperCase()),
    rewritten("content-type", "empty", "malformedField", () => ""),
    rewritten("content-type", "with a space at the end", "malformedField", (value) => `${value} `),
    rewritten("content-type", "with a tab", "malformedField", (value) => `${value};\tx=1`),
    rewritten("content-type", "with a zero byte", "malformedField", (value) => `${value}\0`),
    rewritten("content-type", "with a letter beyond ASCII", "malformedField", (value) => `${value};x=é`),
    rewritten(
      "content-type",
      "with a second component behind a line break (RFC 9421 §7.5.5)",
      "malformedField",
      (value) => `${value}\n"content-digest": ${digest}`,
    ),
    rewritten("content-digest", "of another body", "mismatch", () => `sha-256=:${"A".repeat(43)}=:`),
    rewritten(
      "content-digest",
      "of another algorithm",
      "malformedDigest",
      () => `sha-512=:${"A".repeat(86)}==:`,
    ),
    rewritten("content-digest", "of MD5", "malformedDigest", () => `md5=:${"A".repeat(22)}==:`),
    rewritten("content-digest", "in base64url", "malformedDigest", () => `sha-256=:${"_".repeat(42)}8=:`),
    rewritten("content-digest", "without padding", "malformedDigest", (value) => `${value.slice(0, -2)}:`),
    rewritten("content-digest", "in hex", "malformedDigest", () => `sha-256=${"09".repeat(32)}`),
    rewritten("content-digest", "as a text", "malformedDigest", (value) => `sha-256="${value.slice(9, -1)}"`),
    rewritten("content-digest", "in capitals", "malformedDigest", (value) => swap(value, "sha", "SHA")),
    rewritten("content-digest", "with a parameter", "malformedDigest", (value) => `${value};x=1`),
    rewritten(
      "content-digest",
      "with a second algorithm",
      "malformedDigest",
      (value) => `${value}, sha-512=:AA==:`,
    ),
    rewritten(
      "content-digest",
      "behind a second algorithm",
      "malformedDigest",
      (value) => `unixsum=:AA==:, ${value}`,
    ),
    rewritten("content-digest", "with bits beyond the bytes", "malformedDigest", (value) =>
      swap(value, "k=:", "l=:"),
    ),
    rewritten("content-digest", "empty", "malformedField", () => ""),
    rewritten("posthorn-destination", "empty", "otherDestination", () => ""),
    rewritten("posthorn-destination", "in capitals", "otherDestination", (value) => value.toUpperCase()),
    rewritten("posthorn-destination", "with a dot at the end", "otherDestination", (value) => `${value}.`),
    rewritten("posthorn-destination", "with a port", "otherDestination", (value) => `${value}:443`),
    rewritten("posthorn-destination", "with a space", "otherDestination", (value) => ` ${value}`),
  ],
  [
    rewritten("signature", "empty", "malformedSignature", () => ""),
    rewritten("signature", "with no bytes", "malformedSignature", () => "posthorn=::"),
    rewritten("signature", "under another label", "malformedSignature", (value) => `sig1=${inner(value)}`),
    rewritten(
      "signature",
      "under the label in capitals",
      "malformedSignature",
      (value) => `Posthorn=${inner(value)}`,
    ),
    rewritten("signature", "without a label", "malformedSignature", inner),
    rewritten(
      "signature",
      "with a second label",
      "malformedSignature",
      (value) => `${value}, sig1=${inner(value)}`,
    ),
    rewritten(
      "signature",
      "behind a second label",
      "malformedSignature",
      (value) => `sig1=${inner(value)}, ${value}`,
    ),
    rewritten("signature", "with a parameter", "malformedSignature", (value) => `${value};x=1`),
    rewritten("signature", "as a text", "malformedSignature", (value) => value.replaceAll(":", '"')),
    rewritten("signature", "as a token", "malformedSignature", (value) => value.replaceAll(":", "")),
    rewritten("signature", "as a list", "malformedSignature", (value) => `posthorn=(${inner(value)})`),
    rewritten("signature", "without padding", "malformedSignature", (value) => swap(value, "==:", ":")),
    rewritten("signature", "with padding half removed", "malformedSignature", (value) =>
      swap(value, "==:", "=:"),
    ),
    rewritten("signature", "with padding too long", "malformedSignature", (value) =>
      swap(value, "==:", "====:"),
    ),
    rewritten("signature", "with a space inside", "malformedSignature", (value) => swap(value, "=:", "=: ")),
    rewritten("signature", "with a space at the end", "malformedSignature", (value) => `${value} `),
    rewritten("signature", "with a line break", "malformedSignature", (value) => swap(value, "==:", "\n==:")),
    rewritten(
      "signature",
      "in hex",
      "malformedSignature",
      (value) => `posthorn=:${Buffer.from(inner(value).slice(1, -1), "base64").toString("hex")}:`,
    ),
    rewritten("signature", "in base64url", "malformedSignature", (value) =>
      `posthorn=:${"-_".repeat(43)}==:`.slice(0, value.length),
    ),
    rewritten("signature", "with bits beyond the bytes", "malformedSignature", (value) =>
      value.replace(/.==:$/, "B==:"),
    ),
    resigned("of 63 bytes", "malformedSignature", (bytes) => bytes.subarray(1)),
    resigned("of 65 bytes", "malformedSignature", (bytes) => Uint8Array.of(...bytes, 0)),
    resigned("of 128 bytes", "malformedSignature", (bytes) => Uint8Array.of(...bytes, ...bytes)),
    resigned("of zeros", "mismatch", () => new Uint8Array(64)),
    resigned("of the neutral point and zero", "mismatch", () => Uint8Array.of(1, ...new Uint8Array(63))),
    resigned("with its halves exchanged", "mismatch", (bytes) =>
      Uint8Array.of(...bytes.subarray(32), ...bytes.subarray(0, 32)),
    ),
    resigned("raised by the group's order (RFC 8032 §8.4)", "mismatch", raised),
    resigned("backwards", "mismatch", (bytes) => bytes.toReversed()),
    Array.from({ length: 8 }, (_, part) =>
      resigned(`with bit ${part * 65} flipped`, "mismatch", (bytes) =>
        bytes.map((byte, at) => (at === part * 8 ? byte ^ (1 << part) : byte)),
      ),
    ),
  ].flat(),
  [
    rewritten("signature-input", "empty", "malformedInput", () => ""),
    rewritten("signature-input", "without a label", "malformedInput", inner),
    rewritten(
      "signature-input",
      "with a second label",
      "malformedInput",
      (value) => `${value}, sig1=${inner(value)}`,
    ),
    rewritten(
      "signature-input",
      "behind a second label",
      "malformedInput",
      (value) => `sig1=();created=1, ${value}`,
    ),
    rewritten(
      "signature-input",
      "with the label twice, the last counting",
      "malformedInput",
      (value) => `posthorn=();created=1, ${value}`,
    ),
    rewritten("signature-input", "with a space before =", "malformedInput", (value) =>
      swap(value, "=", " ="),
    ),
    rewritten("signature-input", "with a space after =", "malformedInput", (value) => swap(value, "=", "= ")),
    rewritten("signature-input", "with a space in front", "malformedInput", (value) => ` ${value}`),
    rewritten("signature-input", "with a space at the end", "malformedInput", (value) => `${value} `),
    rewritten("signature-input", "with a comma at the end", "malformedInput", (value) => `${value},`),
    rewritten("signature-input", "with a semicolon at the end", "malformedInput", (value) => `${value};`),
    rewritten("signature-input", "with a line break at the end", "malformedInput", (value) => `${value}\n`),
    rewritten("signature-input", "with a folded line", "malformedInput", (value) =>
      swap(value, ";created", ";\r\n created"),
    ),
    rewritten("signature-input", "with other quotes", "malformedInput", (value) =>
      value.replaceAll('"', "“"),
    ),
    rewritten(
      "signature-input",
      "a megabyte long",
      "malformedInput",
      (value) => value + ";x=1".repeat(250_000),
    ),
  ],
  ["sig1", "Posthorn", "posthorn1", "posthorn-1", "*", "a.b"].map(
    (label): Attack => ({
      name: `both fields under the label ${label}`,
      reason: "malformedInput",
      wire: () => forgeRequest({ label }),
    }),
  ),
].flat();
