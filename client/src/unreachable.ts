/** Why no whole answer came. `unknown` is all a browser tells. */
export type UnreachableReason = "name" | "connect" | "tls" | "timeout" | "cut" | "unknown";

export interface UnreachableDetail {
  /** What the machine said, for a person who looks closer. */
  cause?: unknown;
  /** The connection had been used before and was closed unnoticed: nothing of this request was answered. */
  keptConnectionDied?: boolean;
}

/** What happened, and what to do about it. */
interface Told {
  what: string;
  advice: string;
}

/** The server could not be reached, or the wire broke. The message says what happened and what to do. */
export class Unreachable extends Error {
  readonly reason: UnreachableReason;
  readonly host: string;
  /** The message in its two parts. */
  readonly what: string;
  readonly advice: string;
  readonly keptConnectionDied: boolean;

  constructor(reason: UnreachableReason, host: string, detail: UnreachableDetail = {}) {
    const { what, advice } = told(reason, host, detail.cause);
    super(`${what} ${advice}`, { cause: detail.cause });
    this.name = "Unreachable";
    this.reason = reason;
    this.host = host;
    this.what = what;
    this.advice = advice;
    this.keptConnectionDied = detail.keptConnectionDied === true;
  }
}

function told(reason: UnreachableReason, host: string, cause: unknown): Told {
  switch (reason) {
    case "name":
      return {
        what: `The name ${host} was not found.`,
        advice: "Check the spelling and your network connection.",
      };
    case "connect":
      return {
        what: `${host} does not take connections.`,
        advice: "Check that the server is running there and that the port is right.",
      };
    case "tls":
      return tlsTold(host, cause);
    case "timeout":
      return {
        what: `${host} did not answer in time.`,
        advice: "Try again; if it stays, ask whoever runs the server.",
      };
    case "cut":
      return {
        what: `The connection to ${host} broke off before the answer was complete.`,
        advice: "Try again.",
      };
    case "unknown":
      return {
        what: `${host} cannot be reached.`,
        advice: "Check your network connection and the name of the server.",
      };
  }
}

const unvouched =
  "no authority that this machine trusts has vouched for its certificate, or it does not show the chain that leads there";
const askOrTrust =
  "If this is a trial on your machine, trust the trial's ca.pem; otherwise ask whoever runs the server.";

/** What is wrong, in the words of people, and what to do, by the platform's code. */
const tlsFaults: Readonly<Record<string, readonly [why: string, next: string]>> = {
  CERT_HAS_EXPIRED: ["its certificate has expired", "Ask whoever runs the server to renew it."],
  CERT_NOT_YET_VALID: ["its certificate is not valid yet", "Check this machine's clock."],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    "its certificate is for another name",
    "Check the name, or ask whoever runs the server.",
  ],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [unvouched, askOrTrust],
  UNABLE_TO_GET_ISSUER_CERT: [unvouched, askOrTrust],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [unvouched, askOrTrust],
  SELF_SIGNED_CERT_IN_CHAIN: [unvouched, askOrTrust],
  DEPTH_ZERO_SELF_SIGNED_CERT: ["nobody but itself has vouched for its certificate", askOrTrust],
};

/** The platform's own words advise on switches of the platform, which are of no use to whoever reads this. */
function tlsTold(host: string, cause: unknown): Told {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (code === "CERT_PINNED") {
    return {
      what: `Another program answers at ${host} than the server that was started there, or it has just renewed its certificate. Nothing was sent.`,
      advice: "Try again; if it stays, see what listens there.",
    };
  }
  const [why, advice] = tlsFaults[code] ?? [code === "" ? undefined : code, askOrTrust];
  const what = `${host} could not prove that it is ${host}${why === undefined ? "" : `: ${why}`}. Nothing was sent.`;
  return { what, advice };
}

/** Something answered, but not as a Posthorn server does: a proxy's error page, a login page, a redirect. */
export class UnexpectedAnswer extends Error {
  readonly status: number;
  readonly host: string;
  /** The message in its two parts. */
  readonly what: string;
  readonly advice: string;
  /** There was more of it than can be read. */
  readonly isTooLarge: boolean;

  constructor(host: string, status: number, why: string, { isTooLarge = false } = {}) {
    const what = `${host} answered with status ${status}, but ${why}.`;
    const advice = adviceFor(status);
    super(`${what} ${advice}`);
    this.name = "UnexpectedAnswer";
    this.isTooLarge = isTooLarge;
    this.status = status;
    this.host = host;
    this.what = what;
    this.advice = advice;
  }
}

function adviceFor(status: number): string {
  if (status >= 500) return "The server may be starting or down behind its proxy. Try again later.";
  if (status >= 300 && status < 400) return "Posthorn is never redirected. Check the name of the server.";
  return "Check that a Posthorn server runs at this address.";
}
