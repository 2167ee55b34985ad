/**
 * Doing something with mail: seen here at once, durable when it resolves, told to the server when that can be reached.
 * And taking it back, as something that is done too.
 */
import { shape } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import type { LocalReader, LocalStore, LocalWriter } from "../local/local-store.ts";
import { type AnyTable, rowTable } from "../local/table.ts";
import { type Action, actions, type Change, changeShape, keyOfNumber } from "./change.ts";
import { doToRecord } from "./do-to-record.ts";
import { invertEmailChange, invertMailboxChange } from "./invert-change.ts";
import { emailLayers, layerTables, layOver, mailboxLayers } from "./layers.ts";
import { editTables } from "./own-edits.ts";
import { renameInChange, renameInWayBack } from "./rename-in-change.ts";
import { WayBackSchema } from "./way-back.ts";

const UndoSchema = Type.Object({
  number: Type.Number(),
  /** What was done, for people. */
  label: Type.String(),
  doneAtMs: Type.Number(),
  /** Each takes back one action, in the order of those. */
  steps: Type.Array(Type.Object({ actionNumber: Type.Number(), inverse: changeShape.schema })),
  /** Of what waits in no queue. */
  wayBack: Type.Optional(WayBackSchema),
});

/** Something that was done and can be taken back. */
export type Undo = Static<typeof UndoSchema>;

export const undos = rowTable({
  name: "undos",
  isKept: true,
  keyOf: ({ number }: Undo) => keyOfNumber(number),
  matches: shape(UndoSchema).matches,
  indexes: {},
});

interface Counter {
  name: "actions";
  next: number;
}

/** Numbers never come again, also when no action is left. */
const counters = rowTable({
  name: "counters",
  isKept: true,
  keyOf: ({ name }: Counter) => name,
  matches: (value): value is Counter => typeof value === "object" && value !== null && "next" in value,
  indexes: {},
});

interface Alias {
  id: string;
  now: string;
}

/** What mailboxes that were made here are called by the server, for who still has the id of before. */
export const aliases = rowTable({
  name: "aliases",
  isKept: true,
  keyOf: ({ id }: Alias) => id,
  matches: (value): value is Alias => typeof value === "object" && value !== null && "now" in value,
  indexes: {},
});

export const actTables: readonly AnyTable[] = [
  ...new Set([...layerTables, ...editTables, undos, counters, aliases]),
];

const keptUndos = 50;
/** A server takes no more in one call. */
const mostIds = 500;

export interface Doing {
  /** For people, in a list of what was done, such as “Archived 3”. */
  label: string;
  changes: readonly Change[];
  /** How to take back what is done beside the changes, or was done already. */
  wayBack?: Undo["wayBack"];
  nowMs: number;
}

/**
 * Does several changes as one: all are seen, and wait for the server, or none. Objects that are not there, and those
 * that a change leaves as they are, are left out. Gives how to take it back, undefined when nothing of it can be.
 */
export function act(store: LocalStore, doing: Doing): Promise<Undo | undefined> {
  return store.write(actTables, (writer) => actWith(writer, doing), { durable: true });
}

/** As `act`, in a transaction that has `actTables`. */
export async function actWith(
  writer: LocalWriter,
  { label, changes, wayBack, nowMs }: Doing,
): Promise<Undo | undefined> {
  const steps = await doAll(writer, await renamed(writer, changes), nowMs);
  const [first] = steps;
  if (first === undefined && wayBack === undefined) return undefined;
  const number = first?.actionNumber ?? (await nextNumber(writer));
  const undo = { number, label, doneAtMs: nowMs, steps, ...(wayBack && { wayBack }) };
  await writer.put(undos, [undo]);
  const known = await writer.keys(undos, { reverse: true });
  await writer.remove(undos, known.slice(keptUndos));
  return undo;
}

/** What was done last, or what has this number; undefined when it cannot be taken back, or was. */
export async function findUndo(reader: LocalReader, number?: number): Promise<Undo | undefined> {
  if (number !== undefined) return reader.get(undos, keyOfNumber(number));
  const [last] = await reader.list(undos, { reverse: true, limit: 1 });
  return last;
}

/**
 * Takes back what was done last, or `number`: by doing the opposite to what it has changed, and to nothing else. Its way
 * back was gone before. `newId` gives ids for mailboxes that come back. Gives what was taken back, undefined when there is nothing.
 */
export function undo(
  store: LocalStore,
  { nowMs, newId, number }: { nowMs: number; newId: () => string; number?: number | undefined },
): Promise<Undo | undefined> {
  return store.write(
    actTables,
    async (writer) => {
      const wanted = await findUndo(writer, number);
      if (wanted === undefined) return undefined;
      await writer.remove(undos, [keyOfNumber(wanted.number)]);
      let changes = wanted.steps.map(({ inverse }) => inverse).reverse();
      for (const { on, id, change } of changes.filter((one) => one.on === "mailbox")) {
        if (on !== "mailbox" || change.kind !== "create") continue;
        const comesBackAs = newId();
        changes = changes.map((one) => renameInChange(one, id, comesBackAs));
        await renameInUndos(writer, id, comesBackAs);
      }
      await doAll(writer, changes, nowMs);
      return wanted;
    },
    { durable: true },
  );
}

/** Does changes one after another; gives what takes them back. */
async function doAll(writer: LocalWriter, changes: readonly Change[], nowMs: number): Promise<Undo["steps"]> {
  const steps: Undo["steps"] = [];
  const counter = await writer.get(counters, "actions");
  let number = counter?.next ?? 1;
  for (const change of changes.flatMap(inPortions)) {
    const done = await doOne(writer, { number, doneAtMs: nowMs, tries: 0, change });
    if (done === undefined) continue;
    steps.push(...done.map((inverse) => ({ actionNumber: number, inverse })));
    number++;
  }
  await writer.put(counters, [{ name: "actions", next: number }]);
  return steps;
}

async function nextNumber(writer: LocalWriter): Promise<number> {
  const { next = 1 } = (await writer.get(counters, "actions")) ?? {};
  await writer.put(counters, [{ name: "actions", next: next + 1 }]);
  return next;
}

function inPortions(change: Change): Change[] {
  if (change.on !== "emails" || change.ids.length <= mostIds) return [change];
  return Array.from({ length: Math.ceil(change.ids.length / mostIds) }, (_, at) => ({
    ...change,
    ids: change.ids.slice(at * mostIds, (at + 1) * mostIds),
  }));
}

/** Undefined when it changes nothing. */
async function doOne(writer: LocalWriter, action: Action): Promise<Change[] | undefined> {
  const { change } = action;
  if (change.on === "emails") return doToEmails(writer, action, change);
  if (change.on === "record") return doToRecord(writer, action, change);
  if (change.on === "message" && change.change.kind === "takeBack" && (await stayHere(writer, change.id)))
    return [];
  await writer.put(actions, [action]);
  if (change.on === "mailbox") {
    const { before } = await layOver(writer, mailboxLayers, action, change.id);
    const inverse = invertMailboxChange(change.change, before);
    return inverse === undefined ? [] : [{ ...change, change: inverse }];
  }
  return change.change.kind === "send" ? [{ ...change, change: { kind: "takeBack" } }] : [];
}

/** Takes back a letter that the server has never been told of. False when it may have been. */
async function stayHere(writer: LocalWriter, messageId: string): Promise<boolean> {
  const waiting = await writer.list(actions, { by: "byObject", prefix: [messageId] });
  if (waiting.length === 0 || waiting.some(({ tries }) => tries > 0)) return false;
  await writer.remove(actions, waiting.map(actions.keyOf));
  return true;
}

async function doToEmails(
  writer: LocalWriter,
  action: Action,
  change: Extract<Change, { on: "emails" }>,
): Promise<Change[] | undefined> {
  const away = (await writer.list(mailboxLayers.views)).find(({ system }) => system === "snoozed");
  const changed: string[] = [];
  const inverses = new Map<string, Extract<Change, { on: "emails" }>>();
  for (const id of new Set(change.ids)) {
    const seen = await writer.get(emailLayers.views, id);
    if (seen === undefined) continue;
    const would = emailLayers.apply(action, id, seen);
    if (JSON.stringify(would) === JSON.stringify(seen)) continue;
    await layOver(writer, emailLayers, action, id);
    changed.push(id);
    const inverse = invertEmailChange(change.change, seen, would, away?.id);
    if (inverse === undefined) continue;
    const same = JSON.stringify(inverse);
    const known = inverses.get(same);
    inverses.set(same, { on: "emails", ids: [...(known?.ids ?? []), id], change: inverse });
  }
  if (changed.length === 0) return undefined;
  await writer.put(actions, [{ ...action, change: { ...change, ids: changed } }]);
  return [...inverses.values()];
}

async function renamed(writer: LocalWriter, changes: readonly Change[]): Promise<Change[]> {
  let now = [...changes];
  for (const { id, now: name } of await writer.list(aliases)) {
    now = now.map((change) => renameInChange(change, id, name));
  }
  return now;
}

/** In what was done before, a mailbox is called otherwise from now on. */
export async function renameInUndos(writer: LocalWriter, from: string, to: string): Promise<void> {
  for (const one of await writer.list(undos)) {
    const { wayBack } = one;
    const steps = one.steps.map((step) => ({ ...step, inverse: renameInChange(step.inverse, from, to) }));
    const back = wayBack && { wayBack: renameInWayBack(wayBack, from, to) };
    await writer.put(undos, [{ ...one, steps, ...back }]);
  }
}
