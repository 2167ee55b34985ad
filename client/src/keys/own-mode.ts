import type { Session } from "../session.ts";
import { askForChain } from "./ask-for-chain.ts";

/**
 * True when the account of this sign-in has keys that are not at hand, or may have: a program's token signs in to a sealed
 * account and opens nothing of it. Whatever it wrote would go in the open under a name that others know as one that seals.
 * Without the scope `read` a token is not told, and then it is taken for the token of a sealed one.
 */
export async function lacksItsKeys(session: Session): Promise<boolean> {
  if ((await session.keys.find()) !== undefined) return false;
  const answer = await askForChain(session, session.address);
  return answer.kind === "refused" || answer.statements.length > 0;
}
