/** Senders' ids (§85.44): an address in base64url, or of one that is too long for that its digest. */
import { createHash } from "node:crypto";
import { formatSenderId, mostPlainSenderBytes } from "@posthorn/protocol";
import { findSender, listLongDecided } from "../../objects/senders.ts";
import type { Db } from "../../store/sql.ts";

export function senderIdOf(address: string): string {
  return formatSenderId(address) ?? `x${createHash("sha256").update(address).digest("base64url")}`;
}

/** The addresses that these ids name. A digest names none but of whom the owner has decided or is to decide. */
export async function addressesOf(
  db: Db,
  accountId: number,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const plain = ids.flatMap((id): [string, string][] => {
    const address = findPlain(id);
    return address === undefined ? [] : [[id, address]];
  });
  if (!ids.some((id) => /^x[A-Za-z0-9_-]{43}$/.test(id))) return new Map(plain);
  const wanted = new Set(ids);
  const long = (await listLongDecided(db, accountId, mostPlainSenderBytes)).map(
    ({ address }): [string, string] => [senderIdOf(address), address],
  );
  return new Map([...plain, ...long.filter(([id]) => wanted.has(id))]);
}

/** One address has one id: what is written otherwise names nothing. */
function findPlain(id: string): string | undefined {
  if (!id.startsWith("w")) return undefined;
  const address = findSender(Buffer.from(id.slice(1), "base64url").toString("latin1"));
  return address !== undefined && formatSenderId(address) === id ? address : undefined;
}
