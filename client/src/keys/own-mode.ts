import type { Session } from "../session.ts";
import { askForChain } from "./ask-for-chain.ts";

/**
 * Whether the account of this sign-in has keys that are not at hand: `sealed` it has · `unknown` it may have, since a
 * token without the scope `read` is not told · undefined it has none, or they are here. A program's token signs in to a
 * sealed account and opens nothing of it: whatever it wrote would go in the open under a name that others know as one
 * that seals.
 */
export async function findMissingKeys(session: Session): Promise<"sealed" | "unknown" | undefined> {
  if ((await session.keys.find()) !== undefined) return undefined;
  const answer = await askForChain(session, session.address);
  if (answer.kind === "refused") return "unknown";
  return answer.statements.length > 0 ? "sealed" : undefined;
}
