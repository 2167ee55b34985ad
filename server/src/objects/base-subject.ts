const refwd = /^\s*(?:re|fwd?)\s*(?:\[[^[\]]*\]\s*)?:\s*/i;
const blob = /^\s*\[[^[\]]*\]\s*/;
const trailer = /\s*\(fwd\)\s*$/i;
const wrapped = /^\[fwd:(.*)\]$/i;
/** Each round takes something away, but nobody answers so often. */
const mostRounds = 100;

/** What a subject is without the signs that it is answered or passed on (RFC 5256 §2.1). */
export function baseSubject(subject: string): string {
  let base = subject.replaceAll(/\s+/g, " ").trim();
  for (let round = 0; round < mostRounds; round++) {
    const shorter = shorten(base);
    if (shorter === base) break;
    base = shorter;
  }
  return base;
}

function shorten(subject: string): string {
  if (trailer.test(subject)) return subject.replace(trailer, "").trim();
  const lead = leadOf(subject);
  if (lead !== undefined) return subject.slice(lead.length);
  const behindBlob = subject.replace(blob, "");
  if (behindBlob !== "" && behindBlob !== subject) return behindBlob;
  const inner = wrapped.exec(subject)?.[1];
  return inner === undefined ? subject : inner.trim();
}

/** `Re:` and the like, behind any number of words in brackets. */
function leadOf(subject: string): string | undefined {
  let at = 0;
  for (let found = blob.exec(subject); found !== null; found = blob.exec(subject.slice(at)))
    at += found[0].length;
  const found = refwd.exec(subject.slice(at));
  return found === null ? undefined : subject.slice(0, at) + found[0];
}
