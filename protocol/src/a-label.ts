/** Parameters of Punycode (RFC 3492 §5). */
const base = 36;
const tMin = 1;
const tMax = 26;
const skew = 38;
const damp = 700;
const initialBias = 72;
const initialCodePoint = 0x80;
const prefix = "xn--";

/**
 * True when each label of `name` that begins with `xn--` decodes to something that is written in this way and in no
 * other (UTS #46, non-transitional). The URL parser alone does not tell: it lets A-labels pass as they are, so what
 * they decode to is given to it, and what it makes of that must be `name` again.
 */
export function hasValidALabels(name: string): boolean {
  const labels = name.split(".").map((label) => (label.startsWith(prefix) ? decodeALabel(label) : label));
  if (labels.includes(undefined)) return false;
  try {
    return new URL(`https://${labels.join(".")}`).hostname === name;
  } catch {
    return false;
  }
}

/** What an A-label in lower case stands for; undefined when it is not Punycode. */
function decodeALabel(label: string): string | undefined {
  const lastHyphen = label.lastIndexOf("-");
  const decoded = Array.from(label.slice(prefix.length, Math.max(lastHyphen, prefix.length)));
  let codePoint = initialCodePoint;
  let bias = initialBias;
  let position = 0;
  let at = Math.max(lastHyphen + 1, prefix.length);
  while (at < label.length) {
    const start = position;
    let weight = 1;
    for (let k = base; ; k += base) {
      const digit = digitOf(label.charCodeAt(at++));
      if (digit === undefined) return undefined;
      position += digit * weight;
      if (position > Number.MAX_SAFE_INTEGER) return undefined;
      const threshold = Math.min(Math.max(k - bias, tMin), tMax);
      if (digit < threshold) break;
      weight *= base - threshold;
    }
    const count = decoded.length + 1;
    bias = adapt(position - start, count, start === 0);
    codePoint += Math.floor(position / count);
    position %= count;
    if (codePoint > 0x10ffff) return undefined;
    decoded.splice(position++, 0, String.fromCodePoint(codePoint));
  }
  return decoded.join("");
}

/** RFC 3492 §6.1. */
function adapt(delta: number, count: number, isFirst: boolean): number {
  let rest = Math.floor(delta / (isFirst ? damp : 2));
  rest += Math.floor(rest / count);
  let k = 0;
  while (rest > ((base - tMin) * tMax) / 2) {
    rest = Math.floor(rest / (base - tMin));
    k += base;
  }
  return k + Math.floor(((base - tMin + 1) * rest) / (rest + skew));
}

/** a–z are 0 to 25, 0–9 are 26 to 35; undefined for anything else, the end of the label among it. */
function digitOf(unit: number): number | undefined {
  if (unit >= 0x61 && unit <= 0x7a) return unit - 0x61;
  return unit >= 0x30 && unit <= 0x39 ? unit - 0x30 + 26 : undefined;
}
