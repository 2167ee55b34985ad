import type { EgressFailure } from "./env.ts";

/** Why an exchange failed, on its way out of the platform's callbacks. */
export class EgressError extends Error {
  readonly failure: EgressFailure;

  constructor(failure: EgressFailure, detail: string) {
    super(detail);
    this.name = "EgressError";
    this.failure = failure;
  }
}

/** The platform's code of an error, such as ECONNRESET. */
function errorCode(error: unknown): string {
  if (!(error instanceof Error) || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}

const unvouched = "no authority that this machine trusts has vouched for its certificate";

/** The codes that senders and operators come to see most, since they are shown what a delivery waits for. */
const words: Readonly<Record<string, string>> = {
  ENOTFOUND: "there is no such name",
  ENODATA: "the name has no address",
  ESERVFAIL: "its name servers do not know",
  EREFUSED: "the name server refuses to say",
  ETIMEOUT: "no name server answered in time",
  EAI_AGAIN: "no name server can be reached",
  ECONNREFUSED: "nothing takes connections there",
  ECONNRESET: "the other end hung up",
  EPIPE: "the other end hung up",
  EHOSTUNREACH: "no way leads there",
  ENETUNREACH: "no way leads there",
  ETIMEDOUT: "no answer came in time",
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
  DEPTH_ZERO_SELF_SIGNED_CERT: "nobody but itself has vouched for its certificate",
  SELF_SIGNED_CERT_IN_CHAIN: unvouched,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unvouched,
  UNABLE_TO_GET_ISSUER_CERT: unvouched,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unvouched,
};

/** What the platform says of an error, in words where its code is a usual one. */
export function reasonOf(error: unknown): string {
  const code = errorCode(error);
  if (code === "") return error instanceof Error ? error.message : String(error);
  return words[code] ?? code;
}

/** A failure of an exchange that had its connection already. */
export function asExchangeError(error: unknown): EgressError {
  if (error instanceof EgressError) return error;
  const code = errorCode(error);
  if (code === "HPE_HEADER_OVERFLOW") return new EgressError("tooLarge", "the answer's header is too large");
  if (code.startsWith("HPE_")) return new EgressError("cut", `the answer is not HTTP (${code})`);
  return new EgressError("cut", `the connection broke off: ${reasonOf(error)}`);
}
