/** A body value within a number of octets of UTF-8 (RFC 8621 §4.2, maxBodyValueBytes). */
export function cutText(
  value: string,
  maxBytes: number | undefined,
  isHtml: boolean,
): { value: string; isTruncated: boolean } {
  if (maxBytes === undefined || value.length * 3 <= maxBytes) return { value, isTruncated: false };
  const target = new Uint8Array(maxBytes);
  const { read } = new TextEncoder().encodeInto(value, target);
  if (read === value.length) return { value, isTruncated: false };
  const cut = value.slice(0, read);
  return { value: isHtml ? beforeOpenTag(cut) : cut, isTruncated: true };
}

/** Without a tag at the end that is not closed. */
function beforeOpenTag(html: string): string {
  const open = html.lastIndexOf("<");
  return open > html.lastIndexOf(">") ? html.slice(0, open) : html;
}
