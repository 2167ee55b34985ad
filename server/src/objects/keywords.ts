/** A message counts as unread that is neither seen nor a draft (RFC 8621 §2, unreadEmails). */
export function isUnread(keywords: readonly string[]): boolean {
  return !keywords.includes("$seen") && !keywords.includes("$draft");
}

/** Whether a text may be a keyword: printable ASCII but for `(`, `)`, `{`, `]`, `%`, `*`, `"` and `\` (RFC 8621 §4.1.1). */
export function isKeyword(text: string): boolean {
  return /^[!#$&'+-Z[^-z|}~]{1,100}$/.test(text);
}
