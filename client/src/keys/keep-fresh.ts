import type { Session } from "../session.ts";
import { isEpochDue } from "./statements.ts";
import { sealVault } from "./vault.ts";

/**
 * Begins a new epoch when the newest is 30 days old, and says with it how the vault stands; answers whether it was due.
 * To be called at every start of a client.
 */
export async function keepEpochsFresh(session: Session): Promise<boolean> {
  if (!(await isDue(session))) return false;
  // Another device may have begun one since this one has asked.
  await session.keys.renew();
  if (!(await isDue(session))) return false;
  await sealVault(session);
  return true;
}

async function isDue({ keys, platform }: Session): Promise<boolean> {
  const keyring = await keys.find();
  return keyring !== undefined && isEpochDue(keyring, platform.clock.now());
}
