import type { Session } from "../session.ts";
import { askForChain } from "./ask-for-chain.ts";

/**
 * True when the account of this sign-in has keys that are not at hand: a program's token signs in to a sealed account and
 * opens nothing of it. Whatever it wrote would go in the open under a name that others know as one that seals.
 */
export async function lacksItsKeys(session: Session): Promise<boolean> {
  if ((await session.keys.find()) !== undefined) return false;
  const answer = await askForChain(session, session.address);
  return answer.kind === "chain" && answer.statements.length > 0;
}
