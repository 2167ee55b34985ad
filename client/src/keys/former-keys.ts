/** What the server keeps of identities before a reset, and whether its keys have come back. */
import type { FormerKeys } from "@posthorn/protocol";
import type { Session } from "../session.ts";
import type { Keyring } from "./keyring.ts";

/** Those of which an epoch does not open yet, the newest first. */
export async function listLost(
  session: Pick<Session, "call">,
  { epochs }: Pick<Keyring, "epochs">,
): Promise<FormerKeys[]> {
  const { former } = await session.call("formerKeys", {});
  return former.filter((one) => one.epochs.some(({ keyId }) => !epochs.has(keyId)));
}
