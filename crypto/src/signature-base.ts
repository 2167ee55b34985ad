const encoder = new TextEncoder();

/** A covered component: its identifier as it stands in Signature-Input, quotes and parameters included, and its value. */
export type Component = readonly [identifier: string, value: string];

/**
 * The bytes an HTTP message signature is made over (RFC 9421 §2.5). `parameters` is the signature's inner list with
 * its parameters, as it stands in Signature-Input after the label. Throws Error when a value holds a line break, with
 * which one component could pretend to be two (§7.5.5).
 */
export function signatureBase(components: readonly Component[], parameters: string): Uint8Array {
  let base = "";
  for (const [identifier, value] of components) {
    if (/[\r\n]/.test(value)) throw new Error(`The value of ${identifier} holds a line break.`);
    base += `${identifier}: ${value}\n`;
  }
  return encoder.encode(`${base}"@signature-params": ${parameters}`);
}
