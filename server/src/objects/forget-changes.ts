/** Changes are known for a time; who asks for older ones reads the account anew. */

import type { Tx } from "../store/sql.ts";
import { deleteMark, forgetChanges, listMarks } from "../store/state-mark-store.ts";

const marksAtOnce = 100;
const changesAtOnce = 5_000;

/**
 * Forgets what was changed before the marks of `until` and earlier, as much as one transaction should. False when nothing
 * of it is left.
 */
export async function forgetSomeChanges(tx: Tx, until: number): Promise<boolean> {
  const marks = await listMarks(tx, until, marksAtOnce);
  let left = changesAtOnce;
  const forgotten = new Map<number, number>();
  for (const mark of marks) {
    if (mark.state > Math.max(mark.changesFrom, forgotten.get(mark.accountId) ?? 0)) {
      if (left <= 0) return true;
      const { count, state } = await forgetChanges(tx, mark.accountId, mark.state, left);
      forgotten.set(mark.accountId, state);
      left -= count;
      if (state < mark.state) return true;
    }
    await deleteMark(tx, mark);
  }
  return marks.length === marksAtOnce;
}
