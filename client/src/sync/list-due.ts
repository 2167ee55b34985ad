/** What waits and may be told to the server now. Letters and all else go beside each other. */
import type { LocalReader } from "../local/local-store.ts";
import { type Action, actions, keyOfNumber } from "./change.ts";
import { type Failures, isAside } from "./failures.ts";
import type { Mail } from "./mail-context.ts";

const pageSize = 200;

/** The first of them, in order, without what was put aside. A letter that is taken back has only to be noted as such. */
export async function listDue(
  { store, session }: Mail,
  failures: Failures,
  lane: "letters" | "others",
  most: number,
): Promise<Action[]> {
  for (const number of [...failures.keys()]) {
    if ((await store.get(actions, keyOfNumber(number))) === undefined) failures.delete(number);
  }
  const nowMs = session.platform.clock.now();
  return store.read([actions], async (reader) => {
    const due: Action[] = [];
    let after: string | undefined;
    while (true) {
      const page = await reader.list(actions, {
        limit: pageSize,
        ...(after === undefined ? {} : { after: [after] }),
      });
      for (const action of page) {
        if ((action.change.on === "message") !== (lane === "letters")) continue;
        if (await isHeld(reader, action, isAside(failures, action, nowMs))) continue;
        due.push(action);
        if (due.length === most) return due;
      }
      const last = page.at(-1);
      if (page.length < pageSize || last === undefined) return due;
      after = actions.keyOf(last);
    }
  });
}

async function isHeld(reader: LocalReader, { change }: Action, isAsideNow: boolean): Promise<boolean> {
  if (change.on === "message" && change.change.kind === "send" && isAsideNow) {
    return !(await waits(reader, change.id, "takeBack"));
  }
  if (isAsideNow) return true;
  const after = change.on === "record" && change.change.kind === "remove" ? change.change.after : undefined;
  return after !== undefined && (await waits(reader, after, "send"));
}

async function waits(reader: LocalReader, messageId: string, kind: "send" | "takeBack"): Promise<boolean> {
  const all = await reader.list(actions, { by: "byObject", prefix: [messageId] });
  return all.some(({ change }) => change.on === "message" && change.change.kind === kind);
}
