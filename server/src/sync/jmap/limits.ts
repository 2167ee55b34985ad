/** What one request may ask for; told in the session (RFC 8620 §2) and held to by whatever it is about. */
export const coreLimits = {
  maxSizeUpload: 50_000_000,
  maxConcurrentUpload: 4,
  maxSizeRequest: 10_000_000,
  maxConcurrentRequests: 8,
  maxCallsInRequest: 64,
  maxObjectsInGet: 500,
  maxObjectsInSet: 500,
} as const;

/** Ids that one /query answers with at most (RFC 8620 §5.5); whoever asks for more is told so by `limit`. */
export const maxQueryLimit = 5_000;

/** Changes that one /changes answers with when the client names no number. */
export const defaultMaxChanges = 1_000;

/** Pieces that a blob may be put together of (RFC 9404 §3.1). */
export const mostDataSources = 64;

/** Digests of blobs, as RFC 3230 names their methods, and the types in which blobs are looked for (RFC 9404 §3.1). */
export const digestAlgorithms = ["sha-256", "sha-512", "sha"] as const;
export const lookupTypes = ["Email", "Thread", "Mailbox"] as const;
