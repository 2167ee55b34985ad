/** What the end of a command means, for scripts. These numbers do not change; docs/operate/command-line.md lists them. */
export const exitCodes = {
  ok: 0,
  /** A server refused it, a check or a delivery failed, or this machine could not do it. */
  failed: 1,
  /** The command itself was wrong. */
  usage: 2,
  /** No server answered, or what answered is none. */
  unreachable: 3,
  /** Nobody is signed in, or no longer. */
  signedOut: 4,
  /** The time of `--wait` was over before every copy had arrived; they are tried on. */
  notYet: 5,
  /** Stopped by Ctrl+C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
