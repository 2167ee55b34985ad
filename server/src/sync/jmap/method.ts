/**
 * What a JMAP method is here (RFC 8620 §3.2 to §3.6): a function from checked arguments to answers. Methods of a data
 * type are made by one function of its file, with what they need of other rooms; `methods.ts` lists them all.
 */
import type { Scope } from "@posthorn/protocol";

/** Who calls, and for which account: an account has no other's data, so there is one. */
export interface JmapCaller {
  accountId: number;
  /** The name before the `@`. */
  accountName: string;
  scopes: ReadonlySet<Scope>;
  /** False for an API token, which may do less (§80.3). */
  isSignIn: boolean;
  /** Names the sign-in or API token it came by, whose push subscriptions no other sees (RFC 8620 §7.2). */
  credentialId: string;
}

/** Arguments as they came, references resolved; each method checks its own. */
export type Arguments = Readonly<Record<string, unknown>>;

export interface MethodCall {
  caller: JmapCaller;
  /** Ids by creation id, of the request and of what its calls have made so far (RFC 8620 §5.3). */
  createdIds: Map<string, string>;
  /** Capabilities the client uses. */
  using: ReadonlySet<string>;
  /** Aborts when the client has gone: what only reads, or has not begun to write, may stop. What writes goes on, as if the answer had been lost. */
  gone?: AbortSignal | undefined;
  /** Aborts when all calls of the request are answered: what is kept from one to the next is let go. */
  answered?: AbortSignal | undefined;
}

/** An object of a data type, as JSON. */
export type JmapObject = Readonly<Record<string, unknown>>;

/** `name` is left out for the answer of the method itself; others follow it, as of an implicit Email/set. */
export interface MethodAnswer {
  name?: string;
  arguments: object;
}

/** An answer that came to nothing, beside others that stand: it is told and logged as when the method throws. */
export interface MethodAccident {
  accident: unknown;
}

export interface Method {
  /** The capability it belongs to; unknown to clients that do not use that. */
  capability: string;
  /** What the caller's token must allow. */
  scope: Scope | undefined;
  run(call: MethodCall, args: Arguments): Promise<MethodAnswer | readonly (MethodAnswer | MethodAccident)[]>;
}

export type Methods = Readonly<Record<string, Method>>;

/** The errors a method answers with (RFC 8620 §3.6.2, §5, and those of RFC 8621). */
export type MethodErrorType =
  | "serverUnavailable"
  | "serverFail"
  | "serverPartialFail"
  | "unknownMethod"
  | "unknownDataType"
  | "invalidArguments"
  | "invalidResultReference"
  | "forbidden"
  | "accountNotFound"
  | "accountNotSupportedByMethod"
  | "accountReadOnly"
  | "requestTooLarge"
  | "cannotCalculateChanges"
  | "stateMismatch"
  | "anchorNotFound"
  | "unsupportedSort"
  | "unsupportedFilter"
  | "tooManyChanges"
  | "fromAccountNotFound"
  | "fromAccountNotSupportedByMethod";

/** Thrown by a method: its answer is then `["error", { type, description, ... }, callId]`. */
export class MethodError extends Error {
  readonly type: MethodErrorType;
  readonly extra: object;

  constructor(type: MethodErrorType, description: string, extra: object = {}, options?: ErrorOptions) {
    super(description, options);
    this.name = "MethodError";
    this.type = type;
    this.extra = extra;
  }
}

/** Throws MethodError. */
export function refuseCall(type: MethodErrorType, description: string, extra?: object): never {
  throw new MethodError(type, description, extra);
}

/** Throws MethodError when nobody waits for the answer any more. */
export function refuseGone({ gone }: MethodCall): void {
  if (gone?.aborted) refuseCall("serverUnavailable", "The client has gone.");
}

/** Why one object of a /set, /copy or /import was not written (RFC 8620 §5.3, RFC 8621 §4.6, §4.8, §7.5). */
export interface SetError {
  type: string;
  description?: string;
  properties?: readonly string[];
  existingId?: string;
  notFound?: readonly string[];
  [more: string]: unknown;
}

/** Thrown while one object of a /set is written; the others are not harmed. */
export class SetFailure extends Error {
  readonly reason: SetError;

  constructor(reason: SetError) {
    super(reason.description ?? reason.type);
    this.name = "SetFailure";
    this.reason = reason;
  }
}

/** Throws SetFailure. */
export function refuseObject(type: string, description: string, extra: object = {}): never {
  throw new SetFailure({ type, description, ...extra });
}
