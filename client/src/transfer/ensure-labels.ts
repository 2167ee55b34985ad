/** Labels that old mail comes with. */
import { type Mailbox, shape } from "@posthorn/protocol";
import { Type } from "typebox";
import { callMethod, readRefusal } from "../jmap.ts";
import { listMailboxes } from "../mailboxes.ts";
import type { Session } from "../session.ts";

const answer = shape(
  Type.Object({
    created: Type.Union([Type.Record(Type.String(), Type.Object({ id: Type.String() })), Type.Null()]),
    notCreated: Type.Union([Type.Record(Type.String(), Type.Object({})), Type.Null()]),
  }),
);

type Known = Pick<Mailbox, "id" | "name" | "parentId">;

/** Of a name. */
const mostCharacters = 100;
const deepest = 5;

/**
 * Ids of the labels of these names, those made that are not there; `/` stands between a label and one within it. Throws
 * JmapRefusal for one that cannot be made, and what a call throws.
 */
export async function ensureLabels(session: Session, names: readonly string[]): Promise<Map<string, string>> {
  const known: Known[] = await listMailboxes(session);
  const ids = new Map<string, string>();
  for (const whole of names) {
    let parentId: string | null = null;
    for (const name of partsOf(whole)) {
      const wanted = name.toLowerCase();
      const within: string | null = parentId;
      const there: Known | undefined = known.find(
        (one) => one.parentId === within && one.name.toLowerCase() === wanted,
      );
      if (there !== undefined) {
        parentId = there.id;
        continue;
      }
      const id = await makeLabel(session, name, parentId);
      known.push({ id, name, parentId });
      parentId = id;
    }
    if (parentId !== null) ids.set(whole, parentId);
  }
  return ids;
}

async function makeLabel(session: Session, name: string, parentId: string | null): Promise<string> {
  const call = { method: "Mailbox/set", arguments: { create: { label: { name, parentId } } } };
  const { created, notCreated } = await callMethod(session, call, answer);
  const id = created?.label?.id;
  if (id === undefined) throw readRefusal(notCreated?.label);
  return id;
}

function partsOf(whole: string): string[] {
  const parts = whole
    .split("/")
    .map((part) =>
      part
        .replaceAll(/\p{Cc}/gu, "")
        .trim()
        .slice(0, mostCharacters),
    )
    .filter((part) => part !== "");
  return parts.length <= deepest
    ? parts
    : [
        ...parts.slice(0, deepest - 1),
        parts
          .slice(deepest - 1)
          .join(" - ")
          .slice(0, mostCharacters),
      ];
}
