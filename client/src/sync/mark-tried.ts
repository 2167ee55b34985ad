import { type Action, actions } from "./change.ts";
import type { Mail } from "./mail-context.ts";

/** Of these actions the server may know from now on. More than twice is not counted. */
export async function markTried({ store }: Mail, waiting: readonly Action[]): Promise<Action[]> {
  const tried = waiting.map((action) => ({ ...action, tries: Math.min(action.tries + 1, 2) }));
  const changed = tried.filter(({ tries }, at) => tries !== waiting[at]?.tries);
  if (changed.length === 0) return tried;
  await store.write(
    [actions],
    async (writer) => {
      for (const action of changed) {
        // It may have been taken back meanwhile.
        const key = actions.keyOf(action);
        if ((await writer.get(actions, key)) !== undefined) await writer.put(actions, [action]);
      }
    },
    { durable: true },
  );
  return tried;
}
