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
export function errorCode(error: unknown): string {
  if (!(error instanceof Error) || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}

/** A failure of an exchange that had its connection already. */
export function asExchangeError(error: unknown): EgressError {
  if (error instanceof EgressError) return error;
  const code = errorCode(error);
  if (code === "HPE_HEADER_OVERFLOW") return new EgressError("tooLarge", "the answer's header is too large");
  if (code.startsWith("HPE_")) return new EgressError("cut", `the answer is not HTTP (${code})`);
  return new EgressError("cut", `the connection broke off (${code || String(error)})`);
}
