import { formatAddress, formatTime, type OwnRole } from "@posthorn/protocol";
import type { Caller } from "./caller.ts";

/** Whose credential it is, whether that may do what the operator does, and when the account is erased if it is closing. */
export async function ownRole(
  { host }: { host: string },
  { name, scopes, eraseAt }: Caller,
): Promise<OwnRole> {
  return {
    address: formatAddress({ id: name, host }),
    operator: scopes.has("admin"),
    ...(eraseAt === undefined ? {} : { eraseAt: formatTime(eraseAt) }),
  };
}
