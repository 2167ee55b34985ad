/** The problem that a server answers with that has too much to do (RFC 9457). */
export const busyProblem = {
  type: "about:blank",
  title: "Busy",
  status: 503,
  code: "unavailable",
  detail: "Busy.",
  retry: "later",
} as const;
