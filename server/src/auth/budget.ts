import { fail } from "@posthorn/protocol";

/** How often something may be tried under one key. Made by the server; this room only spends it. */
export interface Budget {
  take(key: string): { ok: true } | { ok: false; retryAfterS: number };
}

export interface AuthBudgets {
  /** Tries at one address's password, by anyone. */
  perAddress: Budget;
  /** Tries by one caller, at anything. */
  perCaller: Budget;
}

/**
 * Spends one try of the caller, and of the address when one is given. Whether the address exists plays no part, so the
 * answer tells nothing about it. Throws ProblemError `rateLimited` with `retryAfterS`.
 */
export function spendTry(budgets: AuthBudgets, remoteAddress: string, address?: string): void {
  const byCaller = budgets.perCaller.take(callerKey(remoteAddress));
  if (!byCaller.ok) tooManyTries("from this network address", byCaller.retryAfterS);
  if (address === undefined) return;
  const byAddress = budgets.perAddress.take(address);
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
