/** Why no whole answer came. `unknown` is all a browser tells. */
export type UnreachableReason = "name" | "connect" | "tls" | "timeout" | "cut" | "unknown";

export interface UnreachableDetail {
  /** What the machine said, for a person who looks closer. */
  cause?: unknown;
  /** The connection had been used before and was closed unnoticed: nothing of this request was answered. */
  keptConnectionDied?: boolean;
}

/** The server could not be reached, or the wire broke. The message is a sentence that says what to do. */
export class Unreachable extends Error {
  readonly reason: UnreachableReason;
  readonly host: string;
  readonly keptConnectionDied: boolean;

  constructor(reason: UnreachableReason, host: string, detail: UnreachableDetail = {}) {
    super(sentenceOf(reason, host, detail.cause), { cause: detail.cause });
    this.name = "Unreachable";
    this.reason = reason;
    this.host = host;
    this.keptConnectionDied = detail.keptConnectionDied === true;
  }
}

function sentenceOf(reason: UnreachableReason, host: string, cause: unknown): string {
  switch (reason) {
    case "name":
      return `The name ${host} was not found. Check the spelling and your network connection.`;
    case "connect":
      return `${host} does not take connections. Check that the server is running there and that the port is right.`;
    case "tls":
      return tlsSentence(host, cause);
    case "timeout":
      return `${host} did not answer in time. Try again; if it stays, ask whoever runs the server.`;
    case "cut":
      return `The connection to ${host} broke off before the answer was complete. Try again.`;
    case "unknown":
      return `${host} cannot be reached. Check your network connection and the name of the server.`;
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
function tlsSentence(host: string, cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (code === "CERT_PINNED") {
    return `Another program answers at ${host} than the server that was started there, or it has just renewed its certificate. Nothing was sent. Try again; if it stays, see what listens there.`;
  }
  const [why, next] = tlsFaults[code] ?? [code === "" ? undefined : code, askOrTrust];
  return `${host} could not prove that it is ${host}${why === undefined ? "" : `: ${why}`}. Nothing was sent. ${next}`;
}

/** Something answered, but not as a Posthorn server does: a proxy's error page, a login page, a redirect. */
export class UnexpectedAnswer extends Error {
  readonly status: number;
  readonly host: string;

  constructor(host: string, status: number, why: string) {
    super(`${host} answered with status ${status}, but ${why}. ${adviceFor(status)}`);
    this.name = "UnexpectedAnswer";
    this.status = status;
    this.host = host;
  }
}

function adviceFor(status: number): string {
  if (status >= 500) return "The server may be starting or down behind its proxy. Try again later.";
  if (status >= 300 && status < 400) return "Posthorn is never redirected. Check the name of the server.";
  return "Check that a Posthorn server runs at this address.";
}
