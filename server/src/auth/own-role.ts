import { formatAddress } from "@posthorn/protocol";
import type { Caller } from "./caller.ts";

/** Whose credential it is, and whether that may do what the operator does. */
export async function ownRole(
  { host }: { host: string },
  { name, scopes }: Caller,
): Promise<{ address: string; operator: boolean }> {
  return { address: formatAddress({ id: name, host }), operator: scopes.has("admin") };
}
