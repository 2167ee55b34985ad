import { fail } from "@posthorn/protocol";

/** How often something may be tried under one key. Made by the server; this room only spends it. */
export interface Budget {
  take(key: string): { ok: true } | { ok: false; retryAfterS: number };
}

export interface AuthBudgets {
  /** Tries at one address's password: by all strangers together, and by each network it was signed in from lately. */
  perAddress: Budget;
  /** Tries by one caller, at anything. */
  perCaller: Budget;
}

/** Spends one try of the caller, at anything. Throws ProblemError `rateLimited` with `retryAfterS`. */
export function spendTry(budgets: AuthBudgets, remoteAddress: string): void {
  const byCaller = budgets.perCaller.take(callerKey(remoteAddress));
  if (!byCaller.ok) tooManyTries("from this network address", byCaller.retryAfterS);
}

/**
 * Spends one try at the password of an address: of the known network's own, or of those that all strangers share.
 * Throws ProblemError `rateLimited` with `retryAfterS`, the same for both and whether the address exists or not.
 */
export function spendGuess(budgets: AuthBudgets, address: string, knownNetwork: string | undefined): void {
  const byAddress = budgets.perAddress.take(
    knownNetwork === undefined ? address : `${address} ${knownNetwork}`,
  );
  if (!byAddress.ok) tooManyTries("for this address", byAddress.retryAfterS);
}

function tooManyTries(where: string, retryAfterS: number): never {
  const waitS = Math.max(1, Math.ceil(retryAfterS));
  fail("rateLimited", `There were too many tries ${where}. Wait ${inWords(waitS)} and try again.`, {
    retryAfterS: waitS,
  });
}

function inWords(seconds: number): string {
  if (seconds < 120) return seconds === 1 ? "1 second" : `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}

/**
 * What counts as one caller: an IPv4 address, or the /64 of an IPv6 address, because that is the least a network gives
 * one customer and 2^64 budgets would be none.
 */
export function callerKey(remoteAddress: string): string {
  const address = (remoteAddress.split("%")[0] ?? "").toLowerCase();
  if (!address.includes(":")) return address;
  const mappedIpv4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (mappedIpv4 !== undefined) return mappedIpv4;
  const [head = "", tail] = address.split("::");
  const leading = head === "" ? [] : head.split(":");
  const trailing = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: Math.max(0, 8 - leading.length - trailing.length) }, () => "0");
  const network = [...leading, ...zeros, ...trailing]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""));
  return `${network.join(":")}::/64`;
}
