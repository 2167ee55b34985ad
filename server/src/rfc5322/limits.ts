/** What a mail can have here; what goes beyond is not lost, but is content of the last part within the limit. */
export const mailLimits = {
  /** Multiparts in multiparts. A client must be able to read the tree as JSON, which is at most 32 deep (§20.3). */
  depth: 10,
  /** Parts with content. */
  parts: 1000,
  /** All header fields of all parts; further ones are passed over. */
  headerBytes: 1024 * 1024,
  headerFields: 10_000,
  /** Characters of a preview (RFC 8621 §4.1.4). */
  preview: 256,
} as const;
