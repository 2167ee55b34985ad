/** What our own problems (§70) are called in JMAP. */
import type { ErrorCode, Problem } from "@posthorn/protocol";
import { MethodError, type MethodErrorType, type SetError } from "./method.ts";

const callErrors: Partial<Record<ErrorCode, MethodErrorType>> = {
  badRequest: "invalidArguments",
  badAddress: "invalidArguments",
  badHost: "invalidArguments",
  notFound: "invalidArguments",
  forbidden: "forbidden",
  tooLarge: "requestTooLarge",
  rateLimited: "serverUnavailable",
  unavailable: "serverUnavailable",
  storageFull: "serverUnavailable",
};

/** A problem that a method ended in, as its error. */
export function callErrorOf({ code, detail, retryAfterS }: Problem): MethodError {
  const type = named(callErrors, code) ?? "forbidden";
  return new MethodError(type, detail, { code, ...(retryAfterS === undefined ? {} : { retryAfterS }) });
}

const setErrors: Partial<Record<ErrorCode, string>> = {
  badRequest: "invalidProperties",
  badAddress: "invalidProperties",
  badHost: "invalidProperties",
  invalidMessage: "invalidProperties",
  notFound: "notFound",
  changedMeanwhile: "changedMeanwhile",
  alreadyExists: "alreadyExists",
  tooLarge: "tooLarge",
  rateLimited: "rateLimit",
  mailboxFull: "overQuota",
  storageFull: "overQuota",
};

/** A problem that one object of a /set ended in, as its SetError. */
export function setErrorOf({ code, detail, pointer, retryAfterS }: Problem): SetError {
  const type = named(setErrors, code) ?? "forbidden";
  const property = pointer?.split("/")[1];
  return {
    type,
    description: detail,
    code,
    ...(type === "invalidProperties" && property ? { properties: [property] } : {}),
    ...(retryAfterS === undefined ? {} : { retryAfterS }),
  };
}

function named<Name>(names: Readonly<Record<string, Name>>, code: string): Name | undefined {
  return Object.hasOwn(names, code) ? names[code] : undefined;
}
