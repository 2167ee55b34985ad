/** What becomes of a change when the server has answered: it is the server's now, or it is undone here, and why is kept. */
import { shape } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import type { LocalWriter } from "../local/local-store.ts";
import { type AnyTable, rowTable } from "../local/table.ts";
import { actTables, aliases, renameInUndos, undos } from "./act.ts";
import { applyToMailbox } from "./apply-change.ts";
import { type Action, actions, type Change, changeShape, keyOfNumber } from "./change.ts";
import { emailLayers, type Layers, layAnew, mailboxLayers, putFromServer } from "./layers.ts";
import { renameInChange } from "./rename-in-change.ts";

const RefusalSchema = Type.Object({
  number: Type.Number(),
  refusedAtMs: Type.Number(),
  /** What was asked for, of those objects alone that it was refused for. */
  change: changeShape.schema,
  /** JMAP's word, or the code of a problem. */
  type: Type.String(),
  /** For people. */
  sentence: Type.String(),
});

/** A change that the server did not take, and that was undone here. */
export type Refusal = Static<typeof RefusalSchema>;

/** They stay until somebody has seen them. */
export const refusals = rowTable({
  name: "refusals",
  isKept: true,
  keyOf: ({ number }: Refusal) => keyOfNumber(number),
  matches: shape(RefusalSchema).matches,
  indexes: {},
});

export const settleTables: readonly AnyTable[] = [...actTables, refusals];

export interface Why {
  type: string;
  sentence: string;
}

/** What the server has said of an action. */
export interface Outcome {
  /** By the id of the object. */
  refused: ReadonlyMap<string, Why>;
  /** What was changed is not there any more. */
  gone: ReadonlySet<string>;
  /** The id of a mailbox that was made. */
  createdAs?: string | undefined;
}

/** Ends an action. Until the server's own objects come, what is seen is what it will have made of them. */
export async function settle(
  writer: LocalWriter,
  action: Action,
  outcome: Outcome,
  nowMs: number,
): Promise<void> {
  await writer.remove(actions, [keyOfNumber(action.number)]);
  const { change } = action;
  if (change.on === "emails") {
    for (const id of change.ids) await settleObject(writer, emailLayers, action, id, outcome);
  } else if (change.on === "mailbox") {
    if (outcome.createdAs === undefined)
      await settleObject(writer, mailboxLayers, action, change.id, outcome);
    else await settleCreated(writer, change, outcome.createdAs);
  } else if (change.on === "message" && change.change.kind === "send" && outcome.refused.size > 0) {
    await keepDraft(writer, change.id);
  }
  if (outcome.refused.size > 0) await keepRefusal(writer, action, outcome, nowMs);
}

async function settleObject<Row extends { id: string }>(
  writer: LocalWriter,
  layers: Layers<Row>,
  action: Action,
  id: string,
  { refused, gone }: Outcome,
): Promise<void> {
  const base = await writer.get(layers.bases, id);
  if (base === undefined) return;
  if (gone.has(id)) await writer.put(layers.bases, [{ id, row: null }]);
  else if (!refused.has(id)) {
    const row = layers.apply(action, id, base.row ?? undefined);
    await writer.put(layers.bases, [{ id, row: row ?? null }]);
  }
  await layAnew(writer, layers, id);
}

/** A draft that was to go with its letter stays, for that has not gone. */
async function keepDraft(writer: LocalWriter, messageId: string): Promise<void> {
  for (const action of await writer.list(actions)) {
    const { change, number } = action;
    if (change.on !== "record" || change.change.kind !== "remove" || change.change.after !== messageId)
      continue;
    await writer.put(actions, [{ ...action, change: { ...change, change: { kind: "put" } } }]);
    await forgetUndo(writer, number, new Map());
  }
}

/** From now on the mailbox is called what the server calls it, in all that waits and in all that can be taken back. */
async function settleCreated(
  writer: LocalWriter,
  { id, change }: Extract<Change, { on: "mailbox" }>,
  createdAs: string,
): Promise<void> {
  await writer.remove(mailboxLayers.bases, [id]);
  await writer.remove(mailboxLayers.views, [id]);
  await writer.put(aliases, [{ id, now: createdAs }]);
  await renameInUndos(writer, id, createdAs);
  const waiting = await writer.list(actions);
  const renamed = waiting.map((action) => ({
    ...action,
    change: renameInChange(action.change, id, createdAs),
  }));
  await writer.put(actions, renamed);
  const made = applyToMailbox(createdAs, change, undefined);
  if (made !== undefined) await putFromServer(writer, mailboxLayers, [made], []);
  for (const action of renamed) {
    if (action.change.on !== "emails") continue;
    for (const touched of action.change.ids) await layAnew(writer, emailLayers, touched);
  }
}

/** Keeps why, and takes what takes the change back out of what can be taken back. */
export async function keepRefusal(
  writer: LocalWriter,
  { number, change }: Action,
  { refused }: Outcome,
  nowMs: number,
): Promise<void> {
  const [why] = refused.values();
  if (why === undefined) return;
  const ofRefused = change.on === "emails" ? { ...change, ids: [...refused.keys()] } : change;
  await writer.put(refusals, [{ number, refusedAtMs: nowMs, change: ofRefused, ...why }]);
  await forgetUndo(writer, number, refused);
}

/** What was not done is not taken back. */
async function forgetUndo(
  writer: LocalWriter,
  actionNumber: number,
  refused: ReadonlyMap<string, unknown>,
): Promise<void> {
  for (const undo of await writer.list(undos)) {
    if (!undo.steps.some((step) => step.actionNumber === actionNumber)) continue;
    const steps = undo.steps.flatMap((step) => {
      if (step.actionNumber !== actionNumber) return [step];
      const { inverse } = step;
      if (inverse.on !== "emails") return [];
      const ids = inverse.ids.filter((id) => !refused.has(id));
      return ids.length === 0 ? [] : [{ ...step, inverse: { ...inverse, ids } }];
    });
    if (steps.length === 0) await writer.remove(undos, [keyOfNumber(undo.number)]);
    else await writer.put(undos, [{ ...undo, steps }]);
  }
}
