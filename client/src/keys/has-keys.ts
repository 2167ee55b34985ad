import type { Session } from "../session.ts";
import { askForChain } from "./ask-for-chain.ts";
import { makeMemo } from "./memo.ts";
import { hasPin } from "./pins.ts";

const shown = makeMemo<Promise<boolean>>(60_000);

/**
 * Whether an account (`name@host`, without a tag) is known to have keys, or its server shows any now. False when it cannot
 * be asked. None of the keys is believed or pinned: somebody else may have written in its name. What its server has shown,
 * or that it has not answered, holds for a minute, so that a page of messages asks once. Throws what asking our own throws.
 */
export async function hasKeys(session: Session, address: string): Promise<boolean> {
  if (await hasPin(session, address)) return true;
  const asked = shown.find(session, address);
  if (asked !== undefined) return asked;
  const asking = showsKeys(session, address);
  shown.keep(session, address, asking);
  asking.catch(() => shown.drop(session, address));
  return asking;
}

/** Who hides the keys from us has some (§80.13). */
async function showsKeys(session: Session, address: string): Promise<boolean> {
  const answer = await askForChain(session, address);
  return answer.kind === "chain" ? answer.statements.length > 0 : answer.problem.code === "noConsent";
}
