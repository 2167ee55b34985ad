const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

/** What this room bears (reliability I9, I11). Times in milliseconds. */
export const blobLimits = {
  /** What an account may have uploaded that no message uses yet. */
  openBytesPerAccount: 4 * gibibyte,
  /** The same of a host; so also the most that the files of one message can have together. */
  openBytesPerHost: 4 * gibibyte,
  /** An open grant counts as at least so much, which bounds how many there can be. */
  leastOpenBytes: 256 * 1024,
  /** Blobs a host can have announced at one time. */
  announcementsPerHost: 10_000,
  /** An upload is refused when it would leave less than this on the disk, so that mail still gets through. */
  reserveBytes: 512 * mebibyte,
  /** How long an uploaded blob waits for its message, and an announced one for its upload. */
  waitMs: 24 * 3_600_000,
  /** How long a blob that was received may take to its place on disk. */
  placingMs: 3_600_000,
  /** More than any upload takes and than a clock is likely to jump. */
  temporaryMs: 48 * 3_600_000,
} as const;
