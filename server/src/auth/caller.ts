import { fail, type Scope } from "@posthorn/protocol";

/** What a credential may be used for. None includes another. */
export type { Scope };

/** Who is calling, proven. The operator has account id 0, which no account has. */
export interface Caller {
  accountId: number;
  name: string;
  scopes: ReadonlySet<Scope>;
  /** The sign-in it came by; absent for API tokens and the operator. */
  sessionId?: string;
  /** The API token it came by. */
  tokenId?: string;
  /** When the account is erased, whose owner has closed it. */
  eraseAt?: number;
}

const scopes: ReadonlySet<string> = new Set<Scope>(["read", "draft", "send", "admin"]);

/** What a person who signed in may do; an operator's account gives more, for as long as it is one. */
export const sessionScopes: readonly Scope[] = ["read", "draft", "send"];

function isScope(text: string): text is Scope {
  return scopes.has(text);
}

/** Scopes out of a space-separated text (RFC 6749 §3.3); undefined when one is unknown or there is none. */
export function findScopes(text: string): ReadonlySet<Scope> | undefined {
  const found = text.split(" ");
  return found.every(isScope) ? new Set(found) : undefined;
}

/** As `findScopes`, for a text we wrote ourselves: throws an Error that is nobody's fault but ours. */
export function parseScopes(text: string): ReadonlySet<Scope> {
  const found = findScopes(text);
  if (found === undefined) throw new Error(`unknown scopes are stored: ${text.slice(0, 100)}`);
  return found;
}

export function formatScopes(scopes: Iterable<Scope>): string {
  return [...scopes].join(" ");
}

/** Throws ProblemError `forbidden` when the caller's credential does not cover it. */
export function requireScope(caller: Caller, scope: Scope): void {
  if (caller.scopes.has(scope)) return;
  fail(
    "forbidden",
    `This credential may not be used for this: it lacks the scope “${scope}”. Use one that has it.`,
  );
}

/** The session of a caller who signed in. Throws ProblemError `forbidden` for any other credential. */
export function requireSession(caller: Caller): string {
  if (caller.sessionId !== undefined) return caller.sessionId;
  return fail("forbidden", "An API token cannot be used for this. Sign in with the address and password.");
}
