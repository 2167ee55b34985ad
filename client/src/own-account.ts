import { fail, IdentitiesSchema, QuotasSchema, shape } from "@posthorn/protocol";
import { callJmap, readAnswer } from "./jmap.ts";
import type { Interruptible } from "./mail.ts";
import type { Session } from "./session.ts";

const identitiesShape = shape(IdentitiesSchema);
const quotas = shape(QuotasSchema);

export interface OwnAccount {
  address: string;
  /** The addresses it may write as, its own among them. */
  identities: readonly string[];
  /** What it holds, and what it may hold. */
  usedBytes: number;
  quotaBytes: number;
}

/** The caller's own account. */
export async function readAccount(session: Session, options: Interruptible = {}): Promise<OwnAccount> {
  const calls = [
    { method: "Identity/get", arguments: { ids: null, properties: ["email"] } },
    { method: "Quota/get", arguments: { ids: null, properties: ["resourceType", "used", "hardLimit"] } },
  ];
  const [named, measured] = await callJmap(session, calls, { ...options, idempotent: true });
  const identities = readAnswer(session, named, identitiesShape).list.map(({ email }) => email);
  const room = readAnswer(session, measured, quotas).list.find(
    ({ resourceType }) => resourceType === "octets",
  );
  if (room === undefined) return fail("notFound", "The server does not say how much the account may hold.");
  return { address: session.address, identities, usedBytes: room.used, quotaBytes: room.hardLimit };
}
