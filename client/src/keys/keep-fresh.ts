import type { Session } from "../session.ts";
import { isEpochDue } from "./statements.ts";
import { sealVault } from "./vault.ts";

/**
 * Begins a new epoch when the newest is 30 days old, and says with it how the vault stands; answers whether it was due.
 * To be called at every start of a client.
 */
export async function keepEpochsFresh(session: Session): Promise<boolean> {
  const keyring = await session.keys.find();
  if (keyring === undefined || !isEpochDue(keyring, session.platform.clock.now())) return false;
  await sealVault(session);
  return true;
}
